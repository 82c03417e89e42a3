package io.firegate.firestore.fields;

import io.firegate.policy.condition.FieldPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What documents, masks and hiding mean, on plain maps and without a thought of how long it takes. */
final class PlainModel {
    private PlainModel() {}

    @SuppressWarnings("unchecked") // maps of documents have strings for keys
    static @Nullable Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map && map.keySet().stream().noneMatch(key -> ((String) key).startsWith("__"))
                ? (Map<String, Object>) map
                : null;
    }

    /** What is left of a document without these paths. */
    static Map<String, Object> without(Map<String, Object> document, List<FieldPath> paths) {
        Map<String, Object> left = document;
        for (FieldPath path : paths) {
            left = without(left, path.segments(), 0);
        }
        return left;
    }

    private static Map<String, Object> without(Map<String, Object> document, List<String> segments, int depth) {
        Map<String, Object> left = new HashMap<>(document);
        String key = segments.get(depth);
        if (depth == segments.size() - 1 || !left.containsKey(key)) {
            left.remove(key);
            return left;
        }
        Map<String, Object> inner = map(left.get(key));
        Map<String, Object> rest = inner == null ? Map.of() : without(inner, segments, depth + 1);
        if (rest.isEmpty()) {
            left.remove(key);
        } else {
            left.put(key, rest);
        }
        return left;
    }

    /** What is left of a document with these paths only. */
    static Map<String, Object> only(Map<String, Object> document, List<FieldPath> paths) {
        Map<String, Object> left = Map.of();
        for (FieldPath path : paths) {
            Object value = at(document, path.segments());
            if (value != null) {
                left = set(left, path.segments(), 0, value);
            }
        }
        return left;
    }

    /** The value at a path, reached through maps only. */
    static @Nullable Object at(Map<String, Object> document, List<String> segments) {
        Object at = document;
        for (String segment : segments) {
            Map<String, Object> in = map(at);
            at = in == null ? null : in.get(segment);
        }
        return at;
    }

    /** What Firestore stores after a write. */
    static Map<String, Object> write(
            Map<String, Object> stored, Map<String, Object> fields, @Nullable List<FieldPath> mask) {
        if (mask == null) {
            return fields;
        }
        Map<String, Object> after = stored;
        for (FieldPath path : mask) {
            Object value = at(fields, path.segments());
            after = value == null ? delete(after, path.segments(), 0) : set(after, path.segments(), 0, value);
        }
        return after;
    }

    private static Map<String, Object> set(
            Map<String, Object> document, List<String> segments, int depth, Object value) {
        Map<String, Object> after = new HashMap<>(document);
        String key = segments.get(depth);
        if (depth == segments.size() - 1) {
            after.put(key, value);
        } else {
            Map<String, Object> inner = map(after.get(key));
            after.put(key, set(inner == null ? Map.of() : inner, segments, depth + 1, value));
        }
        return after;
    }

    private static Map<String, Object> delete(Map<String, Object> document, List<String> segments, int depth) {
        Map<String, Object> after = new HashMap<>(document);
        String key = segments.get(depth);
        if (depth == segments.size() - 1) {
            after.remove(key);
        } else {
            Map<String, Object> inner = map(after.get(key));
            if (inner != null) {
                after.put(key, delete(inner, segments, depth + 1));
            }
        }
        return after;
    }

    /** Whether a write names something below these paths, or puts a value without fields above one. */
    static boolean names(Map<String, Object> fields, @Nullable List<FieldPath> mask, List<FieldPath> hidden) {
        if (mask == null) {
            return hidden.stream().anyMatch(path -> names(fields, path.segments()));
        }
        for (FieldPath path : mask) {
            for (FieldPath secret : hidden) {
                if (secret.holds(path)) {
                    return true;
                }
                Object value = at(fields, path.segments());
                if (path.holds(secret) && value != null) {
                    List<String> below = secret.segments()
                            .subList(path.segments().size(), secret.segments().size());
                    Map<String, Object> inner = map(value);
                    if (inner == null || names(inner, below)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean names(Map<String, Object> fields, List<String> secret) {
        Object value = fields.get(secret.get(0));
        if (value == null || secret.size() == 1) {
            return value != null;
        }
        Map<String, Object> inner = map(value);
        return inner == null || names(inner, secret.subList(1, secret.size()));
    }
}
