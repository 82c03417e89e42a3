package io.firegate.e2e.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Field values in Firestore's JSON form from plain YAML. What YAML cannot say is a map with one key: {@code $time},
 * {@code $bytes}, {@code $geo}, {@code $ref} (a path relative to the database), {@code $vector}, {@code $double} (a text such as
 * {@code NaN}).
 */
final class PlainValues {
    private PlainValues() {}

    /** The {@code Value} a YAML value stands for. */
    static JsonObject value(@Nullable Object plain) {
        return switch (plain) {
            case null -> one("nullValue", JsonNull.INSTANCE);
            case Boolean truth -> one("booleanValue", new JsonPrimitive(truth));
            case Integer number -> one("integerValue", new JsonPrimitive(number.toString()));
            case Long number -> one("integerValue", new JsonPrimitive(number.toString()));
            case Double number -> one("doubleValue", new JsonPrimitive(number));
            case String text -> one("stringValue", new JsonPrimitive(text));
            case List<?> list -> array(list);
            case Map<?, ?> map -> {
                JsonObject special = special(map);
                yield special == null ? one("mapValue", one("fields", fields(map))) : special;
            }
            default -> throw new IllegalArgumentException("no value: " + plain);
        };
    }

    /** The {@code fields} of a document. */
    static JsonObject fields(Map<?, ?> plain) {
        JsonObject fields = new JsonObject();
        plain.forEach((key, value) -> fields.add(String.valueOf(key), value(value)));
        return fields;
    }

    private static JsonObject array(List<?> list) {
        JsonArray values = new JsonArray();
        list.forEach(item -> values.add(value(item)));
        JsonObject array = new JsonObject();
        if (!values.isEmpty()) {
            array.add("values", values);
        }
        return one("arrayValue", array);
    }

    private static @Nullable JsonObject special(Map<?, ?> map) {
        if (map.size() != 1) {
            return null;
        }
        Map.Entry<?, ?> only = map.entrySet().iterator().next();
        Object value = only.getValue();
        return switch (String.valueOf(only.getKey())) {
            case "$time" -> one("timestampValue", new JsonPrimitive(String.valueOf(value)));
            case "$bytes" -> one("bytesValue", new JsonPrimitive(String.valueOf(value)));
            case "$double" -> one("doubleValue", new JsonPrimitive(String.valueOf(value)));
            case "$ref" -> one("referenceValue", new JsonPrimitive("${docs}/" + value));
            case "$geo" -> {
                JsonObject point = new JsonObject();
                point.add("latitude", number((List<?>) value, 0));
                point.add("longitude", number((List<?>) value, 1));
                yield one("geoPointValue", point);
            }
            case "$vector" -> {
                JsonObject fields = new JsonObject();
                fields.add("__type__", value("__vector__"));
                fields.add(
                        "value",
                        array(((List<?>) value)
                                .stream()
                                        .map(item -> ((Number) item).doubleValue())
                                        .toList()));
                yield one("mapValue", one("fields", fields));
            }
            default -> null;
        };
    }

    private static JsonPrimitive number(List<?> list, int index) {
        return new JsonPrimitive((Number) list.get(index));
    }

    private static JsonObject one(String key, JsonElement value) {
        JsonObject object = new JsonObject();
        object.add(key, value);
        return object;
    }
}
