package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.protobuf.ByteString;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.util.List;

/** UpdateDocument: writes one document as an update of Commit does, and answers with what is stored afterwards. */
final class UpdateDocumentReader extends RpcReader {
    private final Names names;

    UpdateDocumentReader(Names names) {
        super(MessageSchema.of("UpdateDocumentRequest"), UpdateDocumentRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        byte[] data = request.data();
        Names.Database database = null;
        ResourcePath path = null;
        Operation operation = Operation.UPSERT;
        Field mask = null;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == UpdateDocumentRequest.DOCUMENT_FIELD_NUMBER) {
                FieldCursor name = field.fields();
                while (name.next()) {
                    if (name.number() == Document.NAME_FIELD_NUMBER) {
                        database = names.databaseOf(data, name.start(), name.end());
                        path = database == null ? null : database.document(data, name.start(), name.end());
                    }
                }
            } else if (field.number() == UpdateDocumentRequest.CURRENT_DOCUMENT_FIELD_NUMBER) {
                operation = OneWrite.byPrecondition(field);
            } else if (field.number() == UpdateDocumentRequest.MASK_FIELD_NUMBER) {
                mask = field.field();
            }
        }
        if (database == null || path == null) {
            return new Reading.Unreadable(RequestProblem.BAD_NAME, "document.name");
        }
        Resource resource = new Resource.Document(path);
        return new Reading.Wants(
                database.name(),
                List.of(Access.of(operation, resource)),
                List.of(Access.of(Operation.GET, resource)),
                1,
                null,
                WrittenDocument.plan(request, List.of(), path, mask),
                new WriteSet(
                        List.of(new WriteIntent(path, operation, true, false)),
                        ByteString.EMPTY,
                        WriteSet.Update.INSTANCE));
    }
}
