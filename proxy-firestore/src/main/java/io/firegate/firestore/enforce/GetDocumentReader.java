package io.firegate.firestore.enforce;

import com.google.firestore.v1.GetDocumentRequest;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.util.List;

/** GetDocument: reads the one document it names. */
final class GetDocumentReader extends RpcReader {
    private final Names names;

    GetDocumentReader(Names names) {
        super(MessageSchema.of("GetDocumentRequest"), GetDocumentRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        ResourcePath path = null;
        boolean history = false;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case GetDocumentRequest.NAME_FIELD_NUMBER -> {
                    database = names.databaseOf(request.data(), field.start(), field.end());
                    path = database == null ? null : database.document(request.data(), field.start(), field.end());
                }
                case GetDocumentRequest.READ_TIME_FIELD_NUMBER -> history = true;
                default -> {}
            }
        }
        if (database == null || path == null) {
            return new Reading.Unreadable(RequestProblem.BAD_NAME, "name");
        }
        Access access = new Access(Operation.GET, new Resource.Document(path), history);
        return new Reading.Wants(database.name(), List.of(access), 1);
    }
}
