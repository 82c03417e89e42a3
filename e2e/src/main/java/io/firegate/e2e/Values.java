package io.firegate.e2e;

import com.google.cloud.Timestamp;
import com.google.cloud.firestore.Blob;
import com.google.cloud.firestore.DocumentReference;
import com.google.cloud.firestore.FieldValue;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.GeoPoint;
import com.google.cloud.firestore.VectorValue;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Field values between YAML and the client. What YAML cannot say is a map with one key: {@code $time}, {@code $bytes} (base64),
 * {@code $geo} (latitude, longitude), {@code $ref} (a document path), {@code $vector}, and for writes {@code $now},
 * {@code $increment}, {@code $union}, {@code $without}, {@code $delete}.
 */
public final class Values {
    private Values() {}

    /** The client's value for a YAML value. */
    static @Nullable Object toClient(Firestore firestore, @Nullable Object value) {
        return switch (value) {
            case Integer number -> number.longValue();
            case List<?> list -> toClientList(firestore, list);
            case Map<?, ?> map -> {
                Object special = special(firestore, map);
                yield special == null ? toClientMap(firestore, map) : special;
            }
            case null -> null;
            default -> value;
        };
    }

    /** The client's fields for a YAML map. */
    static Map<String, @Nullable Object> toClientMap(Firestore firestore, Map<?, ?> map) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        map.forEach((key, value) -> fields.put(String.valueOf(key), toClient(firestore, value)));
        return fields;
    }

    private static List<@Nullable Object> toClientList(Firestore firestore, List<?> list) {
        List<@Nullable Object> values = new ArrayList<>();
        list.forEach(value -> values.add(toClient(firestore, value)));
        return values;
    }

    private static @Nullable Object special(Firestore firestore, Map<?, ?> map) {
        if (map.size() != 1) {
            return null;
        }
        Map.Entry<?, ?> only = map.entrySet().iterator().next();
        String key = String.valueOf(only.getKey());
        if (!key.startsWith("$")) {
            return null;
        }
        Object value = only.getValue();
        return switch (key) {
            case "$time" -> Timestamp.parseTimestamp(String.valueOf(value));
            case "$bytes" -> Blob.fromBytes(Base64.getDecoder().decode(String.valueOf(value)));
            case "$geo" -> new GeoPoint(number(value, 0), number(value, 1));
            case "$ref" -> firestore.document(String.valueOf(value));
            case "$vector" -> {
                List<?> list = (List<?>) value;
                yield FieldValue.vector(list.stream()
                        .mapToDouble(item -> ((Number) item).doubleValue())
                        .toArray());
            }
            case "$now" -> FieldValue.serverTimestamp();
            case "$increment" -> FieldValue.increment(((Number) value).longValue());
            case "$union" ->
                FieldValue.arrayUnion(toClientList(firestore, (List<?>) value).toArray());
            case "$without" ->
                FieldValue.arrayRemove(toClientList(firestore, (List<?>) value).toArray());
            case "$delete" -> FieldValue.delete();
            default -> throw new IllegalArgumentException("unknown value form " + key);
        };
    }

    private static double number(@Nullable Object list, int index) {
        if (list instanceof List<?> numbers && numbers.get(index) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException("not a list of numbers");
    }

    /** One text per value, equal only for values of the same type and content; map keys sorted. */
    public static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            case Blob bytes -> "bytes(" + Base64.getEncoder().encodeToString(bytes.toBytes()) + ")";
            case GeoPoint point -> "geo(" + point.getLatitude() + ", " + point.getLongitude() + ")";
            case DocumentReference reference -> "ref(" + reference.getPath() + ")";
            case Timestamp time -> "time(" + time + ")";
            case VectorValue vector -> {
                StringJoiner text = new StringJoiner(", ", "vector(", ")");
                for (double item : vector.toArray()) {
                    text.add(Double.toString(item));
                }
                yield text.toString();
            }
            case List<?> list -> {
                StringJoiner text = new StringJoiner(", ", "[", "]");
                list.forEach(item -> text.add(show(item)));
                yield text.toString();
            }
            case Map<?, ?> map -> showFields(map);
            default -> value.toString();
        };
    }

    private static String showFields(Map<?, ?> map) {
        Map<String, String> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), show(value)));
        StringJoiner text = new StringJoiner(", ", "{", "}");
        sorted.forEach((key, value) -> text.add(key + ": " + value));
        return text.toString();
    }
}
