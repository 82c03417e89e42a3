package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.Target;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourcePath;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the messages a client sends on a Listen stream. Stateless but for the names it remembers; safe for any thread. */
final class ListenReader {
    private static final MessageSchema SCHEMA = MessageSchema.of("ListenRequest", Set.of("resume_token"));

    /** As in one BatchGetDocuments. */
    private static final int DOCUMENTS_MAX = 1000;

    private final Names names;
    private final int partsMax;

    ListenReader(Names names, int partsMax) {
        this.names = names;
        this.partsMax = partsMax;
    }

    /** What one message says. */
    sealed interface Asked {
        /** It adds a target. */
        record Add(TargetAsk ask) implements Asked {}

        /** It removes one. */
        record Remove(int target) implements Asked {}

        /** It adds a target that says nothing which could be judged. */
        record Unreadable(
                int target,
                RequestProblem problem,
                @Nullable String place) implements Asked {}

        /** It is not a message of a Listen stream. */
        record Invalid(RequestProblem problem, @Nullable String place) implements Asked {}
    }

    Asked read(byte[] message, Handles handles) {
        return switch (WalkedMessage.of(message, SCHEMA, ListenRequest.parser(), partsMax, handles)) {
            case WalkedMessage.Unclear(var problem, var place) -> new Asked.Invalid(problem, place);
            case WalkedMessage.Clear(var request, var rewritten) -> read(request);
        };
    }

    private Asked read(RequestMessage request) {
        Names.Database database = null;
        byte[] data = request.data();
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == ListenRequest.DATABASE_FIELD_NUMBER) {
                database = names.database(data, field.start(), field.end());
            }
        }
        if (request.walk().parts() > partsMax) {
            return tooLarge(request);
        }
        ListenRequest decoded = request.decoded(ListenRequest.parser());
        return switch (decoded.getTargetChangeCase()) {
            case TARGETCHANGE_NOT_SET -> new Asked.Invalid(RequestProblem.NO_TARGET, null);
            case REMOVE_TARGET -> new Asked.Remove(decoded.getRemoveTarget());
            case ADD_TARGET -> {
                int id = decoded.getAddTarget().getTargetId();
                if (id <= 0) {
                    yield new Asked.Invalid(RequestProblem.BAD_TARGET_ID, "add_target.target_id");
                }
                yield database == null
                        ? new Asked.Unreadable(id, RequestProblem.BAD_DATABASE, "database")
                        : add(request, decoded, database);
            }
        };
    }

    /** Refused before it is decoded: the target alone, when it has a name. */
    private static Asked tooLarge(RequestMessage request) {
        FieldCursor message = request.walk().fields();
        while (message.next()) {
            if (message.number() == ListenRequest.ADD_TARGET_FIELD_NUMBER) {
                FieldCursor target = message.fields();
                while (target.next()) {
                    if (target.number() == Target.TARGET_ID_FIELD_NUMBER && (int) target.varint64() > 0) {
                        return new Asked.Unreadable(
                                (int) target.varint64(), RequestProblem.TOO_MANY_PARTS, "add_target");
                    }
                }
            }
        }
        return new Asked.Invalid(RequestProblem.TOO_MANY_PARTS, null);
    }

    private Asked add(RequestMessage request, ListenRequest decoded, Names.Database database) {
        Target asked = decoded.getAddTarget();
        FieldCursor message = request.walk().fields();
        while (message.next()) {
            if (message.number() == ListenRequest.ADD_TARGET_FIELD_NUMBER) {
                FieldCursor field = message.fields();
                while (field.next()) {
                    if (field.number() == Target.QUERY_FIELD_NUMBER) {
                        return query(request, decoded, database, field.fields(), asked.hasReadTime());
                    }
                    if (field.number() == Target.DOCUMENTS_FIELD_NUMBER) {
                        return documents(request, decoded, database, field.fields(), asked.hasReadTime());
                    }
                }
            }
        }
        return new Asked.Unreadable(asked.getTargetId(), RequestProblem.NO_TARGET, "add_target");
    }

    private Asked query(
            RequestMessage request,
            ListenRequest decoded,
            Names.Database database,
            FieldCursor field,
            boolean history) {
        int id = decoded.getAddTarget().getTargetId();
        QueryTarget over = new QueryTarget(names, request);
        while (field.next()) {
            switch (field.number()) {
                case Target.QueryTarget.PARENT_FIELD_NUMBER -> over.parent(field);
                case Target.QueryTarget.STRUCTURED_QUERY_FIELD_NUMBER -> over.query(field);
                default -> throw new IllegalStateException("a field the walk does not know");
            }
        }
        Reading.Unreadable problem = over.settle();
        if (problem != null) {
            return new Asked.Unreadable(id, problem.problem(), problem.place());
        }
        if (!over.database().name().equals(database.name())) {
            return new Asked.Unreadable(id, RequestProblem.FOREIGN_DATABASE, "add_target.query.parent");
        }
        return new Asked.Add(TargetAsk.of(decoded, database.name(), List.of(over.access(history)), 1, over.form()));
    }

    private Asked documents(
            RequestMessage request,
            ListenRequest decoded,
            Names.Database database,
            FieldCursor document,
            boolean history) {
        int id = decoded.getAddTarget().getTargetId();
        byte[] data = request.data();
        DocumentAccesses accesses = new DocumentAccesses();
        int items = 0;
        while (document.next()) {
            String place = "add_target.documents.documents[" + items + "]";
            if (++items > DOCUMENTS_MAX) {
                return new Asked.Unreadable(id, RequestProblem.TOO_MANY_DOCUMENTS, "add_target.documents");
            }
            if (!database.holds(data, document.start(), document.end())) {
                return new Asked.Unreadable(id, names.outside(data, document.start(), document.end()), place);
            }
            ResourcePath path = database.document(data, document.start(), document.end());
            if (path == null) {
                return new Asked.Unreadable(id, RequestProblem.BAD_NAME, place);
            }
            accesses.add(Operation.GET, path, history);
        }
        List<Access> list = accesses.list();
        return list.isEmpty()
                ? new Asked.Unreadable(id, RequestProblem.NO_TARGET, "add_target.documents")
                : new Asked.Add(TargetAsk.of(decoded, database.name(), list, items, null));
    }
}
