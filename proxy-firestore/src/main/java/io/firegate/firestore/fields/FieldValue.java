package io.firegate.firestore.fields;

import com.google.firestore.v1.Value;
import io.firegate.policy.condition.FieldPath;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a document holds at a path. */
final class FieldValue {
    private FieldValue() {}

    /** The value at a path, or null when there is none. */
    static @Nullable Value at(Map<String, Value> fields, FieldPath path) {
        Map<String, Value> in = fields;
        Value at = null;
        for (String segment : path.segments()) {
            at = in.get(segment);
            if (at == null) {
                return null;
            }
            in = at.getMapValue().getFieldsMap();
        }
        return at;
    }
}
