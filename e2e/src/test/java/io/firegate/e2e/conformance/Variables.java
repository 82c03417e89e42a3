package io.firegate.e2e.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one run of a scenario, and JSON made from YAML with them. A map with {@code $fields} or {@code $value} is plain
 * values; a map with {@code $repeat} and {@code each} inside a list is that many items, {@code ${i}} counting them from 0. Used by
 * one thread at a time.
 */
final class Variables {
    private static final Pattern USE = Pattern.compile("\\$\\{(\\w+)}");

    private static final JsonPrimitive NO_TOKEN = new JsonPrimitive("bm90IHRoZXJl");
    private static final JsonPrimitive NO_TIME = new JsonPrimitive("2001-01-01T00:00:00Z");

    private final Map<String, JsonElement> values = new LinkedHashMap<>();

    void set(String name, String value) {
        values.put(name, new JsonPrimitive(value));
    }

    /**
     * Takes a value out of the answers: a number is the place in a list, a name the key of an object. One that is not there is a
     * value nobody gave out, so that the comparison goes on and says so.
     */
    void save(String name, List<JsonElement> messages, String path) {
        JsonElement at = new JsonArray();
        messages.forEach(((JsonArray) at)::add);
        for (String part : path.split("\\.", -1)) {
            at = switch (at) {
                case JsonArray array
                when part.matches("\\d+") && Integer.parseInt(part) < array.size() -> array.get(Integer.parseInt(part));
                case JsonObject object when object.has(part) -> object.get(part);
                default -> path.endsWith("Time") ? NO_TIME : NO_TOKEN;
            };
        }
        values.put(name, at);
    }

    /** A text with its variables filled in. */
    String fill(String text) {
        return USE.matcher(text)
                .replaceAll(use -> Matcher.quoteReplacement(value(use.group(1)).getAsString()));
    }

    /** The JSON a YAML value stands for. */
    JsonElement json(@Nullable Object yaml) {
        return switch (yaml) {
            case null -> JsonNull.INSTANCE;
            case Boolean truth -> new JsonPrimitive(truth);
            case Number number -> new JsonPrimitive(number);
            case String text -> {
                Matcher use = USE.matcher(text);
                yield use.matches() ? value(use.group(1)) : new JsonPrimitive(fill(text));
            }
            case List<?> list -> {
                JsonArray array = new JsonArray();
                for (Object item : list) {
                    if (item instanceof Map<?, ?> map && map.containsKey("$repeat")) {
                        repeat(map).forEach(array::add);
                    } else {
                        array.add(json(item));
                    }
                }
                yield array;
            }
            case Map<?, ?> map
            when map.containsKey("$fields") -> filled(PlainValues.fields((Map<?, ?>) map.get("$fields")));
            case Map<?, ?> map when map.containsKey("$value") -> filled(PlainValues.value(map.get("$value")));
            case Map<?, ?> map -> {
                JsonObject object = new JsonObject();
                map.forEach((key, value) -> object.add(fill(String.valueOf(key)), json(value)));
                yield object;
            }
            default -> throw new IllegalArgumentException("no JSON: " + yaml);
        };
    }

    private JsonArray repeat(Map<?, ?> map) {
        JsonArray items = new JsonArray();
        int times = map.get("$repeat") instanceof Integer number ? number : 0;
        for (int i = 0; i < times; i++) {
            set("i", Integer.toString(i));
            items.add(json(map.get("each")));
        }
        return items;
    }

    private JsonElement filled(JsonElement json) {
        return switch (json) {
            case JsonObject object -> {
                JsonObject filled = new JsonObject();
                object.entrySet().forEach(entry -> filled.add(fill(entry.getKey()), filled(entry.getValue())));
                yield filled;
            }
            case JsonArray array -> {
                JsonArray filled = new JsonArray();
                array.forEach(item -> filled.add(filled(item)));
                yield filled;
            }
            case JsonPrimitive primitive when primitive.isString() -> new JsonPrimitive(fill(primitive.getAsString()));
            default -> json;
        };
    }

    private JsonElement value(String name) {
        JsonElement value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no variable " + name + ", only " + values.keySet());
        }
        return value;
    }
}
