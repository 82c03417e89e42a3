package io.firegate.firestore.enforce;

import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.protobuf.ByteString;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CreateDocument: creates one document, and answers with it. When the request leaves the id to Firestore, firegate makes it, as
 * official clients do, so that the decision is about the very document that is created.
 */
final class CreateDocumentReader extends RpcReader {
    private static final String ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_CHARS = 20;
    /** Safe for any thread. Ids must not collide; nobody has to guess them. */
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Names names;

    CreateDocumentReader(Names names) {
        super(MessageSchema.of("CreateDocumentRequest"), CreateDocumentRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        byte[] data = request.data();
        Names.Database database = null;
        ResourcePath parent = null;
        Field collection = null;
        Field id = null;
        Field mask = null;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case CreateDocumentRequest.PARENT_FIELD_NUMBER -> {
                    database = names.databaseOf(data, field.start(), field.end());
                    parent = database == null ? null : database.parent(data, field.start(), field.end());
                }
                case CreateDocumentRequest.COLLECTION_ID_FIELD_NUMBER -> collection = field.field();
                case CreateDocumentRequest.DOCUMENT_ID_FIELD_NUMBER -> id = field.field();
                case CreateDocumentRequest.DOCUMENT_FIELD_NUMBER -> {
                    FieldCursor document = field.fields();
                    while (document.next()) {
                        if (document.number() == Document.NAME_FIELD_NUMBER && document.start() < document.end()) {
                            return request.refuse(RequestProblem.NAME_SET, document);
                        }
                    }
                }
                case CreateDocumentRequest.MASK_FIELD_NUMBER -> mask = field.field();
                default -> {}
            }
        }
        if (database == null || parent == null) {
            return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
        }
        String collectionId = collection == null ? "" : request.text(collection);
        if (!ResourcePath.isLegalId(collectionId)) {
            return new Reading.Unreadable(RequestProblem.BAD_COLLECTION_ID, "collection_id");
        }
        String documentId = id == null || id.isEmpty() ? newId() : request.text(id);
        if (!ResourcePath.isLegalId(documentId)) {
            return new Reading.Unreadable(RequestProblem.BAD_DOCUMENT_ID, "document_id");
        }
        List<String> segments = new ArrayList<>(parent.segments());
        if (segments.size() == 2 * ResourcePath.LEVELS_MAX) {
            return new Reading.Unreadable(RequestProblem.BAD_PARENT, "parent");
        }
        segments.add(collectionId);
        segments.add(documentId);
        ResourcePath path = new ResourcePath(segments);
        Resource resource = new Resource.Document(path);
        List<Edit> edits = id != null && !id.isEmpty() ? List.of() : List.of(made(request, id, documentId));
        return new Reading.Wants(
                database.name(),
                List.of(Access.of(Operation.CREATE, resource)),
                List.of(Access.of(Operation.GET, resource)),
                1,
                null,
                WrittenDocument.plan(request, edits, path, mask),
                new WriteSet(
                        List.of(new WriteIntent(path, Operation.CREATE, true, false)),
                        ByteString.EMPTY,
                        new WriteSet.Create(database.name().resourceName() + "/documents" + path)));
    }

    private static Edit made(RequestMessage request, @Nullable Field id, String documentId) {
        return id == null
                ? Edit.insert(request.walk().end(), CreateDocumentRequest.DOCUMENT_ID_FIELD_NUMBER, documentId)
                : Edit.replace(id, documentId.getBytes(StandardCharsets.UTF_8));
    }

    private static String newId() {
        StringBuilder id = new StringBuilder(ID_CHARS);
        for (int i = 0; i < ID_CHARS; i++) {
            id.append(ID_ALPHABET.charAt(RANDOM.nextInt(ID_ALPHABET.length())));
        }
        return id.toString();
    }
}
