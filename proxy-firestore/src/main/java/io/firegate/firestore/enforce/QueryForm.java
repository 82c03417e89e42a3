package io.firegate.firestore.enforce;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a query asks, without the values it asks for: what the record keeps of it, and {@code policy indexes} reads there. Fields are named
 * as the client named them, which may be as no field can be named.
 *
 * @param where its filters, all of which hold
 * @param orders what it is ordered by
 * @param summed the fields it adds up or averages
 * @param nearest the field of vectors it looks for the nearest in, or null
 * @param cut whether more was asked than is kept, or something Firestore has no word for
 */
public record QueryForm(
        List<Filter> where,
        List<Order> orders,
        List<String> summed,
        @Nullable String nearest,
        boolean cut) {
    /** Most filters, orders and sums kept; Firestore takes 100 filters and orders (vendor page "Quotas and limits"). */
    public static final int PARTS_MAX = 100;
    /** Most characters of all names kept. A path of a field may have 1,500 bytes (vendor page "Quotas and limits"), and usual ones have ten. */
    public static final int CHARS_MAX = 4096;
    /** Deepest filter kept: what the reader of shapes takes. */
    static final int DEPTH_MAX = 20;

    /** A query that asks for all there is. */
    static final QueryForm ALL = new QueryForm(List.of(), List.of(), List.of(), null, false);

    public QueryForm {
        where = List.copyOf(where);
        orders = List.copyOf(orders);
        summed = List.copyOf(summed);
    }

    /** One filter. */
    public sealed interface Filter {}

    /**
     * A field is compared.
     *
     * @param comparison the word of a shape of queries: {@code ==}, {@code in}
     */
    public record Compared(String field, String comparison) implements Filter {}

    /** One of several holds. */
    public record Any(List<Filter> filters) implements Filter {
        public Any {
            filters = List.copyOf(filters);
        }
    }

    /** All of several hold. */
    public record All(List<Filter> filters) implements Filter {
        public All {
            filters = List.copyOf(filters);
        }
    }

    /** One field of the order. */
    public record Order(String field, boolean descending) {}
}
