package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourcePath;
import java.util.Set;

/** BatchGetDocuments: reads each document it names. */
final class BatchGetDocumentsReader extends RpcReader {
    /** Firestore sets no number, only a size; a thousand bounds the work of one decision. The sentence of the problem says it. */
    static final int DOCUMENTS_MAX = 1000;

    private static final AnswerType ANSWER = new AnswerType(BatchGetDocumentsResponse.getDefaultInstance());

    private final Names names;

    BatchGetDocumentsReader(Names names) {
        super(
                MessageSchema.of(
                        "BatchGetDocumentsRequest", Set.of("transaction", "new_transaction", "retry_transaction")),
                BatchGetDocumentsRequest.parser());
        this.names = names;
    }

    @Override
    Set<Demand> meets() {
        return Demand.OF_READS;
    }

    @Override
    Reading read(RequestMessage request) {
        byte[] data = request.data();
        Names.Database database = null;
        Moment moment = new Moment(
                request,
                BatchGetDocumentsRequest.TRANSACTION_FIELD_NUMBER,
                BatchGetDocumentsRequest.NEW_TRANSACTION_FIELD_NUMBER,
                BatchGetDocumentsRequest.READ_TIME_FIELD_NUMBER);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == BatchGetDocumentsRequest.DATABASE_FIELD_NUMBER) {
                database = names.database(data, field.start(), field.end());
            }
            moment.see(field);
        }
        if (database == null) {
            return new Reading.Unreadable(RequestProblem.BAD_DATABASE, "database");
        }
        Reading.Unreadable problem = moment.settle(database);
        if (problem != null) {
            return problem;
        }
        DocumentAccesses accesses = new DocumentAccesses();
        int items = 0;
        FieldCursor document = request.walk().fields();
        while (document.next()) {
            if (document.number() == BatchGetDocumentsRequest.DOCUMENTS_FIELD_NUMBER) {
                if (++items > DOCUMENTS_MAX) {
                    return new Reading.Unreadable(RequestProblem.TOO_MANY_DOCUMENTS, "documents");
                }
                if (!database.holds(data, document.start(), document.end())) {
                    return request.refuse(names.outside(data, document.start(), document.end()), document);
                }
                ResourcePath path = database.document(data, document.start(), document.end());
                if (path == null) {
                    return request.refuse(RequestProblem.BAD_NAME, document);
                }
                accesses.add(Operation.GET, path, moment.history());
            }
        }
        return new Reading.Wants(
                database.name(),
                accesses.list(),
                items,
                moment,
                FieldFiltered.batchGet(
                        new FilteredBatchGet(moment.plan(ANSWER), request, database.name()), request, database.name()));
    }
}
