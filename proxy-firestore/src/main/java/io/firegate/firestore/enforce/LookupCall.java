package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.RollbackRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Lookups;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.DocumentView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A read whose verdict depends on documents that conditions look up: reads them, and then it is judged as any other, at the moment they
 * were read.
 */
final class LookupCall extends GuardedCall {
    private static final long FIRST_SECOND = -62_135_596_800L;
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private final @Nullable Moment moment;
    private final Function<Looked, Admission> judge;
    /** By their full names. */
    private final Map<String, ResourcePath> documents = new HashMap<>();

    /** What it comes to, while a transaction nobody will use is given up. */
    private @Nullable Admission judged;

    /**
     * A call.
     *
     * @param permit what is permitted whatever is found
     * @param items how many documents the request names
     * @param documents what is looked up
     * @param moment when the request reads; null for now
     * @param judge judges it when that is known
     */
    LookupCall(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            int items,
            Set<ResourcePath> documents,
            @Nullable Moment moment,
            Function<Looked, Admission> judge) {
        super(method, database, permit, items, AnswerExaminer.UNTOUCHED);
        this.moment = moment;
        this.judge = judge;
        for (ResourcePath path : documents) {
            this.documents.put(database.resourceName() + "/documents" + path, path);
        }
    }

    @Override
    public Turn begin() {
        BatchGetDocumentsRequest.Builder read = BatchGetDocumentsRequest.newBuilder()
                .setDatabase(database().resourceName())
                .addAllDocuments(documents.keySet());
        if (moment != null) {
            moment.join(read, permit().credential());
        }
        return ask(FirestoreMethod.BATCH_GET_DOCUMENTS, read.build());
    }

    @Override
    public Turn answered(List<byte[]> messages, int status) {
        if (judged != null) {
            return new Turn.Judged(judged);
        }
        if (status != STATUS_OK) {
            return Turn.Relay.INSTANCE;
        }
        Looked looked = looked(messages);
        if (looked == null) {
            return Turn.Broken.INSTANCE;
        }
        Admission admission = judge.apply(looked);
        if (looked.begun().isEmpty() || admission instanceof Admission.Admitted) {
            return new Turn.Judged(admission);
        }
        judged = admission;
        return ask(
                FirestoreMethod.ROLLBACK,
                RollbackRequest.newBuilder()
                        .setDatabase(database().resourceName())
                        .setTransaction(looked.begun())
                        .build());
    }

    @Override
    public @Nullable Turn unanswered() {
        return judged == null ? null : new Turn.Judged(judged);
    }

    /** What an answer tells; null when it does not tell of just the documents that were asked for. */
    private @Nullable Looked looked(List<byte[]> messages) {
        Map<ResourcePath, Optional<DocumentView>> found = new HashMap<>();
        ByteString begun = ByteString.EMPTY;
        Timestamp at = null;
        try {
            for (byte[] each : messages) {
                BatchGetDocumentsResponse answer = BatchGetDocumentsResponse.parseFrom(each);
                if (!answer.getTransaction().isEmpty()) {
                    begun = answer.getTransaction();
                }
                String name = switch (answer.getResultCase()) {
                    case FOUND -> answer.getFound().getName();
                    case MISSING -> answer.getMissing();
                    case RESULT_NOT_SET -> null;
                };
                if (name == null) {
                    continue;
                }
                ResourcePath path = documents.get(name);
                if (path == null) {
                    return null;
                }
                found.put(
                        path,
                        answer.hasFound() ? Optional.of(new StoredDocument(answer.getFound())) : Optional.empty());
                // The documents before one in the answer have not changed until its own read time.
                at = at == null || isLater(answer.getReadTime(), at) ? answer.getReadTime() : at;
            }
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        boolean whole = found.size() == documents.size() && at != null && isMoment(at);
        boolean begins = moment != null && moment.begins();
        return whole && begins != begun.isEmpty()
                ? new Looked(permit(), Lookups.of(found), moment == null || moment.isNow() ? at : null, begun)
                : null;
    }

    private static boolean isLater(Timestamp one, Timestamp other) {
        return one.getSeconds() != other.getSeconds()
                ? one.getSeconds() > other.getSeconds()
                : one.getNanos() > other.getNanos();
    }

    /** Whether it is a time at all: in the years 1 to 9999 (timestamp.proto). */
    private static boolean isMoment(Timestamp time) {
        return time.getSeconds() >= FIRST_SECOND
                && time.getSeconds() <= LAST_SECOND
                && time.getNanos() >= 0
                && time.getNanos() < NANOS_PER_SECOND;
    }
}
