package io.firegate.policy.check;

import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A document before or after a write.
 *
 * @param id the last segment of its name
 * @param fields what it holds
 * @param clocked the fields that get the time Firestore writes them at; what stands in their place is no value
 */
public record Image(String id, PolicyValue.Fields fields, Set<FieldPath> clocked) implements DocumentView {
    public Image {
        clocked = Set.copyOf(clocked);
    }

    @Override
    public @Nullable PolicyValue value(FieldPath path) {
        PolicyValue value = fields;
        for (String segment : path.segments()) {
            if (!(value instanceof PolicyValue.Fields map)) {
                return null;
            }
            value = map.get(segment);
        }
        return value;
    }
}
