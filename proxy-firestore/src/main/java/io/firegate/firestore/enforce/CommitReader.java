package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentTransform;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.Write;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourcePath;
import org.jspecify.annotations.Nullable;

/**
 * Commit: each write judged as it is written, whatever the writes before it did.
 *
 * <p>Only a precondition tells create from update: {@code exists: false} can only create, {@code exists: true} and
 * {@code update_time} can only update, and without one nothing in the request says which will happen.
 */
final class CommitReader extends RpcReader {
    /** Unpublished: {@code Write.verify}, a document read earlier that must not have changed. */
    private static final int VERIFY_FIELD_NUMBER = 5;

    private final Names names;

    CommitReader(Names names) {
        super(MessageSchema.of("CommitRequest"), CommitRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == CommitRequest.DATABASE_FIELD_NUMBER) {
                database = names.database(request.data(), field.start(), field.end());
            }
        }
        if (database == null) {
            return new Reading.Unreadable(RequestProblem.BAD_DATABASE, "database");
        }
        DocumentAccesses accesses = new DocumentAccesses();
        DocumentAccesses answers = new DocumentAccesses();
        int items = 0;
        FieldCursor writes = request.walk().fields();
        while (writes.next()) {
            if (writes.number() == CommitRequest.WRITES_FIELD_NUMBER) {
                items++;
                OneWrite write = new OneWrite();
                Reading.Unreadable problem = write.read(request, writes, database);
                if (problem != null) {
                    return problem;
                }
                ResourcePath path = write.path();
                accesses.add(write.operation(), path, false);
                if (write.reveals) {
                    answers.add(Operation.GET, path, false);
                }
            }
        }
        return new Reading.Wants(database.name(), accesses.list(), answers.without(accesses), items);
    }

    /** What one write says. */
    private final class OneWrite {
        private @Nullable ResourcePath path;
        private int operation;
        private @Nullable Operation byPrecondition;
        /** Whether the answer tells something of what is stored. */
        private boolean reveals;

        /** The document; only after a successful {@link #read}. */
        ResourcePath path() {
            if (path == null) {
                throw new IllegalStateException("the write has not been read");
            }
            return path;
        }

        Operation operation() {
            return switch (operation) {
                case Write.DELETE_FIELD_NUMBER -> Operation.DELETE;
                case VERIFY_FIELD_NUMBER -> Operation.GET;
                default -> byPrecondition == null ? Operation.UPSERT : byPrecondition;
            };
        }

        Reading.@Nullable Unreadable read(RequestMessage request, FieldCursor write, Names.Database database) {
            boolean updateParts = false;
            FieldCursor field = write.fields();
            while (field.next()) {
                Reading.Unreadable problem = null;
                switch (field.number()) {
                    case Write.DELETE_FIELD_NUMBER, VERIFY_FIELD_NUMBER -> {
                        operation = field.number();
                        problem = name(request, field, database);
                    }
                    case Write.UPDATE_FIELD_NUMBER -> {
                        operation = field.number();
                        problem = inner(request, field, Document.NAME_FIELD_NUMBER, database);
                    }
                    case Write.TRANSFORM_FIELD_NUMBER -> {
                        operation = field.number();
                        problem = inner(request, field, DocumentTransform.DOCUMENT_FIELD_NUMBER, database);
                        FieldCursor transform = field.fields();
                        while (transform.next()) {
                            if (transform.number() == DocumentTransform.FIELD_TRANSFORMS_FIELD_NUMBER) {
                                reveals |= reveals(transform);
                            }
                        }
                    }
                    case Write.UPDATE_TRANSFORMS_FIELD_NUMBER -> {
                        updateParts = true;
                        reveals |= reveals(field);
                    }
                    case Write.UPDATE_MASK_FIELD_NUMBER -> updateParts = true;
                    case Write.CURRENT_DOCUMENT_FIELD_NUMBER -> precondition(field);
                    default -> {}
                }
                if (problem != null) {
                    return problem;
                }
            }
            if (operation == 0) {
                return request.refuse(RequestProblem.NO_OPERATION, write);
            }
            // write.proto: "This field can be set only when the operation is `update`". What Firestore makes of it
            // otherwise
            // is not known, so it is not judged.
            if (updateParts && operation != Write.UPDATE_FIELD_NUMBER) {
                return request.refuse(RequestProblem.NOT_AN_UPDATE, write);
            }
            return null;
        }

        private Reading.@Nullable Unreadable inner(
                RequestMessage request, FieldCursor message, int nameField, Names.Database database) {
            FieldCursor field = message.fields();
            while (field.next()) {
                if (field.number() == nameField) {
                    return name(request, field, database);
                }
            }
            return request.refuse(RequestProblem.BAD_NAME, message);
        }

        private Reading.@Nullable Unreadable name(RequestMessage request, FieldCursor name, Names.Database database) {
            byte[] data = request.data();
            if (!database.holds(data, name.start(), name.end())) {
                return request.refuse(names.outside(data, name.start(), name.end()), name);
            }
            path = database.document(data, name.start(), name.end());
            return path == null ? request.refuse(RequestProblem.BAD_NAME, name) : null;
        }

        /** A precondition without a condition is none: nothing in it tells create from update. */
        private void precondition(FieldCursor precondition) {
            FieldCursor condition = precondition.fields();
            while (condition.next()) {
                boolean absent = condition.number() == Precondition.EXISTS_FIELD_NUMBER && condition.varint64() == 0;
                byPrecondition = absent ? Operation.CREATE : Operation.UPDATE;
            }
        }

        /** Whether a transform's result is worked out from what is stored. Of the array transforms the result is always null. */
        private static boolean reveals(FieldCursor transform) {
            FieldCursor field = transform.fields();
            while (field.next()) {
                switch (field.number()) {
                    case FieldTransform.INCREMENT_FIELD_NUMBER,
                            FieldTransform.MAXIMUM_FIELD_NUMBER,
                            FieldTransform.MINIMUM_FIELD_NUMBER -> {
                        return true;
                    }
                    default -> {}
                }
            }
            return false;
        }
    }
}
