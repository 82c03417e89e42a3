package io.firegate.policy.indexes;

import io.firegate.policy.indexes.Index.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Writes {@code firestore.indexes.json} of the Firebase CLI (vendor page "Cloud Firestore Index Definition Reference"). */
final class IndexFile {
    private IndexFile() {}

    /** The whole file, in an order that does not depend on that of the indexes. */
    static String render(Collection<Index> indexes) {
        List<String> composite = new ArrayList<>();
        // A definition for a field replaces what Firestore keeps of it by itself, so that is written again.
        Map<String, List<Index>> single = new TreeMap<>();
        List<Index> sorted =
                indexes.stream().sorted(Comparator.comparing(Index::describe)).toList();
        for (Index index : sorted) {
            if (index.isComposite()) {
                composite.add(composite(index));
            } else {
                single.computeIfAbsent(
                                index.collection() + "/" + index.fields().get(0).path(), key -> new ArrayList<>())
                        .add(index);
            }
        }
        List<String> overrides =
                single.values().stream().map(IndexFile::override).toList();
        return "{\n  \"indexes\": " + list(composite, "  ") + ",\n  \"fieldOverrides\": " + list(overrides, "  ")
                + "\n}";
    }

    private static String composite(Index index) {
        List<String> fields = new ArrayList<>();
        for (Field field : index.fields()) {
            fields.add("{ \"fieldPath\": " + text(field.path()) + ", " + mode(field) + " }");
        }
        return "{\n      \"collectionGroup\": " + text(index.collection()) + ",\n      \"queryScope\": "
                + text(index.scope()) + ",\n      \"fields\": " + list(fields, "      ") + "\n    }";
    }

    private static String override(List<Index> indexes) {
        Index first = indexes.get(0);
        String path = first.fields().get(0).path();
        List<String> kept = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            kept.add(scoped(new Index(first.collection(), false, List.of(new Field(path, direction)))));
        }
        kept.add(scoped(new Index(first.collection(), false, List.of(new Field(path, null)))));
        indexes.forEach(index -> kept.add(scoped(index)));
        return "{\n      \"collectionGroup\": " + text(first.collection()) + ",\n      \"fieldPath\": " + text(path)
                + ",\n      \"indexes\": " + list(kept, "      ") + "\n    }";
    }

    private static String scoped(Index index) {
        return "{ " + mode(index.fields().get(0)) + ", \"queryScope\": " + text(index.scope()) + " }";
    }

    private static String mode(Field field) {
        return field.direction() == null
                ? "\"arrayConfig\": \"CONTAINS\""
                : "\"order\": " + text(Objects.requireNonNull(field.direction()).name());
    }

    private static String list(List<String> items, String indent) {
        return items.isEmpty()
                ? "[]"
                : "[\n" + indent + "  " + String.join(",\n" + indent + "  ", items) + "\n" + indent + "]";
    }

    private static String text(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
