package io.firegate.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value whose shape and type were checked; what could not be read is absent and already reported. */
sealed interface Checked {
    /** The node it came from, for problems. */
    ConfigNode node();

    /** One value of its type. */
    record Leaf(ConfigNode node, Object value) implements Checked {}

    /** A list. */
    record Items(ConfigNode node, List<Checked> items) implements Checked {}

    /** Keys with values. */
    record Section(ConfigNode node, Map<String, Checked> entries) implements Checked {
        public Section {
            entries = new LinkedHashMap<>(entries);
        }

        /** A value, or null when it is absent or was reported. */
        <T> @Nullable T get(String key, Class<T> type) {
            return entries.get(key) instanceof Leaf leaf ? type.cast(leaf.value()) : null;
        }

        /** A value that is there because nothing was reported. */
        <T> T need(String key, Class<T> type) {
            T value = get(key, type);
            if (value == null) {
                throw new IllegalStateException("`" + key + "` was checked and is not there");
            }
            return value;
        }

        /** The section below, or null when it is absent. */
        @Nullable
        Section section(String key) {
            return entries.get(key) instanceof Section section ? section : null;
        }

        /** A section that is there because nothing was reported. */
        Section needSection(String key) {
            Section section = section(key);
            if (section == null) {
                throw new IllegalStateException("`" + key + "` was checked and is not there");
            }
            return section;
        }

        /** The sections of a list. */
        List<Section> sections(String key) {
            return entries.get(key) instanceof Items items
                    ? items.items().stream()
                            .filter(Section.class::isInstance)
                            .map(Section.class::cast)
                            .toList()
                    : List.of();
        }

        /** The values of a list. */
        List<Leaf> leaves(String key) {
            return entries.get(key) instanceof Items items
                    ? items.items().stream()
                            .filter(Leaf.class::isInstance)
                            .map(Leaf.class::cast)
                            .toList()
                    : List.of();
        }

        /** Where a key's value stands, or the section when it is absent. */
        ConfigNode at(String key) {
            Checked value = entries.get(key);
            return value == null ? node : value.node();
        }
    }
}
