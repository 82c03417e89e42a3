package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.TransactionOptions;
import com.google.protobuf.ByteString;
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
 * begins anew, as often as a lost pin does; what is refused gives the transaction up first.
 */
final class LookupWrite extends GuardedCall {
    private final LookupDocuments documents;
    private final Function<Looked, Admission> judge;

    private ByteString transaction = ByteString.EMPTY;
    /** The writes, once they are judged. */
    private @Nullable GuardedCall writes;
    /** What it comes to, while the transaction is given up. */
    private @Nullable Turn end;

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
        BatchGetDocumentsRequest.Builder read = documents.read();
        read.setNewTransaction(TransactionOptions.newBuilder()
                .setReadWrite(TransactionOptions.ReadWrite.newBuilder().setRetryTransaction(transaction)));
        return ask(FirestoreMethod.BATCH_GET_DOCUMENTS, read.build());
    }

    @Override
    public Turn answered(List<byte[]> messages, int status) {
        if (end != null) {
            return end;
        }
        if (status == STATUS_ABORTED) {
            return again();
        }
        if (writes != null) {
            return next(writes.answered(messages, status));
        }
        if (status != STATUS_OK) {
            return Turn.Relay.INSTANCE;
        }
        Looked looked = documents.found(messages, permit(), true);
        if (looked == null) {
            return Turn.Broken.INSTANCE;
        }
        transaction = looked.begun();
        Admission admission = judge.apply(looked);
        if (admission instanceof Admission.Guarded(var guarded)) {
            writes = guarded;
            return next(guarded.begin());
        }
        return ended(new Turn.Judged(admission));
    }

    private Turn next(Turn turn) {
        return switch (turn) {
            case Turn.Ask ask -> ask;
            case Turn.Answer answer -> answer;
            // Firestore has ended the transaction, or will when it has been idle.
            case Turn.Relay relay -> relay;
            case Turn.Broken broken -> broken;
            case Turn.Fail(WriteCondition condition) when condition == WriteCondition.CONTENTION -> again();
            case Turn.Fail fail -> ended(fail);
            case Turn.Refuse refuse -> ended(refuse);
            case Turn.Pause pause -> throw new IllegalStateException("in a transaction nothing is tried again");
            case Turn.Judged judged -> throw new IllegalStateException("looked up once, and something else is needed");
        };
    }

    private Turn again() {
        Turn.Pause pause = pause();
        return pause == null ? new Turn.Fail(WriteCondition.CONTENTION) : pause;
    }

    /** Others wait for the documents the transaction has read. */
    private Turn ended(Turn turn) {
        end = turn;
        return rollback(transaction);
    }

    @Override
    public @Nullable Turn unanswered() {
        return end;
    }
}
