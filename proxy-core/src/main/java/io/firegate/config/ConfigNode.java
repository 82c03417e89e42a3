package io.firegate.config;

import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value before its meaning is known, with the place it came from. The overrides change the tree; one thread at a time. */
abstract sealed class ConfigNode {
    private final Origin origin;
    private final @Nullable YamlNode yaml;
    final Problems problems;

    /**
     * A node.
     *
     * @param yaml the node of the file, so that a problem can show its line; null for one that is in no file
     */
    ConfigNode(Origin origin, @Nullable YamlNode yaml, Problems problems) {
        this.origin = origin;
        this.yaml = yaml;
        this.problems = problems;
    }

    /** A node of a file, or of the text of an override, in which case {@code override} says which. */
    static ConfigNode of(YamlNode yaml, @Nullable Origin override, Problems problems) {
        Origin origin = override == null ? new Origin.File(yaml.position()) : override;
        YamlNode shown = override == null ? yaml : null;
        return switch (yaml) {
            case YamlScalar scalar -> new Scalar(origin, shown, problems, scalar.text(), scalar);
            case YamlSequence sequence -> {
                Items items = new Items(origin, shown, problems);
                sequence.forEach(item -> items.items.add(of(item, override, problems)));
                yield items;
            }
            case YamlMapping mapping -> {
                Section section = new Section(origin, shown, problems);
                for (YamlMapping.Entry entry : mapping.entries()) {
                    section.entries.put(entry.name(), of(entry.value(), override, problems));
                    section.keys.put(entry.name(), new Scalar(origin, override == null ? entry.key() : null, problems));
                }
                yield section;
            }
        };
    }

    Origin origin() {
        return origin;
    }

    final @Nullable YamlNode place() {
        return yaml;
    }

    /** Reports that something is wrong here. */
    void problem(String message, @Nullable String fix) {
        if (yaml == null) {
            problems.add(Problem.ofFile(origin.toString(), message, fix));
        } else if (fix == null) {
            yaml.problem(message);
        } else {
            yaml.problem(message, fix);
        }
    }

    /** Reports that something is wrong here without showing the line. */
    void problemUnseen(String message, String fix) {
        if (yaml == null) {
            problem(message, fix);
        } else {
            problems.add(new Problem(Problem.Severity.ERROR, yaml.position(), message, fix, "(not shown)", 0));
        }
    }

    /** What it is, for messages. */
    abstract String described();

    /** One value. */
    static final class Scalar extends ConfigNode {
        /** As many digits as every long may have. */
        private static final int LONG_DIGITS = 18;

        final String text;
        private final @Nullable YamlScalar typed;

        /** Text without a type: from an environment variable or a {@code --set}. */
        Scalar(Origin origin, Problems problems, String text) {
            this(origin, null, problems, text, null);
        }

        /** A key, kept for its place only. */
        private Scalar(Origin origin, @Nullable YamlNode yaml, Problems problems) {
            this(origin, yaml, problems, "", null);
        }

        private Scalar(
                Origin origin, @Nullable YamlNode yaml, Problems problems, String text, @Nullable YamlScalar typed) {
            super(origin, yaml, problems);
            this.text = text;
            this.typed = typed;
        }

        /** The text, when YAML agrees that it is written in this form; null after a problem. */
        @Nullable
        String in(ScalarType.Form form) {
            if (typed == null) {
                return text;
            }
            if (form == ScalarType.Form.INTEGER && text.length() > LONG_DIGITS) {
                // Beyond any bound; the type says so with its own range.
                return text;
            }
            Object value = switch (form) {
                case STRING -> typed.asString();
                case BOOLEAN -> typed.asBoolean();
                case INTEGER -> typed.asInteger(Long.MIN_VALUE, Long.MAX_VALUE);
            };
            return value == null ? null : text;
        }

        @Override
        String described() {
            return text.isEmpty() ? "nothing" : "a single value";
        }
    }

    /** A list. */
    static final class Items extends ConfigNode {
        final List<ConfigNode> items = new ArrayList<>();

        Items(Origin origin, @Nullable YamlNode yaml, Problems problems) {
            super(origin, yaml, problems);
        }

        @Override
        String described() {
            return "a list";
        }
    }

    /** Keys with values. */
    static final class Section extends ConfigNode {
        final Map<String, ConfigNode> entries = new LinkedHashMap<>();

        /** Where each key stands, for problems about the key itself. */
        final Map<String, Scalar> keys = new LinkedHashMap<>();

        Section(Origin origin, @Nullable YamlNode yaml, Problems problems) {
            super(origin, yaml, problems);
        }

        /** A section nobody wrote, whose problems are shown where this one stands. */
        Section unwritten() {
            return new Section(origin(), place(), problems);
        }

        /** The place of a key. */
        ConfigNode key(String key) {
            Scalar place = keys.get(key);
            return place == null ? entries.getOrDefault(key, this) : place;
        }

        @Override
        String described() {
            return "a mapping";
        }
    }
}
