package io.firegate.policy.indexes;

import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.FieldTest;
import io.firegate.policy.indexes.Index.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which indexes a query needs that Firestore does not keep by itself. The rules and where they come from are in
 * {@code docs/policy-tools.md}: vendor pages "Index types in Cloud Firestore" and "Query with range and inequality filters on multiple
 * fields". Where sources differ this asks for the index: one too many costs storage, one too few fails the query.
 */
final class IndexRules {
    private static final String NAME = "__name__";

    private IndexRules() {}

    /**
     * What one shape needs under one condition.
     *
     * @param rows the ways to meet the condition; one without tests when there is none
     * @return empty when firegate refuses the query with any of them
     */
    static Optional<Set<Index>> needed(QueryShape shape, Set<Set<FieldTest>> rows) {
        Set<Index> needed = new LinkedHashSet<>();
        boolean served = false;
        for (Set<FieldTest> asked : shape.alternatives()) {
            for (Set<FieldTest> row : rows) {
                Set<FieldTest> tests = new LinkedHashSet<>(asked);
                tests.addAll(row);
                // Firestore takes one array in a term, and firegate refuses the query before it is asked.
                if (tests.stream().filter(FieldTest::member).count() < 2) {
                    served = true;
                    needed.addAll(term(shape, tests));
                }
            }
        }
        return served ? Optional.of(needed) : Optional.empty();
    }

    /** Each term of a disjunction is served by itself, in the order of the whole. */
    private static List<Index> term(QueryShape shape, Set<FieldTest> tests) {
        Map<String, Direction> ordered = ordered(shape);
        List<Field> members = new ArrayList<>();
        List<Field> equal = new ArrayList<>();
        for (FieldTest test : tests) {
            String path = test.field().toString();
            if (test.member()) {
                members.add(new Field(path, null));
            } else if (!ordered.containsKey(path)) {
                equal.add(new Field(path, Direction.ASCENDING));
            }
        }
        equal.sort(Comparator.comparing(Field::path));
        if (ordered.isEmpty() && (members.isEmpty() || equal.isEmpty())) {
            return merged(shape, members.isEmpty() ? equal : members);
        }
        List<Field> fields = new ArrayList<>(members);
        fields.addAll(equal);
        ordered.forEach((path, direction) -> fields.add(new Field(path, direction)));
        Field last = fields.get(fields.size() - 1);
        boolean descending = last.direction() == Direction.DESCENDING;
        if (descending != shape.nameDescending()) {
            fields.add(new Field(NAME, shape.nameDescending() ? Direction.DESCENDING : Direction.ASCENDING));
        }
        return fields.size() == 1 ? merged(shape, fields) : List.of(index(shape, fields));
    }

    /** What the index ends with: the orders, then the fields of inequalities, which order a query by themselves, and of sums. */
    private static Map<String, Direction> ordered(QueryShape shape) {
        Map<String, Direction> ordered = new LinkedHashMap<>();
        Direction direction = Direction.ASCENDING;
        for (QueryShape.Order order : shape.orders()) {
            ordered.putIfAbsent(order.field().toString(), order.direction());
            direction = order.direction();
        }
        for (String range : sorted(shape.ranges())) {
            ordered.putIfAbsent(range, direction);
        }
        for (String field : sorted(shape.summed())) {
            ordered.putIfAbsent(field, direction);
        }
        return ordered;
    }

    private static Set<String> sorted(Set<FieldPath> paths) {
        Set<String> sorted = new TreeSet<>();
        paths.forEach(path -> sorted.add(path.toString()));
        return sorted;
    }

    /** Indexes of one field each: in a collection Firestore keeps them, and merges those of equalities. */
    private static List<Index> merged(QueryShape shape, List<Field> fields) {
        if (shape.access().operation() != Operation.GROUP) {
            return List.of();
        }
        List<Index> each = new ArrayList<>();
        for (Field field : fields) {
            Field kept = field.direction() != null && shape.orders().isEmpty() && shape.nameDescending()
                    ? new Field(field.path(), Direction.DESCENDING)
                    : field;
            each.add(index(shape, List.of(kept)));
        }
        return each;
    }

    private static Index index(QueryShape shape, List<Field> fields) {
        return switch (shape.access().resource()) {
            case Resource.Collection collection -> new Index(collection.collectionId(), false, fields);
            case Resource.Group group -> new Index(group.collectionId(), true, fields);
            case Resource.Document document -> throw new IllegalArgumentException("a document is not queried");
            case Resource.CollectionIds ids -> throw new IllegalArgumentException("collection ids are not queried");
        };
    }
}
