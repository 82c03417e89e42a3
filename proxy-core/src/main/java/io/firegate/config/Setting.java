package io.firegate.config;

/**
 * One key of gateway.yaml: its shape, what happens when it is absent, and what it means.
 *
 * @param key the key as written, in camelCase
 * @param shape what may stand behind it
 * @param presence what its absence means
 * @param description for the reference page and for the problem when it is missing: lower case, no full stop
 */
record Setting(String key, Shape shape, Presence presence, String description) {

    /** What an absent key means. There is no fourth answer: a key nobody wrote a default for cannot exist. */
    sealed interface Presence {
        /** A problem. */
        record Required() implements Presence {}

        /** This value, in YAML. */
        record Default(String yaml) implements Presence {}

        /** Nothing; says what nothing means. */
        record Absent(String meaning) implements Presence {}

        /** A section whose keys answer for themselves. */
        record Section() implements Presence {}
    }

    static Setting required(String key, Shape shape, String description) {
        return new Setting(key, shape, new Presence.Required(), description);
    }

    static Setting defaulted(String key, Shape shape, String yaml, String description) {
        return new Setting(key, shape, new Presence.Default(yaml), description);
    }

    static Setting absent(String key, Shape shape, String meaning, String description) {
        return new Setting(key, shape, new Presence.Absent(meaning), description);
    }

    static Setting section(String key, Shape.Section section, String description) {
        return new Setting(key, section, new Presence.Section(), description);
    }

    /** A key of the design that this version does not act on: accepting it would be ignoring it. */
    static Setting notYet(String key, String instead) {
        return new Setting(key, new Shape.NotYet(instead), new Presence.Absent("always, in this version"), "reserved");
    }
}
