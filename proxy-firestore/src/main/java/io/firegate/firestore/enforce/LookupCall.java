package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.ResourcePath;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request whose verdict depends on documents that conditions look up: reads them at its moment or in its transaction, and then it is
 * judged as any other.
 */
final class LookupCall extends GuardedCall {
    private final Moment moment;
    private final Function<Looked, Admission> judge;
    private final LookupDocuments documents;

    /** What it comes to, while a transaction nobody will use is given up. */
    private @Nullable Admission judged;

    /**
     * A call.
     *
     * @param permit what is permitted whatever is found
     * @param items how many documents the request names
     * @param documents what is looked up
     * @param moment when the request reads
     * @param judge judges it when that is known
     */
    LookupCall(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            int items,
            Set<ResourcePath> documents,
            Moment moment,
            Function<Looked, Admission> judge) {
        super(method, database, permit, items, AnswerExaminer.UNTOUCHED);
        this.moment = moment;
        this.judge = judge;
        this.documents = new LookupDocuments(database, documents);
    }

    @Override
    public Turn begin() {
        BatchGetDocumentsRequest.Builder read = documents.read();
        moment.join(read, permit().credential());
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
        Looked looked = documents.found(messages, permit(), moment.begins());
        if (looked == null) {
            return Turn.Broken.INSTANCE;
        }
        Admission admission = judge.apply(looked);
        if (looked.begun().isEmpty() || admission instanceof Admission.Admitted) {
            return new Turn.Judged(admission);
        }
        judged = admission;
        return rollback(looked.begun());
    }

    @Override
    public @Nullable Turn unanswered() {
        return judged == null ? null : new Turn.Judged(judged);
    }
}
