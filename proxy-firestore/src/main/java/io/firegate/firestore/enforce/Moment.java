package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a request reads, as it says itself: now, at an explicit time, in a transaction, or in one it begins. Filled while its reader
 * goes through the fields, then settled.
 */
final class Moment {
    /** A field number no message has: the request has no such field. */
    static final int NONE = 0;

    private final RequestMessage request;
    private final int transactionNumber;
    private final int newTransactionNumber;
    private final int readTimeNumber;
    private boolean readTime;
    private @Nullable Field transaction;
    private @Nullable SealedTransaction opened;
    private @Nullable NewTransaction begins;
    private Names.@Nullable Database database;

    Moment(RequestMessage request, int transactionNumber, int newTransactionNumber, int readTimeNumber) {
        this.request = request;
        this.transactionNumber = transactionNumber;
        this.newTransactionNumber = newTransactionNumber;
        this.readTimeNumber = readTimeNumber;
    }

    /** Looks at a field of the request. */
    void see(FieldCursor field) {
        int number = field.number();
        if (number == transactionNumber) {
            transaction = field.field();
        } else if (number == newTransactionNumber) {
            begins = NewTransaction.read(request, field.field());
        } else if (number == readTimeNumber) {
            readTime = true;
        }
    }

    /** Opens the transaction, now that the database is known; the problem when it is not one of the caller's. */
    Reading.@Nullable Unreadable settle(Names.Database in) {
        database = in;
        Field field = transaction;
        if (field != null) {
            opened = request.handles().transaction(field.value(request.data()), in.name());
            if (opened == null) {
                return request.refuse(RequestProblem.BAD_TRANSACTION, field);
            }
        }
        return null;
    }

    /** Whether the past is read, which a rule must grant. */
    boolean history() {
        return readTime || (opened != null && opened.history()) || (begins != null && begins.history());
    }

    /** The credential everything in the transaction must use; null outside one. */
    @Nullable
    String credential() {
        return opened == null ? null : opened.credential();
    }

    /** Firestore's own id of the transaction; empty outside one. */
    ByteString upstream() {
        return opened == null ? ByteString.EMPTY : opened.upstream();
    }

    /** What changes in the bytes: Firestore's own id for the caller's. Adds nothing when there is no transaction. */
    void edit(List<Edit> edits, Plan.Verdict verdict) {
        if (transaction != null && opened != null) {
            edits.add(Edit.replace(transaction, opened.upstream().toByteArray()));
        }
        if (begins != null && database != null) {
            Edit edit = begins.edit(request, database.name(), verdict.permit().credential());
            if (edit != null) {
                edits.add(edit);
            }
        }
    }

    /** A request whose only handle is its transaction, with an answer of the type that may hold the id of a new one. */
    Plan plan(AnswerType answer) {
        return verdict -> {
            List<Edit> edits = new ArrayList<>(1);
            edit(edits, verdict);
            NewTransaction begun = begins;
            Names.Database in = database;
            AnswerExaminer answers = begun == null || in == null
                    ? AnswerExaminer.UNTOUCHED
                    : begun.sealing(
                            answer,
                            request.handles(),
                            in.name(),
                            verdict.permit().credential());
            return edits.isEmpty() && answers.leavesUntouched()
                    ? Plan.Step.AS_IT_STANDS
                    : new Plan.Step.Forward(edits, answers);
        };
    }
}
