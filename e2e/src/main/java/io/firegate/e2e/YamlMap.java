package io.firegate.e2e;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map of a case file, read strictly: a missing key, a value of another type and, at {@link #done}, a key nobody asked for are
 * {@link IllegalArgumentException}s that name the place. Not safe for several threads.
 */
public final class YamlMap {
    private final String place;
    private final Map<?, ?> map;
    private final Set<String> asked = new HashSet<>();

    private YamlMap(String place, Map<?, ?> map) {
        this.place = place;
        this.map = map;
    }

    /** A parsed YAML value that must be a map. */
    public static YamlMap of(String place, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return new YamlMap(place, map);
        }
        throw new IllegalArgumentException(place + ": must be a map");
    }

    /** Where it stands. */
    public String place() {
        return place;
    }

    /** True if the key is there. */
    public boolean has(String key) {
        asked.add(key);
        return map.containsKey(key);
    }

    /** Any value; null when the key is absent or null. */
    public @Nullable Object any(String key) {
        asked.add(key);
        return map.get(key);
    }

    /** A text that must be there. */
    public String text(String key) {
        if (any(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(place + ": " + key + " must be a text");
    }

    /** A text, or {@code otherwise} when the key is absent. */
    public String text(String key, String otherwise) {
        return has(key) ? text(key) : otherwise;
    }

    /** A whole number, or {@code otherwise} when the key is absent. */
    public int number(String key, int otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (any(key) instanceof Integer number) {
            return number;
        }
        throw new IllegalArgumentException(place + ": " + key + " must be a whole number");
    }

    /** A truth value; false when the key is absent. */
    public boolean flag(String key) {
        if (!has(key)) {
            return false;
        }
        if (any(key) instanceof Boolean flag) {
            return flag;
        }
        throw new IllegalArgumentException(place + ": " + key + " must be true or false");
    }

    /** A list, empty when the key is absent. */
    public List<?> list(String key) {
        if (!has(key)) {
            return List.of();
        }
        if (any(key) instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(place + ": " + key + " must be a list");
    }

    /** A list of texts, empty when the key is absent. */
    public List<String> texts(String key) {
        return list(key).stream()
                .map(item -> {
                    if (item instanceof String text) {
                        return text;
                    }
                    throw new IllegalArgumentException(place + ": " + key + " must be a list of texts");
                })
                .toList();
    }

    /** A map that must be there. */
    public YamlMap map(String key) {
        return of(place + "." + key, any(key));
    }

    /** The map itself, every key of it accepted. */
    public Map<?, ?> raw() {
        map.keySet().forEach(key -> asked.add(String.valueOf(key)));
        return map;
    }

    /** Ends the reading: a key that was never asked for is an error. */
    public void done() {
        Set<String> unknown = new LinkedHashSet<>();
        map.keySet().forEach(key -> unknown.add(String.valueOf(key)));
        unknown.removeAll(asked);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(place + ": unknown keys " + unknown);
        }
    }
}
