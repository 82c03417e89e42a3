package io.firegate.firestore.enforce;

import com.google.firestore.v1.RollbackRequest;
import com.google.protobuf.Empty;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import java.util.List;
import java.util.Set;

/** Rollback: ends a transaction of the caller; touches no path. */
final class RollbackReader extends RpcReader {
    private static final AnswerType ANSWER = new AnswerType(Empty.getDefaultInstance());

    private final Names names;

    RollbackReader(Names names) {
        super(MessageSchema.of("RollbackRequest", Set.of("transaction")), RollbackRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        Moment moment = new Moment(request, RollbackRequest.TRANSACTION_FIELD_NUMBER, Moment.NONE, Moment.NONE);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == RollbackRequest.DATABASE_FIELD_NUMBER) {
                database = names.database(request.data(), field.start(), field.end());
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
        return moment.credential() == null
                ? new Reading.Unreadable(RequestProblem.BAD_TRANSACTION, "transaction")
                : new Reading.Wants(database.name(), List.of(), 0, moment, moment.plan(ANSWER));
    }
}
