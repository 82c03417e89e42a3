package io.firegate.firestore.rows;

import com.google.firestore.v1.Cursor;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.StructuredQuery.Direction;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Order;
import com.google.firestore.v1.Value;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a listing is ordered by: the {@code order_by} of ListDocuments, with the name behind it, so that there is one place after each
 * document.
 */
public final class ListingOrder {
    /** Orders of a query that Firestore takes at most, filters not counted. */
    private static final int ORDERS_MAX = 100;

    private final List<Order> orders;
    /** The fields of the orders, without the name. */
    private final List<FieldPath> fields;

    private ListingOrder(List<Order> orders, List<FieldPath> fields) {
        this.orders = List.copyOf(orders);
        this.fields = List.copyOf(fields);
    }

    /** The order a text says, {@code a desc, b.`c`}; null when it says none. */
    public static @Nullable ListingOrder parse(String orderBy) {
        List<Order> orders = new ArrayList<>();
        List<FieldPath> fields = new ArrayList<>();
        Direction direction = Direction.ASCENDING;
        boolean named = false;
        int at = 0;
        while (at < orderBy.length()) {
            int comma = end(orderBy, at, ',');
            String item = orderBy.substring(at, comma);
            int space = end(item, 0, ' ');
            FieldPath path =
                    named ? null : FieldPath.parse(item.substring(0, space)).orElse(null);
            String word = item.substring(space).strip();
            boolean descending = word.equalsIgnoreCase("desc");
            boolean ascending = word.equalsIgnoreCase("asc") || space == item.length();
            if (path == null || !(ascending || descending) || orders.size() == ORDERS_MAX) {
                return null;
            }
            direction = descending ? Direction.DESCENDING : Direction.ASCENDING;
            named = path.segments().equals(List.of(Projection.NAME));
            if (!named) {
                if (path.segments().stream().anyMatch(Projection::isReserved)) {
                    return null;
                }
                fields.add(path);
            }
            orders.add(order(path.toString(), direction));
            at = comma + 1;
            while (at < orderBy.length() && orderBy.charAt(at) == ' ') {
                at++;
            }
            if (at >= orderBy.length() && comma < orderBy.length()) {
                return null;
            }
        }
        if (!named) {
            orders.add(order(Projection.NAME, direction));
        }
        return new ListingOrder(orders, fields);
    }

    /** Where such a character comes next outside of backticks, or the end. */
    private static int end(String text, int from, char wanted) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '`') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == wanted && !quoted) {
                return i;
            }
        }
        return text.length();
    }

    private static Order order(String field, Direction direction) {
        return Order.newBuilder()
                .setField(FieldReference.newBuilder().setFieldPath(field))
                .setDirection(direction)
                .build();
    }

    /** As a query has it, the name last. */
    public List<Order> orders() {
        return orders;
    }

    /** The fields it goes by, the name not among them. */
    public List<FieldPath> fields() {
        return fields;
    }

    /** The place behind a document that a query with this order returned. */
    public Cursor after(Document document) {
        Cursor.Builder cursor = Cursor.newBuilder();
        for (FieldPath field : fields) {
            cursor.addValues(value(document, field));
        }
        return cursor.addValues(Value.newBuilder().setReferenceValue(document.getName()))
                .build();
    }

    /** What the query ordered a document by is in it. */
    private static Value value(Document document, FieldPath field) {
        Map<String, Value> fields = document.getFieldsMap();
        Value value = Value.getDefaultInstance();
        for (String segment : field.segments()) {
            value = fields.getOrDefault(segment, Value.getDefaultInstance());
            fields = value.getMapValue().getFieldsMap();
        }
        return value;
    }
}
