package io.firegate.e2e.differential;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The {@code fields} section of a rule.
 *
 * @param shows whether {@code paths} are the only ones shown, else they are hidden
 */
record PlainFields(boolean shows, List<List<String>> paths, List<List<String>> readonly) {
    static final PlainFields ALL = new PlainFields(false, List.of(), List.of());

    PlainFields {
        paths = List.copyOf(paths);
        readonly = List.copyOf(readonly);
    }

    boolean masked() {
        return shows || !paths.isEmpty();
    }

    /** Whether nothing at or below a path is shown, whatever it holds. */
    boolean hidden(List<String> path) {
        return shows
                ? paths.stream().noneMatch(shown -> under(path, shown) || under(shown, path))
                : paths.stream().anyMatch(hidden -> under(path, hidden));
    }

    /** Whether some of what a path can hold is not shown. */
    boolean touchesHidden(List<String> path) {
        return shows
                ? paths.stream().noneMatch(shown -> under(path, shown))
                : paths.stream().anyMatch(hidden -> under(path, hidden) || under(hidden, path));
    }

    /** Whether a path is strictly above one that is listed: what is there and no map is hidden whole. */
    private boolean above(List<String> path) {
        return paths.stream().anyMatch(listed -> under(listed, path) && listed.size() > path.size());
    }

    /** What a caller sees of a document. */
    Map<String, Value> visible(Map<String, Value> fields) {
        return masked() ? part(List.of(), fields, true) : fields;
    }

    /** What a caller does not see of it. */
    Map<String, Value> invisible(Map<String, Value> fields) {
        return masked() ? part(List.of(), fields, false) : Map.of();
    }

    private Map<String, Value> part(List<String> at, Map<String, Value> fields, boolean visible) {
        Map<String, Value> part = new LinkedHashMap<>();
        fields.forEach((key, value) -> {
            List<String> path = below(at, key);
            if (hidden(path)) {
                if (!visible) {
                    part.put(key, value);
                }
            } else if (!above(path) || (shows && !touchesHidden(path))) {
                if (visible) {
                    part.put(key, value);
                }
            } else if (value.hasMapValue()) {
                Map<String, Value> left = part(path, value.getMapValue().getFieldsMap(), visible);
                if (!left.isEmpty()) {
                    part.put(key, map(left));
                }
            } else if (!visible) {
                part.put(key, value);
            }
        });
        return part;
    }

    /** Puts back what was kept where nothing stands now; what was written beneath a value that is no map replaces it. */
    static Map<String, Value> restore(Map<String, Value> written, Map<String, Value> kept) {
        Map<String, Value> all = new LinkedHashMap<>(written);
        kept.forEach((key, value) -> {
            Value there = all.get(key);
            if (there == null) {
                all.put(key, value);
            } else if (there.hasMapValue() && value.hasMapValue()) {
                all.put(
                        key,
                        map(restore(
                                there.getMapValue().getFieldsMap(),
                                value.getMapValue().getFieldsMap())));
            }
        });
        return all;
    }

    /** The paths a document has values at, maps with something in them left out. */
    static void leaves(List<String> at, Map<String, Value> fields, List<List<String>> into) {
        fields.forEach((key, value) -> {
            if (value.hasMapValue() && value.getMapValue().getFieldsCount() > 0) {
                leaves(below(at, key), value.getMapValue().getFieldsMap(), into);
            } else {
                into.add(below(at, key));
            }
        });
    }

    static Optional<Value> at(Map<String, Value> fields, List<String> path) {
        Value value = fields.get(path.get(0));
        if (value == null || path.size() == 1) {
            return Optional.ofNullable(value);
        }
        return value.hasMapValue()
                ? at(value.getMapValue().getFieldsMap(), path.subList(1, path.size()))
                : Optional.empty();
    }

    /** With another value at a path that has one. */
    static Map<String, Value> with(Map<String, Value> fields, List<String> path, Value value) {
        Map<String, Value> changed = new LinkedHashMap<>(fields);
        changed.computeIfPresent(
                path.get(0),
                (key, there) -> path.size() == 1
                        ? value
                        : map(with(there.getMapValue().getFieldsMap(), path.subList(1, path.size()), value)));
        return changed;
    }

    /** Whether a path is another or lies below it. */
    static boolean under(List<String> path, List<String> ancestor) {
        return path.size() >= ancestor.size()
                && path.subList(0, ancestor.size()).equals(ancestor);
    }

    static Value map(Map<String, Value> fields) {
        return Value.newBuilder()
                .setMapValue(MapValue.newBuilder().putAllFields(fields))
                .build();
    }

    static List<String> below(List<String> at, String key) {
        return java.util.stream.Stream.concat(at.stream(), java.util.stream.Stream.of(key))
                .toList();
    }

    /** A path as Firestore writes it. */
    static String text(List<String> path) {
        return path.stream()
                .map(segment -> segment.matches("[a-z]+") ? segment : "`" + segment + "`")
                .collect(Collectors.joining("."));
    }

    /** The section as a policy writes it; empty for none. */
    String yaml() {
        String mask = masked() ? (shows ? "show: " : "hide: ") + list(paths) : "";
        String guard = readonly.isEmpty() ? "" : "readonly: " + list(readonly);
        String joined = mask + (mask.isEmpty() || guard.isEmpty() ? "" : ", ") + guard;
        return joined.isEmpty() ? "" : "fields: { " + joined + " }";
    }

    private static String list(List<List<String>> paths) {
        return paths.stream().map(path -> "\"" + text(path) + "\"").collect(Collectors.joining(", ", "[", "]"));
    }

    /** With every small whole number as a double: JavaScript writes back 1.0 as 1, and Firestore says the two are equal. */
    static Value plain(Value value) {
        return switch (value.getValueTypeCase()) {
            case INTEGER_VALUE ->
                Value.newBuilder()
                        .setDoubleValue((double) value.getIntegerValue())
                        .build();
            case MAP_VALUE -> {
                Map<String, Value> fields = new LinkedHashMap<>();
                value.getMapValue().getFieldsMap().forEach((key, each) -> fields.put(key, plain(each)));
                yield map(fields);
            }
            case ARRAY_VALUE ->
                Value.newBuilder()
                        .setArrayValue(ArrayValue.newBuilder()
                                .addAllValues(value.getArrayValue().getValuesList().stream()
                                        .map(PlainFields::plain)
                                        .toList()))
                        .build();
            default -> value;
        };
    }
}
