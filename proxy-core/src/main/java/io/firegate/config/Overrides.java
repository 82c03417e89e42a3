package io.firegate.config;

import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lays environment variables and then {@code --set} options over the tree of the file.
 *
 * <p>A key is addressed by its path: {@code limits.requestBytes}, a list item by its number from 0, {@code
 * listeners.0.address}, an entry of a named map by its name. The variable of a path is {@code FIREGATE_}, then every part in
 * upper case, joined by {@code _}, which also stands between the words of a part: {@code FIREGATE_LIMITS_REQUEST_BYTES}, {@code
 * FIREGATE_LISTENERS_0_ADDRESS}. A variable that names nothing, or two things, is a problem: a mistyped setting must not be
 * silently ignored.
 */
final class Overrides {
    static final String PREFIX = "FIREGATE_";

    /** Variables that are no settings: the launcher's and the command line's own. */
    static final Set<String> RESERVED = Set.of("FIREGATE_CONFIG", "FIREGATE_JAVA_OPTS");

    /**
     * Variables Kubernetes sets in every pod of a namespace that has a Service named {@code firegate} or {@code firegate-...}
     * (Kubernetes documentation, "Accessing the Service", environment variables). No setting ends like them.
     */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "FIREGATE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)");

    private final ConfigNode.Section root;
    private final Problems problems;

    Overrides(ConfigNode.Section root, Problems problems) {
        this.root = root;
        this.problems = problems;
    }

    /** A place to write to and what belongs there. */
    private record Target(List<String> path, Shape shape) {}

    /** Lays the variables that begin with {@code FIREGATE_} over the tree. */
    void environment(Map<String, String> environment) {
        record Found(Target target, String variable, String value) {}
        List<Found> all = new ArrayList<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(PREFIX)
                    || RESERVED.contains(name)
                    || SERVICE_LINK.matcher(name).matches()) {
                continue;
            }
            List<Target> targets = new ArrayList<>();
            find(GatewayKeys.ROOT, root, List.of(name.substring(PREFIX.length()).split("_", -1)), List.of(), targets);
            if (targets.size() == 1) {
                all.add(new Found(targets.get(0), name, variable.getValue()));
            } else {
                unknownVariable(name, targets);
            }
        }
        // Whole lists before their items, and items in order, so that item 1 may follow item 0.
        all.sort(Comparator.comparing(found -> found.target().path(), Overrides::comparePaths));
        for (Found found : all) {
            write(found.target(), found.value(), new Origin.Environment(found.variable()));
        }
    }

    /** Lays one {@code --set} text, {@code a.b=c}, over the tree. */
    void set(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            problems.add(Problem.ofFile(
                    "--set " + (equals == 0 ? "=" : text),
                    "not of the form key=value",
                    "write --set admin.address=127.0.0.1:9901"));
            return;
        }
        String key = text.substring(0, equals);
        Origin origin = new Origin.CommandLine(key);
        List<String> path = List.of(key.split("\\.", -1));
        Shape shape = GatewayKeys.ROOT;
        for (int i = 0; i < path.size(); i++) {
            String part = path.get(i);
            Shape next = step(shape, part);
            if (next == null) {
                List<String> known = shape instanceof Shape.Section section ? section.keys() : List.of();
                String message = "no setting `" + key + "`";
                String fix = switch (shape) {
                    case Shape.Section section -> {
                        var near = Nearest.to(part, section.keys());
                        yield near.isPresent()
                                ? "did you mean `" + near.get() + "`?"
                                : "known here: " + String.join(", ", known);
                    }
                    case Shape.ListOf list -> "`" + part + "` must be the number of an item, from 0";
                    default -> "nothing can stand below `" + String.join(".", path.subList(0, i)) + "`";
                };
                problems.add(Problem.ofFile(origin.toString(), message, fix));
                return;
            }
            shape = next;
        }
        write(new Target(path, shape), text.substring(equals + 1), origin);
    }

    private static @Nullable Shape step(Shape shape, String part) {
        return switch (shape) {
            case Shape.Section section ->
                section.setting(part).map(Setting::shape).orElse(null);
            case Shape.ListOf list -> isIndex(part) ? list.item() : null;
            case Shape.MapOf map -> part.isEmpty() ? null : map.value();
            case Shape.NotYet notYet -> notYet;
            case Shape.Scalar scalar -> null;
        };
    }

    private void unknownVariable(String name, List<Target> targets) {
        if (!targets.isEmpty()) {
            List<String> paths =
                    targets.stream().map(t -> String.join(".", t.path())).toList();
            problems.add(Problem.ofFile(
                    "environment " + name, "could mean " + String.join(" or ", paths), "use --set with one of these"));
            return;
        }
        List<String> known = new ArrayList<>();
        collect(GatewayKeys.ROOT, PREFIX.substring(0, PREFIX.length() - 1), known);
        problems.add(Problem.ofFile(
                "environment " + name,
                "no such setting",
                Nearest.to(name, known)
                        .map(near -> "did you mean " + near + "?")
                        .orElse(
                                name.startsWith(PREFIX + "CREDENTIALS_")
                                        ? "a variable changes a credential of the file; add one there or with --set"
                                        : "unset it; docs/configuration.md lists every variable")));
    }

    /** The variables of every setting that is in no list and no named map. */
    private static void collect(Shape shape, String prefix, List<String> into) {
        if (shape instanceof Shape.Section section) {
            for (Setting setting : section.settings()) {
                collect(setting.shape(), prefix + "_" + variablePart(setting.key()), into);
            }
        } else {
            into.add(prefix);
        }
    }

    /** A part of a path as a variable writes it: {@code requestBytes} is {@code REQUEST_BYTES}, digits are a word. */
    static String variablePart(String key) {
        StringBuilder out = new StringBuilder(key.length() + 8);
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            char before = i == 0 ? '_' : key.charAt(i - 1);
            boolean word = Character.isUpperCase(c) || Character.isDigit(c) != Character.isDigit(before);
            if (c == '-') {
                out.append('_');
            } else {
                if (i > 0 && before != '-' && word) {
                    out.append('_');
                }
                out.append(c);
            }
        }
        return out.toString().toUpperCase(Locale.ROOT);
    }

    /** Every place a variable's words could mean. */
    private static void find(
            Shape shape, @Nullable ConfigNode node, List<String> words, List<String> path, List<Target> found) {
        if (shape instanceof Shape.NotYet || (words.isEmpty() && !(shape instanceof Shape.Section))) {
            found.add(new Target(path, shape));
            return;
        }
        if (words.isEmpty()) {
            return;
        }
        switch (shape) {
            case Shape.Section section -> {
                for (Setting setting : section.settings()) {
                    ConfigNode below = node instanceof ConfigNode.Section s ? s.entries.get(setting.key()) : null;
                    descend(setting.key(), setting.shape(), below, words, path, found);
                }
            }
            case Shape.ListOf list -> {
                if (isIndex(words.get(0))) {
                    int index = Integer.parseInt(words.get(0));
                    ConfigNode below =
                            node instanceof ConfigNode.Items i && index < i.items.size() ? i.items.get(index) : null;
                    find(list.item(), below, words.subList(1, words.size()), plus(path, words.get(0)), found);
                }
            }
            case Shape.MapOf map -> {
                if (node instanceof ConfigNode.Section section) {
                    section.entries.forEach((name, below) -> descend(name, map.value(), below, words, path, found));
                }
            }
            case Shape.Scalar scalar -> {}
            case Shape.NotYet notYet -> {}
        }
    }

    private static void descend(
            String key,
            Shape shape,
            @Nullable ConfigNode node,
            List<String> words,
            List<String> path,
            List<Target> found) {
        List<String> part = List.of(variablePart(key).split("_", -1));
        if (words.size() >= part.size() && words.subList(0, part.size()).equals(part)) {
            find(shape, node, words.subList(part.size(), words.size()), plus(path, key), found);
        }
    }

    private static List<String> plus(List<String> path, String part) {
        List<String> longer = new ArrayList<>(path);
        longer.add(part);
        return longer;
    }

    /** A number from 0 without leading zeros, short enough to be an int. */
    private static boolean isIndex(String part) {
        return part.length() <= 4 && part.matches("0|[1-9][0-9]*");
    }

    private static int comparePaths(List<String> a, List<String> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            boolean numbers = isIndex(a.get(i)) && isIndex(b.get(i));
            int order = numbers
                    ? Integer.compare(Integer.parseInt(a.get(i)), Integer.parseInt(b.get(i)))
                    : a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private void write(Target target, String value, Origin origin) {
        ConfigNode node = switch (target.shape()) {
            case Shape.Scalar scalar -> new ConfigNode.Scalar(origin, problems, value);
            case Shape.NotYet notYet -> new ConfigNode.Scalar(origin, problems, value);
            case Shape.Section section -> yaml(value, origin);
            case Shape.ListOf list -> yaml(value, origin);
            case Shape.MapOf map -> yaml(value, origin);
        };
        if (node != null) {
            put(root, target.path(), node, origin);
        }
    }

    /** A list or mapping in one line, in YAML's flow style. */
    private @Nullable ConfigNode yaml(String value, Origin origin) {
        ConfigNode node = parseValue(value, origin, problems);
        if (node == null) {
            problems.add(Problem.ofFile(
                    origin.toString(),
                    "expected a list or a mapping in YAML, found something else",
                    "write for example [a, b]"));
        }
        return node;
    }

    /** Reads a YAML value that stands in no file; null when it is none. */
    static @Nullable ConfigNode parseValue(String value, Origin origin, Problems problems) {
        Problems own = new Problems();
        YamlNode node = YamlFile.parse(origin.toString(), "value: " + value + "\n", own)
                .map(mapping -> mapping.entries().size() == 1 ? mapping.optional("value") : null)
                .orElse(null);
        return node == null || own.hasErrors() ? null : ConfigNode.of(node, origin, problems);
    }

    /** Puts a node at its path and makes the sections and lists on the way. Where the file has another shape, the file's problem stands. */
    private void put(ConfigNode.Section start, List<String> path, ConfigNode node, Origin origin) {
        ConfigNode here = start;
        Shape shape = GatewayKeys.ROOT;
        for (int i = 0; i < path.size(); i++) {
            String part = path.get(i);
            Shape below = step(shape, part);
            boolean last = i == path.size() - 1 || below instanceof Shape.NotYet;
            ConfigNode next = last ? node : null;
            switch (here) {
                case ConfigNode.Section section -> {
                    if (next == null) {
                        next = section.entries.get(part);
                    }
                    if (next == null) {
                        next = empty(below, origin);
                        if (below instanceof Shape.ListOf && !path.get(i + 1).equals("0")) {
                            noItem(path.get(i + 1), 0, origin);
                            return;
                        }
                    }
                    section.entries.put(part, next);
                    if (last) {
                        section.keys.remove(part);
                    }
                }
                case ConfigNode.Items items -> {
                    int index = Integer.parseInt(part);
                    if (index > items.items.size()) {
                        noItem(part, items.items.size(), origin);
                        return;
                    }
                    if (index == items.items.size()) {
                        items.items.add(next == null ? empty(below, origin) : next);
                    } else if (next != null) {
                        items.items.set(index, next);
                    }
                    next = items.items.get(index);
                }
                case ConfigNode.Scalar scalar -> {
                    return;
                }
            }
            if (last || below == null) {
                return;
            }
            here = next;
            shape = below;
        }
    }

    private void noItem(String index, int size, Origin origin) {
        problems.add(Problem.ofFile(
                origin.toString(), "there is no item " + index + " in a list of " + size, "the next one is " + size));
    }

    private ConfigNode empty(@Nullable Shape shape, Origin origin) {
        return shape instanceof Shape.ListOf
                ? new ConfigNode.Items(origin, null, problems)
                : new ConfigNode.Section(origin, null, problems);
    }
}
