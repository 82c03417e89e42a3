package io.firegate.firestore.fields;

import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.StructuredAggregationQuery;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.Filter;
import io.firegate.firestore.rows.ListingOrder;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a read may name. To select a field tells what is stored under it, so what is hidden whole cannot be selected; of a path above
 * it the answer holds the visible part. To test, order or compute by a field tells of all that is at and below it, so all of that must
 * be visible. Cursors stand for the orders, written or implied by inequalities, and name nothing of their own.
 *
 * <p>Each answer is the first field the request may not name, or null. A path that cannot be read is one: nobody has judged it. Whoever
 * wants to tell such a path from a hidden field looks with {@link #READABLE} first.
 */
public final class NamedFields {
    /** Any field may be named, but by a path: finds what is none. */
    public static final NamedFields READABLE = new NamedFields(VisibleFields.ALL, true);

    private final VisibleFields visible;
    /** Whether paths are read where nothing is hidden. */
    private final boolean reads;

    /** What a caller who sees these fields may name. */
    public NamedFields(VisibleFields visible) {
        this(visible, !visible.all());
    }

    private NamedFields(VisibleFields visible, boolean reads) {
        this.visible = visible;
        this.reads = reads;
    }

    /** The paths a mask selects. */
    public @Nullable NamedField selected(DocumentMask mask, String place) {
        for (int i = 0; i < mask.getFieldPathsCount(); i++) {
            if (!selectable(mask.getFieldPaths(i))) {
                return new NamedField(place + ".field_paths[" + i + "]", mask.getFieldPaths(i));
            }
        }
        return null;
    }

    /** The fields of a query. */
    public @Nullable NamedField queried(StructuredQuery query, String place) {
        List<StructuredQuery.FieldReference> selected = query.getSelect().getFieldsList();
        for (int i = 0; i < selected.size(); i++) {
            if (!selectable(selected.get(i).getFieldPath())) {
                return named(selected.get(i), place + ".select.fields[" + i + "]");
            }
        }
        NamedField found = query.hasWhere() ? tested(query.getWhere()) : null;
        if (found != null) {
            return found.below(place + ".where");
        }
        for (int i = 0; i < query.getOrderByCount(); i++) {
            found = tested(query.getOrderBy(i).getField(), ".field");
            if (found != null) {
                return found.below(place + ".order_by[" + i + "]");
            }
        }
        return query.hasFindNearest() ? nearest(query.getFindNearest(), place + ".find_nearest") : null;
    }

    /** The fields of an aggregation: those of its query, and those it adds up. An alias names nothing that is stored. */
    public @Nullable NamedField aggregated(StructuredAggregationQuery query, String place) {
        NamedField found = queried(query.getStructuredQuery(), place + ".structured_query");
        for (int i = 0; found == null && i < query.getAggregationsCount(); i++) {
            Aggregation aggregation = query.getAggregations(i);
            String at = place + ".aggregations[" + i + "]";
            found = switch (aggregation.getOperatorCase()) {
                case SUM -> tested(aggregation.getSum().getField(), at + ".sum.field");
                case AVG -> tested(aggregation.getAvg().getField(), at + ".avg.field");
                case COUNT, OPERATOR_NOT_SET -> null;
            };
        }
        return found;
    }

    /** The fields of the text ListDocuments is ordered by. */
    public @Nullable NamedField ordered(String orderBy, String place) {
        if (!reads) {
            return null;
        }
        ListingOrder order = ListingOrder.parse(orderBy);
        if (order == null) {
            return new NamedField(place, orderBy);
        }
        for (FieldPath path : order.fields()) {
            if (!visible.shows(path)) {
                return new NamedField(place, path.toString());
            }
        }
        return null;
    }

    /** The place is below the filter: a request may have very many, and only where something is found a text is made of it. */
    private @Nullable NamedField tested(Filter filter) {
        return switch (filter.getFilterTypeCase()) {
            case COMPOSITE_FILTER -> {
                List<Filter> filters = filter.getCompositeFilter().getFiltersList();
                for (int i = 0; i < filters.size(); i++) {
                    NamedField found = tested(filters.get(i));
                    if (found != null) {
                        yield found.below(".composite_filter.filters[" + i + "]");
                    }
                }
                yield null;
            }
            case FIELD_FILTER -> tested(filter.getFieldFilter().getField(), ".field_filter.field");
            case UNARY_FILTER -> tested(filter.getUnaryFilter().getField(), ".unary_filter.field");
            case FILTERTYPE_NOT_SET -> null;
        };
    }

    /** The field the distance is written to takes the place of a stored one, in the answer and for whoever takes it for stored. */
    private @Nullable NamedField nearest(StructuredQuery.FindNearest nearest, String place) {
        NamedField vector = tested(nearest.getVectorField(), place + ".vector_field");
        if (vector != null) {
            return vector;
        }
        String distance = nearest.getDistanceResultField();
        return distance.isEmpty() || testable(distance)
                ? null
                : new NamedField(place + ".distance_result_field", distance);
    }

    private @Nullable NamedField tested(StructuredQuery.FieldReference field, String place) {
        return testable(field.getFieldPath()) ? null : named(field, place);
    }

    private static NamedField named(StructuredQuery.FieldReference field, String place) {
        return new NamedField(place + ".field_path", field.getFieldPath());
    }

    private boolean selectable(String text) {
        if (!reads) {
            return true;
        }
        Optional<FieldPath> path = FieldPath.parse(text);
        return path.isPresent() && !visible.hides(path.get());
    }

    private boolean testable(String text) {
        if (!reads) {
            return true;
        }
        Optional<FieldPath> path = FieldPath.parse(text);
        return path.isPresent() && visible.shows(path.get());
    }
}
