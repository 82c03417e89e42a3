package io.firegate.policy.yaml;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys with values, each key once.
 *
 * <p>Asking for a key makes it known. After the last question call {@link #noOtherKeys}, which reports every key nobody asked for:
 * so a key cannot be accepted and then ignored.
 */
public final class YamlMapping extends YamlNode {
    /**
     * One key and its value.
     *
     * @param key the key, with its place
     * @param value what stands behind it
     */
    public record Entry(YamlScalar key, YamlNode value) {
        /** The key's characters. */
        public String name() {
            return key.text();
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    YamlMapping(YamlSource source, int line, int column) {
        super(source, line, column);
    }

    /** Adds an entry, or answers the one that has the key already. */
    @Nullable
    Entry add(YamlScalar key, YamlNode value) {
        return entries.putIfAbsent(key.text(), new Entry(key, value));
    }

    /** The entry of a key, or null when it is absent. */
    public @Nullable Entry entry(String key) {
        asked.add(key);
        return entries.get(key);
    }

    /** The value of a key, or null when it is absent. */
    public @Nullable YamlNode optional(String key) {
        Entry entry = entry(key);
        return entry == null ? null : entry.value();
    }

    /** The value of a key; when it is absent a problem at the mapping's place, and null. */
    public @Nullable YamlNode required(String key) {
        YamlNode value = optional(key);
        if (value == null) {
            problem("`" + key + "` is missing");
        }
        return value;
    }

    /** A required string; null after a problem. */
    public @Nullable String requiredString(String key) {
        YamlNode value = required(key);
        return value == null ? null : value.asString();
    }

    /** A string, or null when the key is absent or after a problem. */
    public @Nullable String optionalString(String key) {
        YamlNode value = optional(key);
        return value == null ? null : value.asString();
    }

    /** A boolean; the default when the key is absent or after a problem. */
    public boolean optionalBoolean(String key, boolean defaultValue) {
        YamlNode value = optional(key);
        Boolean read = value == null ? null : value.asBoolean();
        return read == null ? defaultValue : read;
    }

    /** An integer between two bounds, both included; the default when the key is absent or after a problem. */
    public long optionalInteger(String key, long min, long max, long defaultValue) {
        YamlNode value = optional(key);
        Long read = value == null ? null : value.asInteger(min, max);
        return read == null ? defaultValue : read;
    }

    /** A required list; null after a problem. */
    public @Nullable YamlSequence requiredSequence(String key) {
        YamlNode value = required(key);
        return value == null ? null : value.asSequence();
    }

    /** A list, or null when the key is absent or after a problem. */
    public @Nullable YamlSequence optionalSequence(String key) {
        YamlNode value = optional(key);
        return value == null ? null : value.asSequence();
    }

    /** The strings of an optional list; none when the key is absent. What is not a string is reported and left out. */
    public List<YamlScalar> optionalStrings(String key) {
        YamlSequence sequence = optionalSequence(key);
        return sequence == null ? List.of() : sequence.strings();
    }

    /** A required mapping; null after a problem. */
    public @Nullable YamlMapping requiredMapping(String key) {
        YamlNode value = required(key);
        return value == null ? null : value.asMapping();
    }

    /** A mapping, or null when the key is absent or after a problem. */
    public @Nullable YamlMapping optionalMapping(String key) {
        YamlNode value = optional(key);
        return value == null ? null : value.asMapping();
    }

    /** All entries in order, for a mapping whose keys are names. They all become known. */
    public Collection<Entry> entries() {
        asked.addAll(entries.keySet());
        return List.copyOf(entries.values());
    }

    /** Reports every key nobody asked for, with the known one it looks like. */
    public void noOtherKeys() {
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            String key = entry.getKey();
            if (!asked.contains(key)) {
                String message = "unknown key `" + key + "`";
                YamlScalar place = entry.getValue().key();
                Nearest.to(key, asked)
                        .ifPresentOrElse(
                                near -> place.problem(message + "; did you mean `" + near + "`?"),
                                () -> place.problem(message, "known here: " + String.join(", ", asked)));
            }
        }
    }

    @Override
    String described() {
        return "a mapping";
    }

    @Override
    public YamlMapping asMapping() {
        return this;
    }
}
