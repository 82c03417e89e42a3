package io.firegate.firestore.rows;

import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CompositeFilter;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.firestore.v1.StructuredQuery.UnaryFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Firestore allows the filters of one query (vendor page "Perform simple and compound queries", query limitations). Checked
 * before a query goes on with a filter its client did not write, because Firestore's own refusal would describe that filter.
 *
 * <p>Counts what is written: Firestore drops repetitions before it counts, so a query at the edge may be refused here that it would
 * take.
 */
final class Ceilings {
    /** Terms of the disjunctive normal form. */
    static final int DISJUNCTIONS_MAX = 30;

    /** Filters, the values of {@code IN} and its like counted each, and orders, and the parent when it is a document. */
    static final int FILTERS_MAX = 100;

    private static final String WITH_ROWS = "with the rows the policy allows, the query has ";

    private Ceilings() {}

    /**
     * Which of them the query is above, as a public phrase; null when it is below all.
     *
     * @param query with both filters
     * @param pressed the one its client did not write
     * @param belowDocument whether its parent is a document
     */
    static @Nullable String broken(StructuredQuery query, Filter pressed, boolean belowDocument) {
        Filter where = query.getWhere();
        if (has(where, Kind.NOT_IN) && has(pressed, Kind.DISJUNCTIVE)) {
            return "the rows the policy allows are told by IN or OR, which Firestore does not take beside NOT_IN";
        }
        if (isOnName(pressed) && has(where, Kind.INEQUALITY)) {
            return "the rows the policy allows are told by document ids, which Firestore does not take beside an inequality";
        }
        int filters = count(where) + query.getOrderByCount() + (belowDocument ? 1 : 0);
        if (filters > FILTERS_MAX) {
            return WITH_ROWS + "more than " + FILTERS_MAX + " filters and orders";
        }
        List<Integer> terms = terms(where);
        if (terms.size() > DISJUNCTIONS_MAX) {
            return WITH_ROWS + "more than " + DISJUNCTIONS_MAX + " disjunctions";
        }
        for (int arrays : terms) {
            if (arrays > 1) {
                return WITH_ROWS + "more than one ARRAY_CONTAINS in a disjunction";
            }
        }
        return null;
    }

    /** Whether a filter compares names, which goes together with less than one on fields. */
    static boolean isOnName(Filter filter) {
        return has(filter, Kind.ON_NAME);
    }

    private enum Kind {
        NOT_IN,
        DISJUNCTIVE,
        ON_NAME,
        INEQUALITY
    }

    private static boolean has(Filter filter, Kind kind) {
        return switch (filter.getFilterTypeCase()) {
            case COMPOSITE_FILTER -> {
                CompositeFilter composite = filter.getCompositeFilter();
                yield (kind == Kind.DISJUNCTIVE && composite.getOp() == CompositeFilter.Operator.OR)
                        || composite.getFiltersList().stream().anyMatch(part -> has(part, kind));
            }
            case FIELD_FILTER -> {
                FieldFilter.Operator operator = filter.getFieldFilter().getOp();
                yield switch (kind) {
                    case NOT_IN -> operator == FieldFilter.Operator.NOT_IN;
                    case DISJUNCTIVE ->
                        operator == FieldFilter.Operator.IN || operator == FieldFilter.Operator.ARRAY_CONTAINS_ANY;
                    case ON_NAME ->
                        filter.getFieldFilter().getField().getFieldPath().equals(Projection.NAME);
                    case INEQUALITY -> isInequality(operator);
                };
            }
            case UNARY_FILTER ->
                kind == Kind.INEQUALITY
                        && filter.getUnaryFilter().getOp() != UnaryFilter.Operator.IS_NULL
                        && filter.getUnaryFilter().getOp() != UnaryFilter.Operator.IS_NAN;
            case FILTERTYPE_NOT_SET -> false;
        };
    }

    private static boolean isInequality(FieldFilter.Operator operator) {
        return switch (operator) {
            case EQUAL, IN, ARRAY_CONTAINS, ARRAY_CONTAINS_ANY -> false;
            default -> true;
        };
    }

    private static int count(Filter filter) {
        return switch (filter.getFilterTypeCase()) {
            case COMPOSITE_FILTER -> {
                int filters = 0;
                for (Filter part : filter.getCompositeFilter().getFiltersList()) {
                    filters += count(part);
                }
                yield filters;
            }
            case FIELD_FILTER ->
                switch (filter.getFieldFilter().getOp()) {
                    case IN, ARRAY_CONTAINS_ANY, NOT_IN -> Math.max(1, members(filter.getFieldFilter()));
                    default -> 1;
                };
            case UNARY_FILTER -> 1;
            case FILTERTYPE_NOT_SET -> 0;
        };
    }

    private static int members(FieldFilter filter) {
        return filter.getValue().getArrayValue().getValuesCount();
    }

    /** The terms of the disjunctive normal form, each as how many array members it asks for; one too many when there are more. */
    private static List<Integer> terms(Filter filter) {
        return switch (filter.getFilterTypeCase()) {
            case COMPOSITE_FILTER ->
                filter.getCompositeFilter().getOp() == CompositeFilter.Operator.OR
                        ? any(filter.getCompositeFilter().getFiltersList())
                        : all(filter.getCompositeFilter().getFiltersList());
            case FIELD_FILTER ->
                switch (filter.getFieldFilter().getOp()) {
                    case IN -> same(members(filter.getFieldFilter()), 0);
                    case ARRAY_CONTAINS_ANY -> same(members(filter.getFieldFilter()), 1);
                    case ARRAY_CONTAINS -> List.of(1);
                    default -> List.of(0);
                };
            case UNARY_FILTER, FILTERTYPE_NOT_SET -> List.of(0);
        };
    }

    private static List<Integer> same(int count, int arrays) {
        return Collections.nCopies(Math.max(1, Math.min(count, DISJUNCTIONS_MAX + 1)), arrays);
    }

    private static List<Integer> any(List<Filter> parts) {
        List<Integer> terms = new ArrayList<>();
        for (Filter part : parts) {
            terms.addAll(terms(part));
            if (terms.size() > DISJUNCTIONS_MAX) {
                break;
            }
        }
        return terms.isEmpty() ? List.of(0) : terms;
    }

    private static List<Integer> all(List<Filter> parts) {
        List<Integer> terms = List.of(0);
        for (Filter part : parts) {
            List<Integer> product = new ArrayList<>();
            for (int others : terms(part)) {
                for (int arrays : terms) {
                    product.add(arrays + others);
                }
            }
            terms = product;
            if (terms.size() > DISJUNCTIONS_MAX) {
                break;
            }
        }
        return terms;
    }
}
