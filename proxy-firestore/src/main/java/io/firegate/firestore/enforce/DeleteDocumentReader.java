package io.firegate.firestore.enforce;

import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.protobuf.ByteString;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.util.List;

/** DeleteDocument: deletes the one document it names. */
final class DeleteDocumentReader extends RpcReader {
    private final Names names;

    DeleteDocumentReader(Names names) {
        super(MessageSchema.of("DeleteDocumentRequest"), DeleteDocumentRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        ResourcePath path = null;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == DeleteDocumentRequest.NAME_FIELD_NUMBER) {
                database = names.databaseOf(request.data(), field.start(), field.end());
                path = database == null ? null : database.document(request.data(), field.start(), field.end());
            }
        }
        if (database == null || path == null) {
            return new Reading.Unreadable(RequestProblem.BAD_NAME, "name");
        }
        Access access = Access.of(Operation.DELETE, new Resource.Document(path));
        return new Reading.Wants(
                database.name(),
                List.of(access),
                List.of(),
                1,
                null,
                Plan.AS_IT_STANDS,
                new WriteSet(
                        List.of(new WriteIntent(path, Operation.DELETE, false, false)),
                        ByteString.EMPTY,
                        WriteSet.Delete.INSTANCE));
    }
}
