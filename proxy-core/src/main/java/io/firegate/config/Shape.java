package io.firegate.config;

import java.util.List;
import java.util.Optional;

/** What may stand behind a key. */
sealed interface Shape {
    /** One value. */
    record Scalar(ScalarType type) implements Shape {}

    /** Keys from a closed list. */
    record Section(List<Setting> settings) implements Shape {
        public Section {
            settings = List.copyOf(settings);
        }

        Optional<Setting> setting(String key) {
            return settings.stream().filter(s -> s.key().equals(key)).findFirst();
        }

        List<String> keys() {
            return settings.stream().map(Setting::key).toList();
        }
    }

    /** A list. */
    record ListOf(Shape item, int min) implements Shape {}

    /** Names of the operator's choice, each with a section. */
    record MapOf(Section value) implements Shape {}

    /** Nothing: the key is refused with this explanation. */
    record NotYet(String instead) implements Shape {}
}
