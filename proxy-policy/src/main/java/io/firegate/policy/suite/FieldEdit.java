package io.firegate.policy.suite;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What becomes of a document's fields when they are shown under a mask, or written. */
final class FieldEdit {
    private FieldEdit() {}

    /** What is seen under a mask. */
    static PolicyValue.Fields shown(PolicyValue.Fields fields, FieldMask mask) {
        return switch (mask) {
            case FieldMask.AllFields.INSTANCE -> fields;
            case FieldMask.Hidden(var paths) -> {
                PolicyValue.Fields left = fields;
                for (FieldPath path : paths) {
                    PolicyValue rest = without(left, path.segments());
                    left = rest instanceof PolicyValue.Fields map ? map : new PolicyValue.Fields(Map.of());
                }
                yield left;
            }
            case FieldMask.Shown(var paths) -> {
                PolicyValue.Fields seen = new PolicyValue.Fields(Map.of());
                for (FieldPath path : paths) {
                    PolicyValue value = at(fields, path);
                    if (value != null) {
                        seen = put(seen, path.segments(), value);
                    }
                }
                yield seen;
            }
        };
    }

    /** The value at a path, or null. */
    static @Nullable PolicyValue at(PolicyValue.Fields fields, FieldPath path) {
        PolicyValue value = fields;
        for (String segment : path.segments()) {
            if (!(value instanceof PolicyValue.Fields map)) {
                return null;
            }
            value = map.get(segment);
        }
        return value;
    }

    /**
     * A value without what is hidden in it; null when nothing is left to see. What is no map, or would be an empty one, above a hidden
     * path is gone with it: that it is there tells something.
     */
    private static @Nullable PolicyValue without(@Nullable PolicyValue value, List<String> hidden) {
        if (hidden.isEmpty() || !(value instanceof PolicyValue.Fields map)) {
            return null;
        }
        Map<String, PolicyValue> left = new LinkedHashMap<>(map.entries());
        PolicyValue rest = without(map.get(hidden.get(0)), hidden.subList(1, hidden.size()));
        if (rest == null) {
            left.remove(hidden.get(0));
        } else {
            left.put(hidden.get(0), rest);
        }
        return left.isEmpty() ? null : new PolicyValue.Fields(left);
    }

    /** A document with one field set, or removed when the value is null. */
    static PolicyValue.Fields put(PolicyValue.Fields fields, List<String> path, @Nullable PolicyValue value) {
        Map<String, PolicyValue> all = new LinkedHashMap<>(fields.entries());
        String first = path.get(0);
        if (path.size() > 1) {
            PolicyValue.Fields below = fields.get(first) instanceof PolicyValue.Fields map ? map : null;
            if (below != null || value != null) {
                PolicyValue.Fields from = below == null ? new PolicyValue.Fields(Map.of()) : below;
                all.put(first, put(from, path.subList(1, path.size()), value));
            }
        } else if (value == null) {
            all.remove(first);
        } else {
            all.put(first, value);
        }
        return new PolicyValue.Fields(all);
    }
}
