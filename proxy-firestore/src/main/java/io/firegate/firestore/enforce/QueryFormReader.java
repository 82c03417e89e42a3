package io.firegate.firestore.enforce;

import com.google.firestore.v1.StructuredAggregationQuery;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CompositeFilter;
import com.google.firestore.v1.StructuredQuery.Direction;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.firestore.v1.StructuredQuery.FindNearest;
import com.google.firestore.v1.StructuredQuery.Order;
import com.google.firestore.v1.StructuredQuery.UnaryFilter;
import io.firegate.firestore.rows.ListingOrder;
import io.firegate.firestore.wire.FieldCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the form of one query off the bytes that have passed the walk, no more of it than is kept. */
final class QueryFormReader {
    /** Most fields looked at, of messages at any depth; a hundred filters have some hundreds. */
    private static final int FIELDS_MAX = 10_000;

    private final byte[] data;
    private final List<QueryForm.Filter> where = new ArrayList<>();
    private final List<QueryForm.Order> orders = new ArrayList<>();
    private final List<String> summed = new ArrayList<>();
    private @Nullable String nearest;
    private boolean cut;
    private int fieldsLeft = FIELDS_MAX;
    private int partsLeft = QueryForm.PARTS_MAX;
    private int charsLeft = QueryForm.CHARS_MAX;

    private QueryFormReader(byte[] data) {
        this.data = data;
    }

    /** The form of a query. */
    static QueryForm of(byte[] data, FieldCursor query) {
        QueryFormReader reader = new QueryFormReader(data);
        reader.query(query);
        return reader.form();
    }

    /** The form of an aggregation. */
    static QueryForm ofAggregation(byte[] data, FieldCursor aggregation) {
        QueryFormReader reader = new QueryFormReader(data);
        while (reader.next(aggregation)) {
            switch (aggregation.number()) {
                case StructuredAggregationQuery.STRUCTURED_QUERY_FIELD_NUMBER -> reader.query(aggregation.fields());
                case StructuredAggregationQuery.AGGREGATIONS_FIELD_NUMBER -> reader.aggregated(aggregation.fields());
                default -> throw new IllegalStateException("a field the walk does not know");
            }
        }
        return reader.form();
    }

    /** The form of a listing. */
    static QueryForm ofListing(String orderBy) {
        if (orderBy.isEmpty()) {
            return QueryForm.ALL;
        }
        QueryFormReader reader = new QueryFormReader(new byte[0]);
        ListingOrder order = orderBy.length() > QueryForm.CHARS_MAX ? null : ListingOrder.parse(orderBy);
        if (order == null) {
            reader.cut = true;
        } else {
            for (Order each : order.orders()) {
                reader.ordered(each.getField().getFieldPath(), each.getDirection() == Direction.DESCENDING);
            }
        }
        return reader.form();
    }

    /** Moves to the next field; false when there is none, or so many have been looked at that the form is cut. */
    private boolean next(FieldCursor field) {
        if (!field.next()) {
            return false;
        }
        if (fieldsLeft == 0) {
            cut = true;
            return false;
        }
        fieldsLeft--;
        return true;
    }

    private QueryForm form() {
        return new QueryForm(where, orders, summed, nearest, cut);
    }

    private void query(FieldCursor query) {
        while (next(query)) {
            switch (query.number()) {
                case StructuredQuery.WHERE_FIELD_NUMBER -> {
                    QueryForm.Filter filter = filter(query.fields(), 0);
                    switch (filter) {
                        case null -> {}
                        case QueryForm.All(var all) -> where.addAll(all);
                        case QueryForm.Any any -> where.add(any);
                        case QueryForm.Compared compared -> where.add(compared);
                    }
                }
                case StructuredQuery.ORDER_BY_FIELD_NUMBER -> order(query.fields());
                case StructuredQuery.FIND_NEAREST_FIELD_NUMBER -> {
                    FieldCursor field = query.fields();
                    while (next(field)) {
                        if (field.number() == FindNearest.VECTOR_FIELD_FIELD_NUMBER) {
                            nearest = kept(path(field.fields()));
                        }
                    }
                }
                default -> {
                    // What is shown, where it begins and how much it is needs no index.
                }
            }
        }
    }

    private QueryForm.@Nullable Filter filter(FieldCursor filter, int depth) {
        if (!next(filter)) {
            cut = true;
            return null;
        }
        return switch (filter.number()) {
            case Filter.COMPOSITE_FILTER_FIELD_NUMBER -> composite(filter.fields(), depth);
            case Filter.FIELD_FILTER_FIELD_NUMBER -> compared(filter.fields());
            case Filter.UNARY_FILTER_FIELD_NUMBER -> unary(filter.fields());
            default -> throw new IllegalStateException("a field the walk does not know");
        };
    }

    private QueryForm.@Nullable Filter composite(FieldCursor field, int depth) {
        if (depth == QueryForm.DEPTH_MAX) {
            cut = true;
            return null;
        }
        CompositeFilter.Operator operator = null;
        List<QueryForm.Filter> filters = new ArrayList<>();
        while (next(field)) {
            if (field.number() == CompositeFilter.OP_FIELD_NUMBER) {
                operator = CompositeFilter.Operator.forNumber((int) field.varint64());
            } else {
                QueryForm.Filter filter = filter(field.fields(), depth + 1);
                if (filter != null) {
                    filters.add(filter);
                }
            }
        }
        return switch (operator) {
            case AND -> new QueryForm.All(filters);
            case OR -> new QueryForm.Any(filters);
            case null, default -> {
                cut = true;
                yield null;
            }
        };
    }

    private QueryForm.@Nullable Filter compared(FieldCursor field) {
        @Nullable String path = "";
        String comparison = null;
        while (next(field)) {
            switch (field.number()) {
                case FieldFilter.FIELD_FIELD_NUMBER -> path = path(field.fields());
                case FieldFilter.OP_FIELD_NUMBER ->
                    comparison = word(FieldFilter.Operator.forNumber((int) field.varint64()));
                default -> {
                    // The value, which is nobody's business.
                }
            }
        }
        return compared(path, comparison);
    }

    private QueryForm.@Nullable Filter unary(FieldCursor field) {
        @Nullable String path = "";
        String comparison = null;
        while (next(field)) {
            if (field.number() == UnaryFilter.FIELD_FIELD_NUMBER) {
                path = path(field.fields());
            } else {
                comparison = word(UnaryFilter.Operator.forNumber((int) field.varint64()));
            }
        }
        return compared(path, comparison);
    }

    private QueryForm.@Nullable Filter compared(@Nullable String path, @Nullable String comparison) {
        if (comparison == null) {
            cut = true;
            return null;
        }
        String kept = kept(path);
        return kept == null ? null : new QueryForm.Compared(kept, comparison);
    }

    private static @Nullable String word(FieldFilter.@Nullable Operator operator) {
        return switch (operator) {
            case EQUAL -> "==";
            case IN -> "in";
            case ARRAY_CONTAINS -> "array-contains";
            case ARRAY_CONTAINS_ANY -> "array-contains-any";
            case LESS_THAN -> "<";
            case LESS_THAN_OR_EQUAL -> "<=";
            case GREATER_THAN -> ">";
            case GREATER_THAN_OR_EQUAL -> ">=";
            case NOT_EQUAL -> "!=";
            case NOT_IN -> "not-in";
            case OPERATOR_UNSPECIFIED, UNRECOGNIZED -> null;
            case null -> null;
        };
    }

    private static @Nullable String word(UnaryFilter.@Nullable Operator operator) {
        return switch (operator) {
            case IS_NULL, IS_NAN -> "==";
            case IS_NOT_NULL, IS_NOT_NAN -> "!=";
            case OPERATOR_UNSPECIFIED, UNRECOGNIZED -> null;
            case null -> null;
        };
    }

    private void order(FieldCursor field) {
        @Nullable String path = "";
        boolean descending = false;
        while (next(field)) {
            if (field.number() == Order.FIELD_FIELD_NUMBER) {
                path = path(field.fields());
            } else {
                descending = field.varint64() == Direction.DESCENDING_VALUE;
            }
        }
        ordered(path, descending);
    }

    private void ordered(@Nullable String path, boolean descending) {
        String kept = kept(path);
        if (kept != null) {
            orders.add(new QueryForm.Order(kept, descending));
        }
    }

    private void aggregated(FieldCursor field) {
        while (next(field)) {
            if (field.number() == Aggregation.SUM_FIELD_NUMBER || field.number() == Aggregation.AVG_FIELD_NUMBER) {
                // Both have their field in the same place.
                FieldCursor inner = field.fields();
                while (next(inner)) {
                    String kept = kept(path(inner.fields()));
                    if (kept != null) {
                        summed.add(kept);
                    }
                }
            }
        }
    }

    /** The path of a field; null when it is longer than all that is kept. */
    private @Nullable String path(FieldCursor reference) {
        @Nullable String path = "";
        while (next(reference)) {
            int bytes = reference.end() - reference.start();
            if (reference.number() == FieldReference.FIELD_PATH_FIELD_NUMBER) {
                path = bytes > QueryForm.CHARS_MAX
                        ? null
                        : new String(data, reference.start(), bytes, StandardCharsets.UTF_8);
            }
        }
        return path;
    }

    /** The name as a whole, or null when there is no room for it: half a name is another's. */
    private @Nullable String kept(@Nullable String name) {
        if (name == null || partsLeft == 0 || name.length() > charsLeft) {
            cut = true;
            return null;
        }
        partsLeft--;
        charsLeft -= name.length();
        return name;
    }
}
