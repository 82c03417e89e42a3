package io.firegate.firestore.enforce;

import com.google.firestore.v1.TransactionOptions;
import com.google.firestore.v1.TransactionOptions.ReadWrite;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.policy.DatabaseName;
import org.jspecify.annotations.Nullable;

/**
 * A transaction a request asks for.
 *
 * @param field where its options stand
 * @param options what they say
 */
record NewTransaction(Field field, TransactionOptions options) {
    /** The field of answers that tells its id. */
    private static final String TRANSACTION = "transaction";

    /** What a request begins that says nothing about it: one that reads and writes. */
    static final NewTransaction WITHOUT_OPTIONS =
            new NewTransaction(new Field(0, 0, 0, 0), TransactionOptions.getDefaultInstance());

    static NewTransaction read(RequestMessage request, Field field) {
        try {
            return new NewTransaction(
                    field, TransactionOptions.parseFrom(ByteString.copyFrom(field.value(request.data()))));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /** Whether it is to read at an explicit time. */
    boolean history() {
        return options.hasReadOnly() && options.getReadOnly().hasReadTime();
    }

    private SealedTransaction.Mode mode() {
        return options.hasReadOnly() ? SealedTransaction.Mode.READ_ONLY : SealedTransaction.Mode.READ_WRITE;
    }

    /** What changes in the bytes that ask for it; null when nothing does. */
    @Nullable
    Edit edit(RequestMessage request, DatabaseName database, String credential) {
        return options.getReadWrite().getRetryTransaction().isEmpty()
                ? null
                : Edit.replace(field, forwarded(request, database, credential).toByteArray());
    }

    /**
     * The options with the transaction that is retried opened. One that is not the caller's, or was begun with another credential, is left
     * out: it would only have kept a place in the queue.
     */
    TransactionOptions forwarded(RequestMessage request, DatabaseName database, String credential) {
        ReadWrite readWrite = options.getReadWrite();
        if (readWrite.getRetryTransaction().isEmpty()) {
            return options;
        }
        SealedTransaction retried =
                request.handles().transaction(readWrite.getRetryTransaction().toByteArray(), database);
        ReadWrite.Builder forwarded = readWrite.toBuilder();
        if (retried != null && retried.credential().equals(credential)) {
            forwarded.setRetryTransaction(retried.upstream());
        } else {
            forwarded.clearRetryTransaction();
        }
        return options.toBuilder().setReadWrite(forwarded).build();
    }

    /** Seals its id, when an answer tells it; where it began before the request, the first answer is made to tell it. */
    AnswerExaminer sealing(AnswerType answer, Handles handles, DatabaseName database, Plan.Verdict verdict) {
        Looked looked = verdict.looked();
        String credential = verdict.permit().credential();
        return looked == null
                ? sealing(answer, handles, database, credential)
                : answer.telling(
                        TRANSACTION,
                        handles.seal(looked.begun().id(), database, credential, mode(), history()),
                        looked.begun()::settled);
    }

    /** Seals its id, when an answer tells it. */
    AnswerExaminer sealing(AnswerType answer, Handles handles, DatabaseName database, String credential) {
        return answer.sealing(
                TRANSACTION, id -> handles.seal((ByteString) id, database, credential, mode(), history()));
    }
}
