package io.firegate.policy.check;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Values of Firestore as values of CEL; docs/policy.md has the table. Counts what it makes. */
final class CheckValues {
    private final String documents;
    private int count;

    /**
     * A reference; no CEL value is equal to it but another of the same document.
     *
     * @param name the full resource name
     * @param path what follows {@code /documents}; empty for a document of another database
     */
    record Reference(String name, String path) {
        /** The path, for the program. */
        String local() {
            if (path.isEmpty()) {
                throw new IllegalArgumentException("a reference into another database");
            }
            return path;
        }
    }

    /**
     * Makes values.
     *
     * @param documents what the names of the database's own documents begin with
     */
    CheckValues(String documents) {
        this.documents = documents;
    }

    /** How many values have been made. */
    int count() {
        return count;
    }

    /**
     * The fields of a document that are asked for.
     *
     * @param wanted names of fields
     * @param whole whether all are wanted
     * @param now what stands in a field that gets the time of the write
     */
    Map<String, Object> document(Image image, Set<String> wanted, boolean whole, Instant now) {
        Map<String, Object> fields = new HashMap<>();
        if (whole) {
            image.fields().forEach((name, value) -> fields.put(name, of(value)));
        } else {
            for (String name : wanted) {
                PolicyValue value = image.fields().get(name);
                if (value != null) {
                    fields.put(name, of(value));
                }
            }
        }
        for (FieldPath field : image.clocked()) {
            if (whole || wanted.contains(field.segments().get(0))) {
                put(fields, field.segments(), now);
            }
        }
        return fields;
    }

    /** Only where a value stands: the time of the write has taken the place of whatever was there. */
    @SuppressWarnings("unchecked") // every map here was made here
    private static void put(Map<String, Object> fields, List<String> path, Instant now) {
        Object below = fields.get(path.get(0));
        if (path.size() == 1) {
            fields.put(path.get(0), now);
        } else if (below instanceof Map<?, ?> map) {
            put((Map<String, Object>) map, path.subList(1, path.size()), now);
        }
    }

    Object of(PolicyValue value) {
        count++;
        return switch (value) {
            case PolicyValue.Null.NULL -> NullValue.NULL_VALUE;
            case PolicyValue.Bool(boolean bool) -> bool;
            case PolicyValue.Int(long number) -> number;
            // To Firestore both zeros are one.
            case PolicyValue.Real(double number) -> number == 0 ? 0.0 : number;
            case PolicyValue.Time(long seconds, int nanos) -> Instant.ofEpochSecond(seconds, nanos);
            case PolicyValue.Text(String text) -> text;
            case PolicyValue.Bytes bytes -> CelByteString.of(bytes.value());
            case PolicyValue.Reference(String name) ->
                new Reference(name, name.startsWith(documents + "/") ? name.substring(documents.length()) : "");
            case PolicyValue.Point point -> point;
            case PolicyValue.Array(var elements) -> list(elements);
            case PolicyValue.Vector(var elements) -> {
                count += elements.size();
                yield List.<Object>copyOf(elements);
            }
            case PolicyValue.Fields fields -> {
                Map<String, Object> map = new HashMap<>();
                fields.forEach((key, field) -> map.put(key, of(field)));
                yield map;
            }
        };
    }

    List<Object> list(List<PolicyValue> elements) {
        List<Object> list = new ArrayList<>(elements.size());
        for (PolicyValue element : elements) {
            list.add(of(element));
        }
        return list;
    }
}
