package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
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
    private @Nullable Field readTime;
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
            readTime = field.field();
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
        return readTime != null || (opened != null && opened.history()) || (begins != null && begins.history());
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

    /** Whether the request begins a transaction. */
    boolean begins() {
        return begins != null;
    }

    /** Whether it reads outside a transaction and at no time of its own. */
    boolean isNow() {
        return opened == null && begins == null && readTime == null;
    }

    /** Has a read of firegate's own be at the same moment, before the request. */
    void join(BatchGetDocumentsRequest.Builder read, String credential) {
        if (opened != null) {
            read.setTransaction(opened.upstream());
        } else if (readTime != null) {
            read.setReadTime(RequestMessage.parsed(readTime.value(request.data()), 0, Timestamp.parser()));
        } else if (begins != null && database != null) {
            read.setNewTransaction(begins.forwarded(request, database.name(), credential));
        }
    }

    /** The moment at which something was looked up for the request, which must be its own. */
    private void follow(List<Edit> edits, Looked looked) {
        int end = request.walk().end();
        if (begins != null) {
            edits.add(Edit.remove(begins.field()));
            edits.add(Edit.insert(end, transactionNumber, looked.begun().id().toByteArray()));
        } else if (isNow()) {
            edits.add(Edit.insert(end, readTimeNumber, looked.at().toByteArray()));
        }
    }

    /** What changes in the bytes: Firestore's own id for the caller's, and the moment of what was looked up. */
    void edit(List<Edit> edits, Plan.Verdict verdict) {
        if (transaction != null && opened != null) {
            edits.add(Edit.replace(transaction, opened.upstream().toByteArray()));
        }
        if (verdict.looked() != null) {
            follow(edits, verdict.looked());
        } else if (begins != null && database != null) {
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
                    : begun.sealing(answer, request.handles(), in.name(), verdict);
            return edits.isEmpty() && answers.leavesUntouched()
                    ? Plan.Step.AS_IT_STANDS
                    : new Plan.Step.Forward(edits, answers);
        };
    }
}
