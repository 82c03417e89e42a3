package io.firegate.firestore.enforce;

import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** RunQuery: lists one collection, all collections directly below a parent, or a collection group. */
final class RunQueryReader extends RpcReader {
    private static final String FROM = "structured_query.from[0].collection_id";

    private final Names names;

    RunQueryReader(Names names) {
        super(MessageSchema.of("RunQueryRequest"), RunQueryRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        byte[] data = request.data();
        Names.Database database = null;
        ResourcePath parent = null;
        FieldCursor query = null;
        boolean history = false;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case RunQueryRequest.PARENT_FIELD_NUMBER -> {
                    database = names.databaseOf(data, field.start(), field.end());
                    parent = database == null ? null : database.parent(data, field.start(), field.end());
                }
                case RunQueryRequest.STRUCTURED_QUERY_FIELD_NUMBER -> query = field.fields();
                case RunQueryRequest.READ_TIME_FIELD_NUMBER -> history = true;
                default -> {}
            }
        }
        if (database == null || parent == null) {
            return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
        }
        if (query == null) {
            return new Reading.Unreadable(RequestProblem.NO_QUERY, null);
        }
        // Without a selector, and with an empty one, Firestore reads every collection directly below the parent.
        String collectionId = "";
        boolean allDescendants = false;
        boolean selected = false;
        while (query.next()) {
            if (query.number() != StructuredQuery.FROM_FIELD_NUMBER) {
                continue;
            }
            if (selected) {
                return request.refuse(RequestProblem.SEVERAL_COLLECTIONS, query);
            }
            selected = true;
            FieldCursor from = query.fields();
            while (from.next()) {
                if (from.number() == CollectionSelector.COLLECTION_ID_FIELD_NUMBER) {
                    collectionId = new String(data, from.start(), from.end() - from.start(), StandardCharsets.UTF_8);
                } else if (from.number() == CollectionSelector.ALL_DESCENDANTS_FIELD_NUMBER) {
                    allDescendants = from.varint64() != 0;
                }
            }
        }
        if (!collectionId.isEmpty() && !ResourcePath.isLegalId(collectionId)) {
            return new Reading.Unreadable(RequestProblem.BAD_COLLECTION_ID, FROM);
        }
        MessageWalk walk = request.walk();
        for (int i = 0; i < walk.references(); i++) {
            int start = walk.referenceStart(i);
            int end = walk.referenceEnd(i);
            if (!database.holds(data, start, end)) {
                return new Reading.Unreadable(names.outside(data, start, end), walk.place(walk.referenceAt(i)));
            }
            if (!database.comparable(data, start, end)) {
                return new Reading.Unreadable(RequestProblem.BAD_NAME, walk.place(walk.referenceAt(i)));
            }
        }
        Access access = allDescendants
                ? new Access(Operation.GROUP, new Resource.Group(parent, collectionId), history)
                : new Access(Operation.LIST, new Resource.Collection(parent, collectionId), history);
        return new Reading.Wants(database.name(), List.of(access), 1);
    }
}
