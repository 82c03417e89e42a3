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
                default -> moment.see(field);
            }
        }
        if (database == null || parent == null) {
            return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
        }
        Access access = new Access(Operation.COLLECTIONS, new Resource.CollectionIds(parent), moment.history());
        return new Reading.Wants(
                database.name(), List.of(access), 1, moment, plan(request, parent, parentField, pageToken, moment));
    }

    private static Plan plan(
            RequestMessage request,
            ResourcePath parent,
            @Nullable Field parentField,
            @Nullable Field pageToken,
            Moment moment) {
        return verdict -> {
            List<Edit> edits = new ArrayList<>(1);
            PageToken token = PageToken.of(
                    request, pageToken, FirestoreMethod.LIST_COLLECTION_IDS, parentField, "", "", false, verdict);
            Reading.Unreadable problem = token.open(edits);
            String tier = verdict.tier();
            return problem != null
                    ? new Plan.Step.Refuse(problem)
                    : new Plan.Step.Forward(
                            edits,
                            new CollectionIdsExaminer(
                                    id -> tier != null
                                            && ResourcePath.isLegalId(id)
                                            && verdict.caller().opens(tier, parent, id, moment.history()),
                                    upstream -> token.seal((String) upstream)));
        };
    }
}
