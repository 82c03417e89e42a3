package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.TransactionOptions;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.ResourcePath;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes outside a transaction whose verdict depends on documents that conditions look up: firegate begins a transaction with reading them,
 * and the writes are judged and carried out in it, so that none of those documents changes in between. Where another is in the way it
 * begins anew, as often as a lost pin does.
 */
final class LookupWrite extends GuardedCall {
    private final LookupDocuments documents;
    private final Function<Looked, Admission> judge;

    /** The writes, once they are judged. */
    private @Nullable GuardedCall writes;
    /** Whether the question under way is their Commit. */
    private boolean committing;

    /**
     * Writes.
     *
     * @param permit what is permitted whatever is found
     * @param documents what is looked up
     * @param judge judges them in the transaction
     */
    LookupWrite(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            int items,
            Set<ResourcePath> documents,
            Function<Looked, Admission> judge) {
        super(method, database, permit, items, AnswerExaminer.UNTOUCHED);
        this.documents = new LookupDocuments(database, documents);
        this.judge = judge;
    }

    @Override
    public Turn begin() {
        writes = null;
        committing = false;
        BatchGetDocumentsRequest.Builder read = documents.read();
        read.setNewTransaction(TransactionOptions.newBuilder()
                .setReadWrite(TransactionOptions.ReadWrite.newBuilder()
                        .setRetryTransaction(documents.begun().id())));
        return begin(read.build());
    }

    @Override
    public Turn answered(List<byte[]> messages, int status) {
        if (writes == null) {
            unheard(messages);
        }
        if (status == STATUS_ABORTED) {
            return again();
        }
        if (writes != null) {
            if (committing && status == STATUS_OK) {
                documents.begun().settled();
            }
            return next(writes.answered(messages, status));
        }
        if (status != STATUS_OK) {
            return Turn.Relay.INSTANCE;
        }
        Looked looked = documents.found(messages, permit(), true);
        if (looked == null) {
            return Turn.Broken.INSTANCE;
        }
        Admission admission = judge.apply(looked);
        if (admission instanceof Admission.Guarded(var guarded)) {
            writes = guarded;
            return next(guarded.begin());
        }
        return new Turn.Judged(admission);
    }

    private Turn next(Turn turn) {
        return switch (turn) {
            case Turn.Ask ask -> {
                committing = ask.purpose() == Purpose.WRITES;
                yield ask;
            }
            case Turn.Fail(WriteCondition condition) when condition == WriteCondition.CONTENTION -> again();
            case Turn.Answer answer -> answer;
            case Turn.Relay relay -> relay;
            case Turn.Broken broken -> broken;
            case Turn.Fail fail -> fail;
            case Turn.Refuse refuse -> refuse;
            case Turn.Pause pause -> throw new IllegalStateException("in a transaction nothing is tried again");
            case Turn.Apart apart -> throw new IllegalStateException("its writes are done together");
            case Turn.Judged judged -> throw new IllegalStateException("looked up once, and something else is needed");
        };
    }

    private Turn again() {
        Turn.Pause pause = pause();
        return pause == null ? new Turn.Fail(WriteCondition.CONTENTION) : pause;
    }

    @Override
    public void unheard(List<byte[]> messages) {
        documents.note(messages);
    }

    /** Others wait for the documents the transaction has read. */
    @Override
    public @Nullable PermittedCall leftOpen() {
        return rollback(documents.begun());
    }
}
