package io.firegate.config;

import io.firegate.config.Setting.Presence;
import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds a tree against the table of keys: unknown keys, shapes, types, what is missing; fills in defaults. */
final class ShapeCheck {
    /** What an operator may call a credential: also usable in a variable's name. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private static final Origin DEFAULT = new Origin.Default();

    private final Problems problems;
    private final Path base;
    private final List<EffectiveValue> values = new ArrayList<>();

    /**
     * A check.
     *
     * @param base where relative paths start; absolute
     */
    ShapeCheck(Path base, Problems problems) {
        this.base = base;
        this.problems = problems;
    }

    /** Every value met, in the order of the table. */
    List<EffectiveValue> values() {
        return values;
    }

    Checked.Section root(ConfigNode.Section root) {
        return section(GatewayKeys.ROOT, root, "");
    }

    private Checked.Section section(Shape.Section shape, ConfigNode.Section node, String path) {
        for (String key : node.entries.keySet()) {
            if (shape.setting(key).isEmpty()) {
                String message = "unknown key `" + key + "`";
                var near = Nearest.to(key, shape.keys());
                if (near.isPresent()) {
                    node.key(key).problem(message + "; did you mean `" + near.get() + "`?", null);
                } else {
                    node.key(key).problem(message, "known here: " + String.join(", ", shape.keys()));
                }
            }
        }
        Map<String, Checked> entries = new LinkedHashMap<>();
        for (Setting setting : shape.settings()) {
            String below = path.isEmpty() ? setting.key() : path + "." + setting.key();
            Checked checked = setting(setting, node, below);
            if (checked != null) {
                entries.put(setting.key(), checked);
            }
        }
        return new Checked.Section(node, entries);
    }

    private @Nullable Checked setting(Setting setting, ConfigNode.Section parent, String path) {
        ConfigNode node = parent.entries.get(setting.key());
        if (setting.shape() instanceof Shape.NotYet notYet) {
            if (node != null) {
                parent.key(setting.key())
                        .problem("`" + path + "` is not in this version: " + notYet.instead(), "remove it");
            }
            return null;
        }
        if (node == null) {
            switch (setting.presence()) {
                case Presence.Required required -> {
                    parent.problem("`" + path + "` is missing: " + setting.description(), null);
                    return null;
                }
                case Presence.Absent absent -> {
                    values.add(new EffectiveValue(path, "(not set)", DEFAULT));
                    return null;
                }
                case Presence.Default fallback -> {
                    node = Overrides.parseValue(fallback.yaml(), DEFAULT, problems);
                    if (node == null) {
                        throw new IllegalStateException("the default of `" + path + "` is not YAML");
                    }
                }
                // What is missing below is reported where the section would stand: at the nearest section the file has.
                case Presence.Section section -> node = parent.unwritten();
            }
        }
        return check(setting.shape(), node, path);
    }

    private @Nullable Checked check(Shape shape, ConfigNode node, String path) {
        return switch (shape) {
            case Shape.Scalar scalar -> scalar(scalar.type(), node, path);
            case Shape.Section section -> {
                if (node instanceof ConfigNode.Section below) {
                    yield section(section, below, path);
                }
                node.problem("expected a mapping, found " + node.described(), "write the keys below it");
                yield null;
            }
            case Shape.ListOf list -> list(list, node, path);
            case Shape.MapOf map -> map(map, node, path);
            case Shape.NotYet notYet -> null;
        };
    }

    private @Nullable Checked list(Shape.ListOf list, ConfigNode node, String path) {
        if (!(node instanceof ConfigNode.Items items)) {
            node.problem(
                    "expected a list, found " + node.described(), "write [ ... ], or one item per line after `- `");
            return null;
        }
        if (items.items.size() < list.min()) {
            node.problem("`" + path + "` is empty", "write at least one item");
        }
        if (items.items.isEmpty()) {
            values.add(new EffectiveValue(path, "[]", node.origin()));
        }
        List<Checked> checked = new ArrayList<>();
        for (int i = 0; i < items.items.size(); i++) {
            Checked item = check(list.item(), items.items.get(i), path + "." + i);
            if (item != null) {
                checked.add(item);
            }
        }
        return new Checked.Items(node, checked);
    }

    private @Nullable Checked map(Shape.MapOf map, ConfigNode node, String path) {
        if (!(node instanceof ConfigNode.Section section)) {
            node.problem("expected a mapping of names, found " + node.described(), null);
            return null;
        }
        if (section.entries.isEmpty()) {
            values.add(new EffectiveValue(path, "{}", node.origin()));
        }
        Map<String, Checked> checked = new LinkedHashMap<>();
        section.entries.forEach((name, below) -> {
            if (!NAME.matcher(name).matches()) {
                section.key(name)
                        .problem(
                                "`" + name + "` is not a name",
                                "use lower-case letters, digits and hyphens, 63 at most");
            }
            Checked value = check(map.value(), below, path + "." + name);
            if (value != null) {
                checked.put(name, value);
            }
        });
        return new Checked.Section(node, checked);
    }

    private @Nullable Checked scalar(ScalarType type, ConfigNode node, String path) {
        if (!(node instanceof ConfigNode.Scalar scalar)) {
            node.problem("expected one value (" + type.described() + "), found " + node.described(), null);
            return null;
        }
        String text = scalar.in(type.form());
        if (text == null) {
            return null;
        }
        switch (type.read(text)) {
            case ScalarType.Reading.Bad bad -> {
                node.problem(bad.message(), bad.fix());
                return null;
            }
            case ScalarType.Reading.Unprintable bad -> {
                node.problemUnseen(bad.message(), bad.fix());
                return null;
            }
            case ScalarType.Reading.Good good -> {
                Object value = good.value() instanceof Path relative
                        ? base.resolve(relative).normalize()
                        : good.value();
                values.add(new EffectiveValue(path, shown(value, text), node.origin()));
                return new Checked.Leaf(node, value);
            }
        }
    }

    /** A path as it was resolved; everything else as it was written. */
    private static String shown(Object value, String text) {
        return value instanceof Path path ? path.toString() : text;
    }
}
