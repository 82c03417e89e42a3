package io.firegate.policy.indexes;

import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourceText;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.FieldTest;
import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a file of query shapes, YAML or JSON: what a program asks, without the values. */
public final class QueryShapeReader {
    /** Terms of one filter: what Firestore takes (vendor page "Perform simple and compound queries"). */
    private static final int TERMS_MAX = 30;
    /** As deep as filters are read in one another. */
    private static final int DEPTH_MAX = 20;

    private static final FieldPath NAME = FieldPath.of("__name__");

    /** What a comparison is to an index. */
    private enum Use {
        EQUALITY,
        MEMBER,
        RANGE
    }

    /** The comparisons of a filter, by their word. */
    private static final Map<String, Use> COMPARISONS = comparisons();

    private final Set<FieldPath> ranges = new LinkedHashSet<>();

    private QueryShapeReader() {}

    private static Map<String, Use> comparisons() {
        Map<String, Use> uses = new LinkedHashMap<>();
        uses.put("==", Use.EQUALITY);
        uses.put("in", Use.EQUALITY);
        uses.put("array-contains", Use.MEMBER);
        uses.put("array-contains-any", Use.MEMBER);
        for (String range : List.of("<", "<=", ">", ">=", "!=", "not-in")) {
            uses.put(range, Use.RANGE);
        }
        return uses;
    }

    /** The words of {@link #COMPARISONS}. */
    static List<String> words() {
        return List.copyOf(COMPARISONS.keySet());
    }

    /**
     * Reads a file's bytes.
     *
     * @param file its name as the operator knows it
     * @return the shapes, or empty when something is wrong; then {@code problems} says what
     */
    public static Optional<List<QueryShape>> read(String file, byte[] utf8, Problems problems) {
        List<QueryShape> shapes = new ArrayList<>();
        YamlFile.parse(file, utf8, problems).ifPresent(root -> readRoot(root, shapes));
        return problems.hasErrors() ? Optional.empty() : Optional.of(shapes);
    }

    private static void readRoot(YamlMapping root, List<QueryShape> shapes) {
        YamlNode version = root.required("version");
        if (version != null) {
            version.asInteger(1, 1);
        }
        YamlSequence queries = root.requiredSequence("queries");
        if (queries != null) {
            for (YamlNode node : queries) {
                YamlMapping query = node.asMapping();
                QueryShape shape = query == null
                        ? null
                        : read(query, query.position(), query.requiredString("name"), access(query));
                if (shape != null) {
                    shapes.add(shape);
                }
            }
        }
        root.noOtherKeys();
    }

    /**
     * Reads one query; reports all that is wrong with it.
     *
     * @param position where it stands
     * @param name what it is called; null after a problem
     * @param access what it wants; null after a problem
     */
    static @Nullable QueryShape read(
            YamlMapping query, Position position, @Nullable String name, @Nullable Access access) {
        return new QueryShapeReader().readShape(query, position, name, access);
    }

    private @Nullable QueryShape readShape(
            YamlMapping query, Position position, @Nullable String name, @Nullable Access access) {
        YamlSequence where = query.optionalSequence("where");
        Set<Set<FieldTest>> alternatives = where == null ? Set.of(Set.of()) : all(where, 0);
        List<QueryShape.Order> orders = new ArrayList<>();
        Boolean descending = orders(query, orders);
        Set<FieldPath> summed = new LinkedHashSet<>();
        for (YamlScalar field : query.optionalStrings("sum")) {
            field(field, field.text()).ifPresent(summed::add);
        }
        query.noOtherKeys();
        boolean nameDescending = descending != null
                ? descending
                : !orders.isEmpty() && orders.get(orders.size() - 1).direction() == Direction.DESCENDING;
        return name == null || access == null
                ? null
                : new QueryShape(position, name, access, alternatives, ranges, orders, nameDescending, summed);
    }

    private static @Nullable Access access(YamlMapping query) {
        YamlNode list = query.optional("list");
        YamlNode group = query.optional("group");
        YamlNode target = list == null ? group : list;
        if (target == null || (list != null && group != null)) {
            query.problem("a query is over one `list` or one `group`", "write list: /patients or group: /**/vitals");
            return null;
        }
        Operation operation = list == null ? Operation.GROUP : Operation.LIST;
        String text = target.asString();
        Resource resource =
                text == null ? null : ResourceText.read(operation, text).orElse(null);
        if (text != null && (resource == null || QueryShape.isEvery(resource))) {
            target.problem("`" + text + "` is no path for this", "write " + ResourceText.form(operation));
            return null;
        }
        return resource == null ? null : Access.of(operation, resource);
    }

    /** The orders before the document's name; whether that is descending, or null when it is not said. */
    private static @Nullable Boolean orders(YamlMapping query, List<QueryShape.Order> orders) {
        Boolean nameDescending = null;
        for (YamlScalar order : query.optionalStrings("orderBy")) {
            String text = order.text().strip();
            int space = text.lastIndexOf(' ');
            String word = space < 0 ? "" : text.substring(space + 1).toLowerCase(Locale.ROOT);
            boolean said = word.equals("asc") || word.equals("desc");
            Direction direction = word.equals("desc") ? Direction.DESCENDING : Direction.ASCENDING;
            Optional<FieldPath> field = field(order, said ? text.substring(0, space) : text);
            if (field.isPresent() && nameDescending == null) {
                if (field.get().equals(NAME)) {
                    // Nothing comes after it: no two documents have the same.
                    nameDescending = direction == Direction.DESCENDING;
                } else {
                    orders.add(new QueryShape.Order(field.get(), direction));
                }
            }
        }
        return nameDescending;
    }

    private static Optional<FieldPath> field(YamlScalar node, String text) {
        Optional<FieldPath> field = FieldPath.parse(text.strip());
        if (field.isEmpty()) {
            node.problem("`" + text + "` is no field", "write it as Firestore does: name, address.city, `first name`");
        }
        return field;
    }

    private Set<Set<FieldTest>> all(YamlSequence parts, int depth) {
        Set<Set<FieldTest>> all = new LinkedHashSet<>();
        all.add(Set.of());
        for (YamlNode part : parts) {
            Set<Set<FieldTest>> product = new LinkedHashSet<>();
            for (Set<FieldTest> other : part(part, depth)) {
                for (Set<FieldTest> way : all) {
                    Set<FieldTest> both = new LinkedHashSet<>(way);
                    both.addAll(other);
                    product.add(both);
                }
            }
            all = bounded(product, part);
        }
        return all;
    }

    private Set<Set<FieldTest>> any(YamlSequence parts, int depth) {
        Set<Set<FieldTest>> any = new LinkedHashSet<>();
        for (YamlNode part : parts) {
            any.addAll(part(part, depth));
            any = bounded(any, part);
        }
        if (any.isEmpty()) {
            parts.problem("`any` of nothing is met by nothing");
        }
        return any;
    }

    private static Set<Set<FieldTest>> bounded(Set<Set<FieldTest>> ways, YamlNode at) {
        if (ways.size() > TERMS_MAX) {
            at.problem("more than " + TERMS_MAX + " disjunctions, which Firestore does not take");
            return Set.of(Set.of());
        }
        return ways;
    }

    private Set<Set<FieldTest>> part(YamlNode node, int depth) {
        if (!(node instanceof YamlMapping mapping)) {
            String text = node.asString();
            return text != null && node instanceof YamlScalar scalar ? comparison(scalar) : Set.of(Set.of());
        }
        YamlSequence any = mapping.optionalSequence("any");
        YamlSequence all = mapping.optionalSequence("all");
        mapping.noOtherKeys();
        if ((any == null) == (all == null) || depth == DEPTH_MAX) {
            mapping.problem(
                    depth == DEPTH_MAX
                            ? "filters deeper than " + DEPTH_MAX + ", which Firestore does not take"
                            : "a filter is text, or one of `any` and `all`");
            return Set.of(Set.of());
        }
        return any != null ? any(any, depth + 1) : all == null ? Set.of(Set.of()) : all(all, depth + 1);
    }

    private Set<Set<FieldTest>> comparison(YamlScalar node) {
        String text = node.text().strip();
        int space = text.lastIndexOf(' ');
        Use use = space < 0 ? null : COMPARISONS.get(text.substring(space + 1));
        if (use == null) {
            node.problem(
                    "`" + text + "` is no filter",
                    "write a field and one of " + String.join(", ", COMPARISONS.keySet()));
            return Set.of(Set.of());
        }
        Optional<FieldPath> field = field(node, text.substring(0, space));
        // Every index ends with the name, so a filter on it needs nothing of its own.
        if (field.isEmpty() || field.get().equals(NAME)) {
            return Set.of(Set.of());
        }
        return switch (use) {
            case EQUALITY -> Set.of(Set.of(new FieldTest(field.get(), false)));
            case MEMBER -> Set.of(Set.of(new FieldTest(field.get(), true)));
            case RANGE -> {
                ranges.add(field.get());
                yield Set.of(Set.of());
            }
        };
    }
}
