package io.firegate.e2e.rows;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.firestore.v1.StructuredQuery.Order;
import com.google.firestore.v1.StructuredQuery.UnaryFilter;
import com.google.firestore.v1.Value;
import com.google.protobuf.Int32Value;
import io.firegate.firestore.rows.StoredValue;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Documents, conditions, queries and masks drawn from few fields and few values, so that they meet. */
final class RandomRows {
    private static final List<FieldPath> FIELDS = List.of(
            FieldPath.of("a"),
            FieldPath.of("b"),
            FieldPath.of("m", "x"),
            FieldPath.of("m", "y", "z"),
            FieldPath.of("m"),
            FieldPath.of("odd name`\\."));

    private static final List<String> IDS =
            List.of("a", "B", "a b", "é", "__id7__", "1", "%2F", "(x)", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7");

    private final Random random;
    private final String root;

    RandomRows(long seed, String root) {
        this.random = new Random(seed);
        this.root = root;
    }

    private <T> T one(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    /** Documents of one collection, each id once. */
    List<Document> documents(String collection) {
        List<Document> documents = new ArrayList<>();
        for (String id : IDS) {
            documents.add(Document.newBuilder()
                    .setName(root + "/" + collection + "/" + id)
                    .putAllFields(fields())
                    .build());
        }
        return documents;
    }

    private Map<String, Value> fields() {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (FieldPath field : FIELDS) {
            if (random.nextInt(5) > 0) {
                put(fields, field.segments(), StoredValue.write(value(2)));
            }
        }
        return fields;
    }

    /** Puts a value below maps, in place of what is no map. */
    private static void put(Map<String, Value> fields, List<String> segments, Value value) {
        String first = segments.get(0);
        if (segments.size() == 1) {
            fields.put(first, value);
            return;
        }
        Map<String, Value> below = new LinkedHashMap<>(fields.getOrDefault(first, Value.getDefaultInstance())
                .getMapValue()
                .getFieldsMap());
        below.remove("__type__");
        put(below, segments.subList(1, segments.size()), value);
        fields.put(
                first,
                Value.newBuilder()
                        .setMapValue(MapValue.newBuilder().putAllFields(below))
                        .build());
    }

    private PolicyValue value(int depth) {
        return switch (random.nextInt(depth == 0 ? 11 : 14)) {
            case 0 -> PolicyValue.Null.NULL;
            case 1 -> new PolicyValue.Bool(random.nextBoolean());
            case 2 -> new PolicyValue.Int(one(List.of(0L, 1L, 2L, 1L << 53, (1L << 53) + 1, Long.MIN_VALUE)));
            case 3 ->
                new PolicyValue.Real(one(List.of(
                        0.0, -0.0, 1.0, 1.5, 0x1p53, 0x1p63, -0x1p63, Double.POSITIVE_INFINITY, Double.MIN_VALUE)));
            case 4 -> new PolicyValue.Real(Double.NaN);
            case 5, 6 -> new PolicyValue.Text(one(List.of("", "a", "A", "\uffff", "\ud83d\ude00", "é", "e\u0301")));
            case 7 -> new PolicyValue.Time(one(List.of(0L, 1L, -1L)), one(List.of(0, 1_000, 999_999_000)));
            case 8 -> new PolicyValue.Bytes(one(List.of(new byte[0], new byte[] {1}, new byte[] {-1, 0})));
            case 9 -> new PolicyValue.Reference(root + one(List.of("/x/a", "/x/b", "/x/a/y/b")));
            // Without a negative zero, which the emulator tells from the other in points alone; no policy writes
            // points.
            case 10 -> new PolicyValue.Point(one(List.of(0.0, 1.0)), one(List.of(0.0, 2.0)));
            case 11 -> {
                List<PolicyValue> elements = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    PolicyValue element = value(depth - 1);
                    // Arrays hold neither arrays nor vectors.
                    if (!(element instanceof PolicyValue.Array) && !(element instanceof PolicyValue.Vector)) {
                        elements.add(element);
                    }
                }
                yield new PolicyValue.Array(elements);
            }
            case 12 -> new PolicyValue.Vector(one(List.of(List.of(1.0), List.of(1.0, 2.0), List.of(0.0))));
            default -> {
                Map<String, PolicyValue> map = new LinkedHashMap<>();
                for (String key : List.of("x", "y", "")) {
                    if (!key.isEmpty() && random.nextBoolean()) {
                        map.put(key, value(depth - 1));
                    }
                }
                yield new PolicyValue.Fields(map);
            }
        };
    }

    /** A condition that a query can say. */
    RowPredicate condition(int depth) {
        return switch (random.nextInt(depth == 0 ? 7 : 10)) {
            case 0, 1, 2 -> new RowPredicate.Compare(one(FIELDS), Comparison.EQUAL, value(2));
            case 3 -> new RowPredicate.In(one(FIELDS), List.of(value(1), value(1), value(2)));
            case 4 -> new RowPredicate.Contains(one(FIELDS), value(1));
            case 5 -> new RowPredicate.IsNull(one(FIELDS));
            case 6 ->
                random.nextInt(4) == 0
                        ? new RowPredicate.Const(random.nextBoolean())
                        : new RowPredicate.IdIn(List.of(one(IDS), one(IDS), "none", "a/b/c", ".."));
            case 7 -> new RowPredicate.And(List.of(condition(depth - 1), condition(depth - 1)));
            default -> new RowPredicate.Or(List.of(condition(depth - 1), condition(depth - 1), condition(depth - 1)));
        };
    }

    /** What a client asks, without a limit. */
    StructuredQuery query(String collection) {
        StructuredQuery.Builder query = StructuredQuery.newBuilder()
                .addFrom(CollectionSelector.newBuilder().setCollectionId(collection));
        FieldReference a = FieldReference.newBuilder().setFieldPath("a").build();
        FieldReference b = FieldReference.newBuilder().setFieldPath("b").build();
        switch (random.nextInt(6)) {
            case 0 -> query.addOrderBy(Order.newBuilder().setField(b));
            case 1 -> query.setWhere(filter(b, FieldFilter.Operator.GREATER_THAN_OR_EQUAL, new PolicyValue.Int(0)));
            case 2 -> query.setWhere(filter(a, FieldFilter.Operator.NOT_EQUAL, new PolicyValue.Text("a")));
            case 3 -> query.setWhere(filter(a, FieldFilter.Operator.EQUAL, value(1)));
            case 4 ->
                query.setWhere(Filter.newBuilder()
                                .setUnaryFilter(
                                        UnaryFilter.newBuilder().setField(a).setOp(UnaryFilter.Operator.IS_NOT_NULL)))
                        .addOrderBy(Order.newBuilder().setField(a));
            default -> {
                // The whole collection.
            }
        }
        return query.build();
    }

    private static Filter filter(FieldReference field, FieldFilter.Operator operator, PolicyValue value) {
        return Filter.newBuilder()
                .setFieldFilter(
                        FieldFilter.newBuilder().setField(field).setOp(operator).setValue(StoredValue.write(value)))
                .build();
    }

    /** The same with a limit, or not. */
    StructuredQuery limited(StructuredQuery query) {
        return random.nextInt(3) > 0
                ? query
                : query.toBuilder().setLimit(Int32Value.of(random.nextInt(4))).build();
    }

    /** A mask, and what is needed besides. */
    List<FieldPath> paths() {
        List<FieldPath> paths = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            FieldPath path = one(FIELDS);
            List<String> segments = new ArrayList<>(path.segments());
            if (random.nextInt(3) == 0) {
                segments.add(one(List.of("x", "y", "value")));
            }
            paths.add(new FieldPath(segments));
        }
        return paths;
    }
}
