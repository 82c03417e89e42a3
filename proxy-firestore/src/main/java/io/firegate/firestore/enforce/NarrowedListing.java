package io.firegate.firestore.enforce;

import com.google.firestore.v1.Cursor;
import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.protobuf.Int32Value;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.ListingOrder;
import io.firegate.firestore.rows.Projection;
import io.firegate.firestore.rows.RowQuery;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.condition.RowPredicate;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listing of the rows its permit allows, which ListDocuments cannot ask for: made as a query and answered as a listing. Its page
 * token is where the query goes on; the plan inside seals it, and opened the one of the request. Documents that do not exist meet no
 * condition, so {@code show_missing} shows none.
 */
final class NarrowedListing extends RowFiltered {
    /** Documents of a page nobody gave a size for, as the emulator has it. */
    private static final int PAGE_DOCUMENTS = 30;

    /** Largest page, whatever size is asked for, as the emulator has it. A page may be shorter than its size. */
    private static final int PAGE_DOCUMENTS_MAX = 150;

    private final DatabaseName database;

    NarrowedListing(Plan inner, RequestMessage request, DatabaseName database) {
        super(inner, request);
        this.database = database;
    }

    @Override
    Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows) {
        ListDocumentsRequest asked = onward.message(request(), ListDocumentsRequest.parser());
        if (asked.getPageSize() < 0) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_PAGE_SIZE, "page_size"));
        }
        ListingOrder order = ListingOrder.parse(asked.getOrderBy());
        if (order == null) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_ORDER_BY, "order_by"));
        }
        if (Projection.isTooLong(asked.getMask().getFieldPathsCount())) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.TOO_MANY_PATHS, "mask"));
        }
        Projection shown = asked.hasMask() ? Projection.of(asked.getMask().getFieldPathsList()) : null;
        if (asked.hasMask() && shown == null) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_FIELD_PATH, "mask"));
        }
        int size = asked.getPageSize() == 0 ? PAGE_DOCUMENTS : Math.min(asked.getPageSize(), PAGE_DOCUMENTS_MAX);
        StructuredQuery.Builder query = StructuredQuery.newBuilder()
                .addFrom(CollectionSelector.newBuilder().setCollectionId(asked.getCollectionId()))
                .addAllOrderBy(order.orders())
                // One more than are shown tells whether there is another page.
                .setLimit(Int32Value.of(size + 1));
        if (shown != null) {
            query.setSelect(selection(shown, order));
        }
        if (!asked.getPageToken().isEmpty()) {
            Cursor after = after(asked.getPageToken());
            if (after == null) {
                return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_PAGE_TOKEN, "page_token"));
            }
            query.setStartAt(after);
        }
        return switch (RowQuery.over(database, verdict.resource()).narrow(query.build(), only(rows))) {
            case RowQuery.Outcome.Impossible(var why) -> new Step.Unenforceable(why);
            case RowQuery.Outcome.Narrowed(var narrowed) ->
                new Step.Instead(
                        FirestoreMethod.RUN_QUERY,
                        query(asked, narrowed),
                        new ListingCollector(size, order, wanted(shown, order)).then(onward.answers()));
        };
    }

    /** What is read: the fields the client wants and those the next page is found by, and always the name, so that it is not all. */
    private static StructuredQuery.Projection selection(Projection shown, ListingOrder order) {
        StructuredQuery.Projection.Builder selection = StructuredQuery.Projection.newBuilder();
        selection.addFields(FieldReference.newBuilder().setFieldPath(Projection.NAME));
        for (String path : shown.with(order.fields())) {
            selection.addFields(FieldReference.newBuilder().setFieldPath(path));
        }
        return selection.build();
    }

    private static VisibleFields wanted(@Nullable Projection shown, ListingOrder order) {
        return shown == null || shown.holds(order.fields()) ? VisibleFields.ALL : VisibleFields.only(shown.paths());
    }

    private static RunQueryRequest query(ListDocumentsRequest asked, StructuredQuery narrowed) {
        RunQueryRequest.Builder query =
                RunQueryRequest.newBuilder().setParent(asked.getParent()).setStructuredQuery(narrowed);
        switch (asked.getConsistencySelectorCase()) {
            case TRANSACTION -> query.setTransaction(asked.getTransaction());
            case READ_TIME -> query.setReadTime(asked.getReadTime());
            case CONSISTENCYSELECTOR_NOT_SET -> {}
        }
        if (asked.hasRequestOptions()) {
            query.setRequestOptions(asked.getRequestOptions());
        }
        return query.build();
    }

    /** Where a page token goes on; null when it is not one of this kind. */
    private static @Nullable Cursor after(String token) {
        try {
            return Cursor.parseFrom(Base64.getDecoder().decode(token));
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            return null;
        }
    }
}
