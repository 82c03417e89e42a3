package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListCollectionIdsRequest;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** ListCollectionIds: learns which collections there are below a document or the root, as far as they are open to the caller. */
final class ListCollectionIdsReader extends RpcReader {
    private final Names names;

    ListCollectionIdsReader(Names names) {
        super(MessageSchema.of("ListCollectionIdsRequest", Set.of("page_token")), ListCollectionIdsRequest.parser());
        this.names = names;
    }

    /** Ids are no fields, and a listing writes nothing. */
    @Override
    Set<Demand> meets() {
        return Set.of(Demand.FIELDS, Demand.WRITE_GUARD);
    }

    @Override
    Reading read(RequestMessage request) {
        byte[] data = request.data();
        Names.Database database = null;
        ResourcePath parent = null;
        Field parentField = null;
        Field pageToken = null;
        Field pageSize = null;
        int size = 0;
        Moment moment = new Moment(request, Moment.NONE, Moment.NONE, ListCollectionIdsRequest.READ_TIME_FIELD_NUMBER);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case ListCollectionIdsRequest.PARENT_FIELD_NUMBER -> {
                    parentField = field.field();
                    database = names.databaseOf(data, field.start(), field.end());
                    parent = database == null ? null : database.parent(data, field.start(), field.end());
                }
                case ListCollectionIdsRequest.PAGE_TOKEN_FIELD_NUMBER -> pageToken = field.field();
                case ListCollectionIdsRequest.PAGE_SIZE_FIELD_NUMBER -> {
                    pageSize = field.field();
                    size = (int) field.varint64();
                }
                default -> moment.see(field);
            }
        }
        if (database == null || parent == null) {
            return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
        }
        Access access = new Access(Operation.COLLECTIONS, new Resource.CollectionIds(parent), moment.history());
        return new Reading.Wants(
                database.name(),
                List.of(access),
                1,
                moment,
                new Listing(request, parent, parentField, pageToken, pageSize, size, moment));
    }

    /**
     * What is listed.
     *
     * @param parent where the collections are
     * @param size how many ids the caller wants on a page; 0 for any number
     */
    private record Listing(
            RequestMessage request,
            ResourcePath parent,
            @Nullable Field parentField,
            @Nullable Field pageToken,
            @Nullable Field pageSize,
            int size,
            Moment moment)
            implements Plan {
        @Override
        public Step carryOut(Verdict verdict) {
            PageToken token = PageToken.of(
                    request, pageToken, FirestoreMethod.LIST_COLLECTION_IDS, parentField, "", "", false, verdict);
            List<Edit> edits = new ArrayList<>(2);
            CollectionIdsPage page = CollectionIdsPage.FIRST;
            if (pageToken != null && !pageToken.isEmpty()) {
                String inside = token.inside();
                page = inside == null ? null : CollectionIdsPage.parse(inside);
                if (page == null) {
                    return new Step.Refuse(request.refuse(RequestProblem.BAD_PAGE_TOKEN, pageToken));
                }
                edits.add(
                        page.upstream().isEmpty()
                                ? Edit.remove(pageToken)
                                : Edit.replace(pageToken, page.upstream().getBytes(StandardCharsets.UTF_8)));
            }
            // Pages are cut here; a size that is none is Firestore's to refuse.
            if (pageSize != null && size > 0) {
                edits.add(Edit.remove(pageSize));
            }
            String tier = verdict.tier();
            return new Step.Forward(
                    edits,
                    new CollectionIdsExaminer(
                            id -> tier != null
                                    && ResourcePath.isLegalId(id)
                                    && verdict.caller().opens(tier, parent, id, moment.history()),
                            size > 0 ? size : Integer.MAX_VALUE,
                            page,
                            inside -> token.seal((String) inside)));
        }
    }
}
