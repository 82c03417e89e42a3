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
        return moment.begins() ? begin(read.build()) : read(read.build());
    }

    @Override
    public Turn answered(List<byte[]> messages, int status) {
        if (status != STATUS_OK) {
            unheard(messages);
            return Turn.Relay.INSTANCE;
        }
        Looked looked = documents.found(messages, permit(), moment.begins());
        return looked == null ? Turn.Broken.INSTANCE : new Turn.Judged(judge.apply(looked));
    }

    @Override
    public void unheard(List<byte[]> messages) {
        documents.note(messages);
    }

    /** Of the transaction the client asked for it is told with the first message of its answer, and ends it from then on. */
    @Override
    public @Nullable PermittedCall leftOpen() {
        return rollback(documents.begun());
    }
}
