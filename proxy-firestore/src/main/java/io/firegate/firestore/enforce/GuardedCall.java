package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.RollbackRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.firegate.firestore.guard.SimulatedDocument;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A request whose verdict depends on what is stored. Takes turns with Firestore. Of writes: reads the documents, decides, and writes with
 * each document pinned to what was read, so that nothing is written over a document nobody has judged. A pin that is lost outside a
 * transaction begins anew.
 *
 * <p>Only {@link Enforcer} makes one. Belongs to the thread of its exchange, which calls {@link #begin} and then {@link #answered} for
 * every {@link Turn.Ask}, and {@link #begin} again after a {@link Turn.Pause}.
 */
public abstract sealed class GuardedCall permits LookupCall, LookupWrite, GuardedWhole, GuardedBatch {
    /** Documents one guarded request may depend on: the sentence of the problem says it. */
    static final int DOCUMENTS_MAX = 1000;

    static final int STATUS_OK = 0;

    private static final int STATUS_NOT_FOUND = 5;
    static final int STATUS_ALREADY_EXISTS = 6;
    static final int STATUS_ABORTED = 10;
    private static final int STATUS_FAILED_PRECONDITION = 9;

    /** How often a lost pin is read and judged anew, product.md 4.6. */
    private static final int ATTEMPTS_MAX = 5;
    /** Longest first pause in milliseconds; the next may be twice as long, and so on. */
    private static final int PAUSE_MILLIS = 20;

    /** What a question is for. */
    public enum Purpose {
        /** To know what is stored. */
        READS,
        /** The same, and it begins a transaction, which only its answer tells of: it must be waited for, whoever has gone. */
        BEGINS,
        /** It is the client's request itself, which the record must hold before it goes out. */
        WRITES
    }

    /** What comes next. */
    public sealed interface Turn {
        /**
         * Firestore is asked, and its whole answer collected.
         *
         * @param call the question; owned by whoever gets the turn
         * @param purpose what it is for
         */
        record Ask(PermittedCall call, Purpose purpose) implements Turn {}

        /** A pause of so many milliseconds. */
        record Pause(long millis) implements Turn {}

        /**
         * Calls that are carried out each by itself, several at a time, and each with a decision of its own in the record.
         *
         * @param rest what else of the request is permitted
         * @param refused what else of it is refused
         * @param ends told what becomes of them
         */
        record Apart(List<GuardedCall> calls, Decision.Permit rest, List<Decision.Deny> refused, Ends ends)
                implements Turn {
            public Apart {
                calls = List.copyOf(calls);
                refused = List.copyOf(refused);
            }
        }

        /**
         * Done.
         *
         * @param message the one message of the answer
         * @param refused the writes among others that are refused
         */
        record Answer(ByteString message, List<Decision.Deny> refused) implements Turn {
            public Answer {
                refused = List.copyOf(refused);
            }

            /** The message as bytes, for whoever does not know protobuf. */
            public byte[] bytes() {
                return message.toByteArray();
            }
        }

        /** The policy says no. */
        record Refuse(Decision.Deny deny) implements Turn {}

        /** It is known what the request comes to, and it goes on as any other. */
        record Judged(Admission admission) implements Turn {}

        /** A condition of the client's own does not hold. */
        record Fail(WriteCondition condition) implements Turn {}

        /** What Firestore answered is the client's to see: a status other than OK. */
        enum Relay implements Turn {
            INSTANCE
        }

        /** What Firestore answered makes no sense. */
        enum Broken implements Turn {
            INSTANCE
        }
    }

    /** Where the ends of calls go that are carried out each by itself. One of the three for each of them, and then {@link #whole}. */
    public interface Ends {
        /** It is written, and this is Firestore's answer as the client may see it. */
        void committed(int call, byte[] answer);

        /** It is not, or nobody knows, and this is why: a serialised {@code google.rpc.Status}. */
        void failed(int call, byte[] status);

        /** It is not, and Firestore says why. */
        void failed(int call, int status, String words);

        /** The turn when all have come to an end. */
        Turn whole();
    }

    private final FirestoreMethod method;
    private final DatabaseName database;
    private final Decision.Permit permit;
    private final int items;
    private final AnswerExaminer answers;
    private int attempts;

    /**
     * A guarded call.
     *
     * @param permit what is permitted whatever is stored, with every grant that may be used
     * @param items how many writes the request has
     * @param answers what the answer must pass
     */
    GuardedCall(
            FirestoreMethod method, DatabaseName database, Decision.Permit permit, int items, AnswerExaminer answers) {
        this.method = method;
        this.database = database;
        this.permit = permit;
        this.items = items;
        this.answers = answers;
    }

    /** The database. */
    public DatabaseName database() {
        return database;
    }

    /** What is permitted whatever is stored. */
    public Decision.Permit permit() {
        return permit;
    }

    /** The first turn, and the one after a pause. */
    public abstract Turn begin();

    /**
     * The turn after an answer.
     *
     * @param messages all of it
     * @param status the gRPC status it ended with
     */
    public abstract Turn answered(List<byte[]> messages, int status);

    /** The turn after an answer that never was whole: an end for the client, or null when the call as a whole has failed. */
    public @Nullable Turn unanswered() {
        return null;
    }

    /** Takes note of what an answer began that is not whole, or that nobody waits for any more. */
    public void unheard(List<byte[]> messages) {}

    /** The call that gives up a transaction firegate has begun and nobody will end; null when there is none. Each is given up once. */
    public @Nullable PermittedCall leftOpen() {
        return null;
    }

    /** How an end that is Firestore's own looks to the client: its words may tell of what is hidden. */
    public AnswerExaminer ending() {
        return WordlessEnd.EXAMINER;
    }

    /** What the answer must pass. */
    AnswerExaminer answers() {
        return answers;
    }

    /** The full name of the document a write is about. */
    String name(WriteIntent intent) {
        return database.resourceName() + "/documents" + intent.path();
    }

    /** Reads what is stored. */
    Turn read(Set<String> names, ByteString transaction) {
        BatchGetDocumentsRequest.Builder read =
                BatchGetDocumentsRequest.newBuilder().setDatabase(database.resourceName());
        read.addAllDocuments(names);
        if (!transaction.isEmpty()) {
            read.setTransaction(transaction);
        }
        return read(read.build());
    }

    /** Sends the writes. */
    Turn write(MessageLite request, List<Decision.Grant> grants, List<Decision.Deny> refused) {
        return new Turn.Ask(call(method, request, grants, refused), Purpose.WRITES);
    }

    /** Reads documents, and begins a transaction with that. */
    Turn begin(BatchGetDocumentsRequest read) {
        return ask(read, Purpose.BEGINS);
    }

    /** Reads documents. */
    Turn read(BatchGetDocumentsRequest read) {
        return ask(read, Purpose.READS);
    }

    private Turn ask(BatchGetDocumentsRequest read, Purpose purpose) {
        return new Turn.Ask(call(FirestoreMethod.BATCH_GET_DOCUMENTS, read, permit.grants(), List.of()), purpose);
    }

    /** Gives a transaction up that is still open; null when it is not. */
    @Nullable
    PermittedCall rollback(BegunTransaction transaction) {
        if (!transaction.isOpen()) {
            return null;
        }
        transaction.settled();
        RollbackRequest request = RollbackRequest.newBuilder()
                .setDatabase(database.resourceName())
                .setTransaction(transaction.id())
                .build();
        return call(FirestoreMethod.ROLLBACK, request, permit.grants(), List.of());
    }

    private PermittedCall call(
            FirestoreMethod called, MessageLite request, List<Decision.Grant> grants, List<Decision.Deny> refused) {
        return new PermittedCall(
                called,
                database,
                new Decision.Permit(permit.credential(), grants),
                items,
                true,
                refused,
                answers,
                Unpooled.wrappedBuffer(Edit.frame(request)));
    }

    /** The documents an answer tells of; null when it does not tell of just those that were asked for. */
    static @Nullable Map<String, SimulatedDocument> documents(List<byte[]> messages, Set<String> asked) {
        Map<String, SimulatedDocument> documents = new HashMap<>();
        try {
            for (byte[] each : messages) {
                BatchGetDocumentsResponse answer = BatchGetDocumentsResponse.parseFrom(each);
                switch (answer.getResultCase()) {
                    case FOUND ->
                        documents.put(answer.getFound().getName(), SimulatedDocument.stored(answer.getFound()));
                    case MISSING -> documents.put(answer.getMissing(), SimulatedDocument.missing(answer.getMissing()));
                    case RESULT_NOT_SET -> {}
                }
            }
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        return documents.keySet().equals(asked) ? documents : null;
    }

    /** Whether a status says that a pin did not hold: the client's own conditions have been looked at before. */
    static boolean isLostPin(int status) {
        return status == STATUS_NOT_FOUND || status == STATUS_ALREADY_EXISTS || status == STATUS_FAILED_PRECONDITION;
    }

    /** The pause before the next attempt; null when there have been enough. */
    Turn.@Nullable Pause pause() {
        if (++attempts == ATTEMPTS_MAX) {
            return null;
        }
        return new Turn.Pause(1 + ThreadLocalRandom.current().nextLong((long) PAUSE_MILLIS << attempts));
    }

    /** What a document is pinned to. */
    static Precondition pin(SimulatedDocument document) {
        Precondition.Builder pin = Precondition.newBuilder();
        return document.isStored()
                ? pin.setUpdateTime(document.updateTime()).build()
                : pin.setExists(false).build();
    }
}
