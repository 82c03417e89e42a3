package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentTransform;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.Write;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourcePath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one write of a Commit or a BatchWrite says.
 *
 * <p>Only a precondition tells create from update: {@code exists: false} can only create, {@code exists: true} and
 * {@code update_time} can only update, and without one nothing in the request says which will happen.
 */
final class OneWrite {
    /** Unpublished: {@code Write.verify}, a document read earlier that must not have changed. */
    private static final int VERIFY_FIELD_NUMBER = 5;

    private final Names names;
    private final Field field;
    private @Nullable ResourcePath path;
    private int operation;
    private Operation byPrecondition = Operation.UPSERT;
    /** Whether the answer tells something of what is stored. */
    private boolean reveals;

    private OneWrite(Names names, Field field) {
        this.names = names;
        this.field = field;
    }

    /**
     * Reads the write the cursor stands on.
     *
     * @param into where it is added when it can be judged
     * @return the problem otherwise
     */
    static Reading.@Nullable Unreadable read(
            Names names, RequestMessage request, FieldCursor write, Names.Database database, List<OneWrite> into) {
        OneWrite one = new OneWrite(names, write.field());
        Reading.Unreadable problem = one.read(request, write, database);
        if (problem == null) {
            into.add(one);
        }
        return problem;
    }

    /** Where it stands in the request. */
    Field field() {
        return field;
    }

    /** Whether the answer tells something of what is stored. */
    boolean reveals() {
        return reveals;
    }

    /** The document. */
    ResourcePath path() {
        if (path == null) {
            throw new IllegalStateException("the write has not been read");
        }
        return path;
    }

    /** What it does to the document. */
    Operation operation() {
        return switch (operation) {
            case Write.DELETE_FIELD_NUMBER -> Operation.DELETE;
            case VERIFY_FIELD_NUMBER -> Operation.GET;
            default -> byPrecondition;
        };
    }

    /** What it does, apart from where it stands. */
    WriteIntent intent(boolean history) {
        return new WriteIntent(path(), operation(), reveals, history);
    }

    private Reading.@Nullable Unreadable read(RequestMessage request, FieldCursor write, Names.Database database) {
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
                case Write.CURRENT_DOCUMENT_FIELD_NUMBER -> byPrecondition = byPrecondition(field);
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

    /** What a precondition leaves possible. One without a condition is none: nothing in it tells create from update. */
    static Operation byPrecondition(FieldCursor precondition) {
        Operation possible = Operation.UPSERT;
        FieldCursor condition = precondition.fields();
        while (condition.next()) {
            boolean absent = condition.number() == Precondition.EXISTS_FIELD_NUMBER && condition.varint64() == 0;
            possible = absent ? Operation.CREATE : Operation.UPDATE;
        }
        return possible;
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
