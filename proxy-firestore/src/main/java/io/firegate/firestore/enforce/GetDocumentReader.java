package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.GetDocumentRequest;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.util.List;
import java.util.Set;

/** GetDocument: reads the one document it names. */
final class GetDocumentReader extends RpcReader {
    private static final AnswerType ANSWER = new AnswerType(Document.getDefaultInstance());

    private final Names names;

    GetDocumentReader(Names names) {
        super(MessageSchema.of("GetDocumentRequest", Set.of("transaction")), GetDocumentRequest.parser());
        this.names = names;
    }

    @Override
    Set<Demand> meets() {
        return Demand.OF_READS;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        ResourcePath path = null;
        Moment moment = new Moment(
                request,
                GetDocumentRequest.TRANSACTION_FIELD_NUMBER,
                Moment.NONE,
                GetDocumentRequest.READ_TIME_FIELD_NUMBER);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == GetDocumentRequest.NAME_FIELD_NUMBER) {
                database = names.databaseOf(request.data(), field.start(), field.end());
                path = database == null ? null : database.document(request.data(), field.start(), field.end());
            }
            moment.see(field);
        }
        if (database == null || path == null) {
            return new Reading.Unreadable(RequestProblem.BAD_NAME, "name");
        }
        Reading.Unreadable problem = moment.settle(database);
        if (problem != null) {
            return problem;
        }
        Access access = new Access(Operation.GET, new Resource.Document(path), moment.history());
        return new Reading.Wants(
                database.name(),
                List.of(access),
                1,
                moment,
                FieldFiltered.get(new FilteredGet(moment.plan(ANSWER), request), request));
    }
}
