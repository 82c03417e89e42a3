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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a listing is ordered by: the {@code order_by} of ListDocuments, with the name behind it, so that there is one place after each
 * document.
 */
public final class ListingOrder {
    /** {@code a desc, b.`c`}: one field and its direction, with the comma behind it. */
    private static final Pattern ITEM = Pattern.compile(
            "((?:[^`, ]|`(?:[^`\\\\]|\\\\.)+`)+)(?: +(asc|desc))?(?:, *(?=.)|$)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final List<Order> orders;
    /** The fields of the orders, without the name. */
    private final List<FieldPath> fields;

    private ListingOrder(List<Order> orders, List<FieldPath> fields) {
        this.orders = List.copyOf(orders);
        this.fields = List.copyOf(fields);
    }

    /** The order a text says; null when it says none. */
    public static @Nullable ListingOrder parse(String orderBy) {
        List<Order> orders = new ArrayList<>();
        List<FieldPath> fields = new ArrayList<>();
        Matcher item = ITEM.matcher(orderBy);
        Direction direction = Direction.ASCENDING;
        boolean named = false;
        int at = 0;
        while (at < orderBy.length()) {
            if (!item.find(at) || item.start() != at || named) {
                return null;
            }
            FieldPath path = FieldPath.parse(item.group(1)).orElse(null);
            if (path == null) {
                return null;
            }
            direction = "desc".equalsIgnoreCase(item.group(2)) ? Direction.DESCENDING : Direction.ASCENDING;
            named = path.segments().equals(List.of(Projection.NAME));
            if (!named) {
                if (path.segments().stream().anyMatch(Projection::isReserved)) {
                    return null;
                }
                fields.add(path);
            }
            orders.add(order(path.toString(), direction));
            at = item.end();
        }
        if (!named) {
            orders.add(order(Projection.NAME, direction));
        }
        return new ListingOrder(orders, fields);
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
