package io.firegate.firestore.enforce;

import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import org.jspecify.annotations.Nullable;

/**
 * What a query, an aggregation or a partitioning is over: one collection, all collections directly below a parent, or a collection
 * group. Filled while a reader goes through the fields, then settled.
 */
final class QueryTarget {
    private final Names names;
    private final RequestMessage request;
    private Names.@Nullable Database database;
    private @Nullable ResourcePath parent;
    private @Nullable FieldCursor query;
    private @Nullable FieldCursor asked;
    private @Nullable Field from;
    private boolean allDescendants;
    // Without a selector, and with an empty one, Firestore reads every collection directly below the parent.
    private String collectionId = "";

    QueryTarget(Names names, RequestMessage request) {
        this.names = names;
        this.request = request;
    }

    /** Takes the name of the parent. */
    void parent(FieldCursor field) {
        byte[] data = request.data();
        database = names.databaseOf(data, field.start(), field.end());
        parent = database == null ? null : database.parent(data, field.start(), field.end());
    }

    /** Takes the structured query the cursor stands on. */
    void query(FieldCursor field) {
        query = field.fields();
        asked = field.fields();
    }

    /** The problem that keeps it from being judged, or null; afterwards the other methods may be called. */
    Reading.@Nullable Unreadable settle() {
        if (database == null || parent == null) {
            return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
        }
        FieldCursor fields = query;
        if (fields == null) {
            return new Reading.Unreadable(RequestProblem.NO_QUERY, null);
        }
        boolean selected = false;
        while (fields.next()) {
            if (fields.number() != StructuredQuery.FROM_FIELD_NUMBER) {
                continue;
            }
            if (selected) {
                return request.refuse(RequestProblem.SEVERAL_COLLECTIONS, fields);
            }
            selected = true;
            selector(fields.fields());
        }
        if (from != null && !collectionId.isEmpty() && !ResourcePath.isLegalId(collectionId)) {
            return request.refuse(RequestProblem.BAD_COLLECTION_ID, from);
        }
        return references(database);
    }

    private void selector(FieldCursor selector) {
        while (selector.next()) {
            if (selector.number() == CollectionSelector.COLLECTION_ID_FIELD_NUMBER) {
                from = selector.field();
                collectionId = request.text(from);
            } else if (selector.number() == CollectionSelector.ALL_DESCENDANTS_FIELD_NUMBER) {
                allDescendants = selector.varint64() != 0;
            }
        }
    }

    private Reading.@Nullable Unreadable references(Names.Database in) {
        byte[] data = request.data();
        MessageWalk walk = request.walk();
        for (int i = 0; i < walk.references(); i++) {
            int start = walk.referenceStart(i);
            int end = walk.referenceEnd(i);
            if (!in.holds(data, start, end)) {
                return new Reading.Unreadable(names.outside(data, start, end), walk.place(walk.referenceAt(i)));
            }
            if (!in.comparable(data, start, end)) {
                return new Reading.Unreadable(RequestProblem.BAD_NAME, walk.place(walk.referenceAt(i)));
            }
        }
        return null;
    }

    /** The database; only after {@link #settle}. */
    Names.Database database() {
        if (database == null) {
            throw new IllegalStateException("the target has not been settled");
        }
        return database;
    }

    /** What the query asks; only after {@link #settle}, and once. */
    QueryForm form() {
        if (asked == null) {
            throw new IllegalStateException("the target has not been settled");
        }
        return QueryFormReader.of(request.data(), asked);
    }

    /** What the query does; only after {@link #settle}. */
    Access access(boolean history) {
        if (parent == null) {
            throw new IllegalStateException("the target has not been settled");
        }
        return allDescendants
                ? new Access(Operation.GROUP, new Resource.Group(parent, collectionId), history)
                : new Access(Operation.LIST, new Resource.Collection(parent, collectionId), history);
    }
}
