package io.firegate.firestore.enforce;

import com.google.firestore.v1.PartitionQueryRequest;
import com.google.protobuf.ByteString;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** PartitionQuery: tells names of documents its query would return, so it is judged as that query. */
final class PartitionQueryReader extends RpcReader {
    private final Names names;

    PartitionQueryReader(Names names) {
        super(MessageSchema.of("PartitionQueryRequest", Set.of("page_token")), PartitionQueryRequest.parser());
        this.names = names;
    }

    @Override
    Set<Demand> meets() {
        return Demand.OF_READS;
    }

    @Override
    Reading read(RequestMessage request) {
        QueryTarget target = new QueryTarget(names, request);
        Moment moment = new Moment(request, Moment.NONE, Moment.NONE, PartitionQueryRequest.READ_TIME_FIELD_NUMBER);
        Field parent = null;
        Field pageToken = null;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case PartitionQueryRequest.PARENT_FIELD_NUMBER -> {
                    parent = field.field();
                    target.parent(field);
                }
                case PartitionQueryRequest.STRUCTURED_QUERY_FIELD_NUMBER -> target.query(field);
                case PartitionQueryRequest.PAGE_TOKEN_FIELD_NUMBER -> pageToken = field.field();
                default -> moment.see(field);
            }
        }
        Reading.Unreadable problem = target.settle();
        if (problem != null) {
            return problem;
        }
        Access access = target.access(moment.history());
        Names.Database database = target.database();
        Field parentField = parent;
        Field tokenField = pageToken;
        Plan plan = verdict -> {
            List<Edit> edits = new ArrayList<>(1);
            moment.edit(edits, verdict);
            // What is partitioned, with the operation: a list and a group of one name are different listings.
            PageToken token = PageToken.of(
                    request,
                    tokenField,
                    FirestoreMethod.PARTITION_QUERY,
                    parentField,
                    access.operation() + " " + access.resource(),
                    "",
                    false,
                    verdict);
            Reading.Unreadable bad = token.open(edits);
            if (bad != null) {
                return new Plan.Step.Refuse(bad);
            }
            // Cursors would name documents that are hidden, and no filter can be asked for. Without any, clients run
            // one query.
            return !verdict.rows().isEmpty()
                    ? new Plan.Step.Answer(ByteString.EMPTY)
                    : new Plan.Step.Forward(
                            edits, new PartitionExaminer(database, upstream -> token.seal((String) upstream)));
        };
        return new Reading.Wants(database.name(), access, moment, FieldFiltered.partition(plan, request), target::form);
    }
}
