package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.ListDocumentsResponse;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ListDocuments: lists one collection, or with an empty id all collections directly below the parent.
 *
 * <p>{@code show_missing} tells of documents that do not exist but have something below them, whatever that is. So it is forwarded
 * only when everything there is open to the caller; otherwise the caller gets the documents that exist.
 */
final class ListDocumentsReader extends RpcReader {
    private static final AnswerType ANSWER = new AnswerType(ListDocumentsResponse.getDefaultInstance());

    private final Names names;

    ListDocumentsReader(Names names) {
        super(
                MessageSchema.of("ListDocumentsRequest", Set.of("transaction", "page_token")),
                ListDocumentsRequest.parser());
        this.names = names;
    }

    @Override
    Set<Demand> meets() {
        return Demand.OF_READS;
    }

    @Override
    Reading read(RequestMessage request) {
        Listing listing = new Listing(request);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            listing.see(field);
        }
        return listing.reading();
    }

    /** What one request says. */
    private final class Listing implements Plan {
        private final RequestMessage request;
        private final Moment moment;
        private Names.@Nullable Database database;
        private @Nullable Field parentField;
        private @Nullable ResourcePath parent;
        private @Nullable Field collectionField;
        private String collectionId = "";
        private @Nullable Field pageToken;
        private String orderBy = "";
        private @Nullable Field showMissing;
        private boolean wantsMissing;

        Listing(RequestMessage request) {
            this.request = request;
            this.moment = new Moment(
                    request,
                    ListDocumentsRequest.TRANSACTION_FIELD_NUMBER,
                    Moment.NONE,
                    ListDocumentsRequest.READ_TIME_FIELD_NUMBER);
        }

        void see(FieldCursor field) {
            byte[] data = request.data();
            switch (field.number()) {
                case ListDocumentsRequest.PARENT_FIELD_NUMBER -> {
                    parentField = field.field();
                    database = names.databaseOf(data, field.start(), field.end());
                    parent = database == null ? null : database.parent(data, field.start(), field.end());
                }
                case ListDocumentsRequest.COLLECTION_ID_FIELD_NUMBER -> {
                    collectionField = field.field();
                    collectionId = request.text(collectionField);
                }
                case ListDocumentsRequest.PAGE_TOKEN_FIELD_NUMBER -> pageToken = field.field();
                case ListDocumentsRequest.ORDER_BY_FIELD_NUMBER -> orderBy = request.text(field.field());
                case ListDocumentsRequest.SHOW_MISSING_FIELD_NUMBER -> {
                    showMissing = field.field();
                    wantsMissing = field.varint64() != 0;
                }
                default -> moment.see(field);
            }
        }

        Reading reading() {
            if (database == null || parent == null) {
                return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
            }
            if (collectionField != null && !collectionId.isEmpty() && !ResourcePath.isLegalId(collectionId)) {
                return request.refuse(RequestProblem.BAD_COLLECTION_ID, collectionField);
            }
            Reading.Unreadable problem = moment.settle(database);
            if (problem != null) {
                return problem;
            }
            Access access = new Access(Operation.LIST, new Resource.Collection(parent, collectionId), moment.history());
            return new Reading.Wants(
                    database.name(),
                    access,
                    moment,
                    FieldFiltered.list(new NarrowedListing(this, request, database.name()), request),
                    () -> QueryFormReader.ofListing(orderBy));
        }

        @Override
        public Step carryOut(Verdict verdict) {
            List<Edit> edits = new ArrayList<>();
            moment.edit(edits, verdict);
            String tier = verdict.tier();
            boolean missing = wantsMissing
                    && parent != null
                    && tier != null
                    && verdict.caller().opens(tier, parent, collectionId, moment.history());
            if (showMissing != null && wantsMissing && !missing) {
                edits.add(Edit.remove(showMissing));
            }
            PageToken token = PageToken.of(
                    request,
                    pageToken,
                    FirestoreMethod.LIST_DOCUMENTS,
                    parentField,
                    collectionId,
                    orderBy,
                    missing,
                    verdict);
            Reading.Unreadable problem = token.open(edits);
            return problem != null
                    ? new Step.Refuse(problem)
                    : new Step.Forward(
                            edits, ANSWER.sealing(PageToken.ANSWER_FIELD, upstream -> token.seal((String) upstream)));
        }
    }
}
