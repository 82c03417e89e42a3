package io.firegate.policy.suite;

import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A document as data.
 *
 * @param path its place
 * @param fields what it holds
 */
public record GivenDocument(ResourcePath path, PolicyValue.Fields fields) implements DocumentView {
    @Override
    public @Nullable PolicyValue value(FieldPath field) {
        PolicyValue value = fields;
        for (String segment : field.segments()) {
            if (!(value instanceof PolicyValue.Fields map)) {
                return null;
            }
            value = map.get(segment);
        }
        return value;
    }

    @Override
    public String id() {
        List<String> segments = path.segments();
        return segments.get(segments.size() - 1);
    }
}
