package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.RollbackRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.TransactionOptions;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A transaction that firegate begins holds locks others wait for: in every ending of the request it was begun for, it is committed or
 * rolled back, unless its client has been told of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnTransactionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Long enough for a call to get to where it is held, also on a slow machine. */
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private static final String POLICY = """
            version: 1
            tiers:
              nurse:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - id: vitals
                    path: /patients/{patient}/vitals/{vital}
                    allow: [get, list, write]
                    where: lookup(/patients/{patient}).ward in grant.ward && doc.locked == false
            bindings:
              - { tier: nurse, groups: [5b1f0a52-0000-4000-8000-0000000000e1], grant: { ward: A } }
            """;

    private final AtomicInteger ids = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

    /** By their ids, how they ended; empty while they have not. */
    private final Map<ByteString, String> transactions = new ConcurrentHashMap<>();

    private GuardedFirestore between;
    private GatewayHarness harness;
    private PlainFirestore caller;
    private PlainFirestore admin;

    /** What is asked of firegate. */
    enum Request {
        COMMIT,
        STREAM,
        BATCH,
        QUERY
    }

    /** What firegate asks of Firestore for it, in its order. */
    enum Question {
        LOOKUP,
        STORED,
        COMMIT,
        QUERY
    }

    /** What comes in between. */
    enum Trouble {
        CANCELLED,
        TOO_LATE,
        UNAVAILABLE,
        ABORTED
    }

    record Ending(Request request, Question question, Trouble trouble) {}

    static List<Ending> endings() {
        List<Ending> endings = new ArrayList<>();
        for (Request request : Request.values()) {
            List<Question> questions = request == Request.QUERY
                    ? List.of(Question.LOOKUP, Question.QUERY)
                    : List.of(Question.LOOKUP, Question.STORED, Question.COMMIT);
            for (Question question : questions) {
                for (Trouble trouble : Trouble.values()) {
                    endings.add(new Ending(request, question, trouble));
                }
            }
        }
        return endings;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        between = new GuardedFirestore(
                GatewayHarness.emulator().endpoint(), token -> "anybody", Map.of("anybody", Set.of("*")));
        harness = GatewayHarness.withPolicy(
                directory, POLICY, "--set", "limits.drainMillis=0", "--set", "upstream.emulator=" + between.address());
        String database = "projects/" + harness.project() + "/databases/(default)";
        caller = new PlainFirestore(
                "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken(GatewayHarness.OWNER), database);
        admin = new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database);
    }

    @BeforeEach
    void fill() {
        transactions.clear();
        between.before(this::asked);
        between.answered(this::answered);
        admin.commit(
                set("patients/a", "ward", "A").build(),
                set("patients/b", "ward", "B").build());
    }

    @AfterAll
    void stop() {
        threads.shutdownNow();
        timers.shutdownNow();
        caller.close();
        admin.close();
        harness.close();
        between.close();
    }

    private Write.Builder set(String path, String field, String value) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(admin.name(path))
                        .putFields(
                                field, Value.newBuilder().setStringValue(value).build()));
    }

    private Write vital(String patient) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(admin.name("patients/" + patient + "/vitals/v" + ids.incrementAndGet()))
                        .putFields(
                                "locked",
                                Value.newBuilder().setBooleanValue(false).build()))
                .build();
    }

    private void asked(String method, byte[] message) {
        try {
            if (method.equals("Rollback")) {
                transactions.put(RollbackRequest.parseFrom(message).getTransaction(), "rolled back");
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answered(String method, byte[] request, byte[] message) {
        try {
            switch (method) {
                case "BatchGetDocuments" ->
                    begun(BatchGetDocumentsResponse.parseFrom(message).getTransaction());
                case "RunQuery" -> begun(RunQueryResponse.parseFrom(message).getTransaction());
                case "Commit" ->
                    transactions.put(CommitRequest.parseFrom(request).getTransaction(), "committed");
                default -> {}
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void begun(ByteString transaction) {
        if (!transaction.isEmpty()) {
            transactions.putIfAbsent(transaction, "");
        }
    }

    private static Question question(String method, byte[] message) {
        try {
            return switch (method) {
                case "BatchGetDocuments" ->
                    BatchGetDocumentsRequest.parseFrom(message).hasNewTransaction() ? Question.LOOKUP : Question.STORED;
                case "Commit" -> Question.COMMIT;
                default -> Question.QUERY;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(Request request) {
        switch (request) {
            case COMMIT -> caller.commit(vital("a"));
            case STREAM -> {
                try (RawWriteStream stream = caller.writeStream()) {
                    stream.open();
                    stream.write(List.of(vital("a")));
                } catch (StatusException e) {
                    throw e.getStatus().asRuntimeException();
                }
            }
            case BATCH -> {
                int code = caller.batchWrite(List.of(vital("a"))).getStatus(0).getCode();
                if (code != 0) {
                    throw Status.fromCodeValue(code).asRuntimeException();
                }
            }
            case QUERY ->
                caller.stream(
                        "RunQuery",
                        RunQueryRequest.newBuilder()
                                .setParent(admin.name("patients/a"))
                                .setStructuredQuery(StructuredQuery.newBuilder()
                                        .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                                .setCollectionId("vitals")))
                                .setNewTransaction(TransactionOptions.newBuilder()
                                        .setReadWrite(TransactionOptions.ReadWrite.getDefaultInstance()))
                                .build(),
                        RunQueryResponse.getDefaultInstance());
        }
    }

    /** Nothing firegate has begun is left, and nobody waits. */
    private void awaitNothingLeft() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (transactions.isEmpty() || transactions.containsValue("")) {
            assertThat(System.nanoTime()).as("%s", transactions).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        long before = System.nanoTime();
        admin.commit(set("patients/a", "ward", "A").build());
        assertThat(System.nanoTime() - before).isLessThan(PATIENCE.toNanos());
    }

    @ParameterizedTest
    @MethodSource("endings")
    void endsWithItsRequest(Ending ending) throws Exception {
        boolean leaves = ending.trouble == Trouble.CANCELLED || ending.trouble == Trouble.TOO_LATE;
        Status status = ending.trouble == Trouble.ABORTED ? Status.ABORTED : Status.UNAVAILABLE;
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(leaves ? 1 : 0);
        // The lookup goes wrong only when the transaction has begun.
        between.before((method, message) -> {
            asked(method, message);
            if (!method.equals("Rollback") && question(method, message) == ending.question) {
                reached.countDown();
                await(gone);
                if (!leaves && ending.question != Question.LOOKUP) {
                    throw status.asRuntimeException();
                }
            }
        });
        between.answered((method, request, message) -> {
            answered(method, request, message);
            boolean first = method.equals("BatchGetDocuments") && question(method, request) == Question.LOOKUP;
            if (!leaves && ending.question == Question.LOOKUP && first) {
                throw status.asRuntimeException();
            }
        });

        int lines = harness.audit().size();
        Context.CancellableContext client = ending.trouble == Trouble.TOO_LATE
                ? Context.current().withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS, timers)
                : Context.current().withCancellation();
        Future<Status.Code> outcome = threads.submit(client.wrap(() -> {
            try {
                send(ending.request);
                return Status.Code.OK;
            } catch (StatusRuntimeException e) {
                return e.getStatus().getCode();
            }
        }));
        await(reached);
        if (ending.trouble == Trouble.CANCELLED) {
            client.cancel(null);
        }
        Status.Code came = outcome.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        harness.audit().await(lines, line -> line.text("kind").equals("outcome"));
        gone.countDown();

        awaitNothingLeft();
        client.cancel(null);
        switch (ending.trouble) {
            // Of a stream either end may find it first.
            case TOO_LATE -> assertThat(came).isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE);
            case CANCELLED -> assertThat(came).isEqualTo(Status.Code.CANCELLED);
            case UNAVAILABLE, ABORTED -> assertThat(came).isEqualTo(status.getCode());
        }
        boolean again = ending.trouble == Trouble.ABORTED && ending.request != Request.QUERY;
        assertThat(transactions).hasSize(again ? 5 : 1).doesNotContainValue("committed");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void isCommitted() {
        send(Request.COMMIT);
        send(Request.STREAM);
        send(Request.BATCH);
        assertThat(transactions.values()).containsExactly("committed", "committed", "committed");
    }

    /** By the rule, and by a condition of the client's own. */
    @Test
    void isRolledBackWhenRefused() {
        Write written = vital("a");
        caller.commit(written);
        transactions.clear();
        for (Write refused : List.of(
                vital("b"),
                written.toBuilder()
                        .setCurrentDocument(Precondition.newBuilder().setExists(false))
                        .build())) {
            assertThat(refusal(refused)).isNotEqualTo(Status.Code.OK);
        }
        awaitNothingLeft();
        assertThat(transactions.values()).containsExactly("rolled back", "rolled back");
    }

    private Status.Code refusal(Write write) {
        try {
            caller.commit(write);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    /** What the client was told of is the client's to end. */
    @Test
    void isTheClientsOnceItIsTold() {
        send(Request.QUERY);
        ByteString begun = transactions.keySet().iterator().next();
        // Later on the same connection to Firestore: a Rollback would have gone before it.
        caller.get("patients/a/vitals/none");
        assertThat(transactions).containsExactly(Map.entry(begun, ""));
        admin.rollback(begun);
    }
}
