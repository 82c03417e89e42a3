package io.firegate.firestore.enforce;

import com.google.firestore.v1.BeginTransactionRequest;
import com.google.firestore.v1.BeginTransactionResponse;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.DatabaseName;
import java.util.List;
import java.util.Set;

/** BeginTransaction: touches no path, so any tier of the caller for the database will do. */
final class BeginTransactionReader extends RpcReader {
    private static final AnswerType ANSWER = new AnswerType(BeginTransactionResponse.getDefaultInstance());

    private final Names names;

    BeginTransactionReader(Names names) {
        super(
                MessageSchema.of("BeginTransactionRequest", Set.of("options", "retry_transaction")),
                BeginTransactionRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        NewTransaction begins = NewTransaction.WITHOUT_OPTIONS;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case BeginTransactionRequest.DATABASE_FIELD_NUMBER ->
                    database = names.database(request.data(), field.start(), field.end());
                case BeginTransactionRequest.OPTIONS_FIELD_NUMBER ->
                    begins = NewTransaction.read(request, field.field());
                default -> {}
            }
        }
        if (database == null) {
            return new Reading.Unreadable(RequestProblem.BAD_DATABASE, "database");
        }
        DatabaseName in = database.name();
        NewTransaction begun = begins;
        return new Reading.Wants(in, List.of(), List.of(), 0, null, verdict -> {
            String credential = verdict.permit().credential();
            Edit edit = begun.edit(request, in, credential);
            return new Plan.Step.Forward(
                    edit == null ? List.of() : List.of(edit), begun.sealing(ANSWER, request.handles(), in, credential));
        });
    }
}
