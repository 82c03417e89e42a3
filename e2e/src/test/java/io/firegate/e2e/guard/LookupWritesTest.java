package io.firegate.e2e.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writes whose rule looks up another document, which may change at the same time: none goes through that the document would not permit at
 * the moment of the write. {@code -Dlookup.races=N} runs N rounds of the race.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LookupWritesTest {
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
                    fields: { hide: [secret], readonly: [by] }
                  - { id: other, path: "/other/{o}", allow: [create], where: "lookup(/settings/all).open == true" }
                  - id: beds
                    path: /wards/{w}/beds/{b}
                    allow: [create, update]
                    check: "doc.n <= lookup('/wards/{w}').beds && lookup('/settings/all').open"
                  - { id: plain, path: "/plain/{p}", allow: [write] }
                  - { id: other-update, path: "/other/{o}", allow: [update], where: "doc.n == 1" }
            bindings:
              - { tier: nurse, groups: [5b1f0a52-0000-4000-8000-0000000000e1], grant: { ward: A } }
            """;

    private static final int WRITERS = 2;

    private final AtomicInteger ids = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // set before the first test
    private GatewayHarness harness;

    @SuppressWarnings("NullAway.Init") // set before the first test
    private PlainFirestore caller;

    @SuppressWarnings("NullAway.Init") // set before the first test
    private PlainFirestore admin;

    /** How a write is sent. */
    enum Way {
        COMMIT,
        TRANSACTION,
        SINGLE
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY);
        String database = "projects/" + harness.project() + "/databases/(default)";
        caller = new PlainFirestore(
                "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken(GatewayHarness.OWNER), database);
        admin = new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database);
    }

    @BeforeEach
    void fill() {
        admin.commit(
                set("patients/a", "ward", text("A")).build(),
                set("patients/b", "ward", text("B")).build(),
                set("patients/nameless", "name", text("A")).build(),
                set("settings/all", "open", truth(true)).build());
    }

    @AfterAll
    void stop() {
        caller.close();
        admin.close();
        harness.close();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static Value truth(boolean value) {
        return Value.newBuilder().setBooleanValue(value).build();
    }

    private static Value number(long value) {
        return Value.newBuilder().setIntegerValue(value).build();
    }

    private Write.Builder set(String path, String field, Value value) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(admin.name(path)).putFields(field, value));
    }

    private Document vital(String patient, String id, Map<String, Value> more) {
        return Document.newBuilder()
                .setName(admin.name("patients/" + patient + "/vitals/" + id))
                .putFields("locked", truth(false))
                .putAllFields(more)
                .build();
    }

    private String newId() {
        return "v" + ids.incrementAndGet();
    }

    /** {@code OK}, or firegate's reason. */
    private String send(Way way, Write write) {
        try {
            switch (way) {
                case COMMIT -> caller.commit(write);
                case TRANSACTION -> inTransaction(write);
                case SINGLE -> single(write);
            }
            return "OK";
        } catch (StatusRuntimeException e) {
            return reason(Objects.requireNonNull(StatusProto.fromThrowable(e)));
        }
    }

    private void inTransaction(Write write) {
        ByteString transaction = caller.begin();
        try {
            caller.commit(transaction, List.of(write));
        } catch (StatusRuntimeException e) {
            caller.rollback(transaction);
            throw e;
        }
    }

    private static String reason(Status status) {
        try {
            return status.getDetails(0).unpack(ErrorInfo.class).getReason();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void single(Write write) {
        if (!write.getDelete().isEmpty()) {
            caller.unary(
                    "DeleteDocument",
                    DeleteDocumentRequest.newBuilder()
                            .setName(write.getDelete())
                            .setCurrentDocument(write.getCurrentDocument())
                            .build(),
                    Empty.getDefaultInstance());
            return;
        }
        Document document = write.getUpdate();
        int last = document.getName().lastIndexOf('/');
        int collection = document.getName().lastIndexOf('/', last - 1);
        boolean creates = write.getCurrentDocument().getConditionTypeCase() == Precondition.ConditionTypeCase.EXISTS
                && !write.getCurrentDocument().getExists();
        if (creates) {
            caller.unary(
                    "CreateDocument",
                    CreateDocumentRequest.newBuilder()
                            .setParent(document.getName().substring(0, collection))
                            .setCollectionId(document.getName().substring(collection + 1, last))
                            .setDocumentId(document.getName().substring(last + 1))
                            .setDocument(document.toBuilder().clearName())
                            .build(),
                    Document.getDefaultInstance());
            return;
        }
        UpdateDocumentRequest.Builder request =
                UpdateDocumentRequest.newBuilder().setDocument(document).setCurrentDocument(write.getCurrentDocument());
        if (write.hasUpdateMask()) {
            request.setUpdateMask(write.getUpdateMask());
        }
        caller.unary("UpdateDocument", request.build(), Document.getDefaultInstance());
    }

    private static Precondition exists(boolean exists) {
        return Precondition.newBuilder().setExists(exists).build();
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatTheOtherDocumentPermits(Way way) {
        String id = newId();
        Write create = Write.newBuilder()
                .setUpdate(vital("a", id, Map.of("n", number(1))))
                .setCurrentDocument(exists(false))
                .build();
        assertThat(send(way, create)).isEqualTo("OK");
        assertThat(send(way, create)).isEqualTo("DOCUMENT_EXISTS");
        for (String patient : List.of("b", "nameless", "none")) {
            Write elsewhere = create.toBuilder()
                    .setUpdate(vital(patient, id, Map.of("n", number(1))))
                    .build();
            assertThat(send(way, elsewhere)).as(patient).isEqualTo("ROWS");
            assertThat(admin.get("patients/" + patient + "/vitals/" + id)).isEmpty();
        }

        Write update = Write.newBuilder()
                .setUpdate(vital("a", id, Map.of("n", number(2))))
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("n"))
                .setCurrentDocument(exists(true))
                .build();
        assertThat(send(way, update)).isEqualTo("OK");
        Write upsert = update.toBuilder().clearCurrentDocument().build();
        assertThat(send(way, upsert)).isEqualTo("OK");
        Write hidden = update.toBuilder()
                .setUpdate(vital("b", id, Map.of("secret", number(2))))
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("secret"))
                .build();
        assertThat(send(way, hidden)).as("settled before anything is read").isEqualTo("HIDDEN_FIELD");
        Write locks = update.toBuilder()
                .setUpdate(vital("a", id, Map.of("locked", truth(true))))
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("locked"))
                .build();
        assertThat(send(way, locks)).isEqualTo("ROWS");

        admin.commit(set("patients/a", "ward", text("B")).build());
        assertThat(send(way, update)).isEqualTo("DOCUMENT_MISSING");
        assertThat(send(way, upsert)).isEqualTo("ROWS");
        Write delete = Write.newBuilder()
                .setDelete(admin.name("patients/a/vitals/" + id))
                .build();
        assertThat(send(way, delete)).isEqualTo("ROWS");
        admin.commit(set("patients/a", "ward", text("A")).build());
        assertThat(send(way, delete)).isEqualTo("OK");
        assertThat(send(way, delete)).as("missing as hidden").isEqualTo("ROWS");
    }

    /** Create and update on terms of their own: only one of them looks something up. */
    @ParameterizedTest
    @EnumSource
    void eachCaseOfAnUpsertOnItsTerms(Way way) {
        String path = "other/" + newId();
        Write upsert = set(path, "n", number(1)).build();
        assertThat(send(way, upsert)).as("creates").isEqualTo("OK");
        assertThat(send(way, upsert)).as("updates").isEqualTo("OK");
        admin.commit(set("settings/all", "open", truth(false)).build());
        assertThat(send(way, upsert)).as("updates, and nothing is open").isEqualTo("OK");
        assertThat(send(way, set("other/" + newId(), "n", number(1)).build()))
                .as("creates, and nothing is open")
                .isEqualTo("ROWS");
    }

    /** What is found is a check's to judge; what is missing is an error. */
    @ParameterizedTest
    @EnumSource
    void aCheckLooksUp(Way way) {
        admin.commit(Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(admin.name("wards/a")).putFields("beds", number(3)))
                .build());
        String bed = newId();
        Write third = Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(admin.name("wards/a/beds/" + bed))
                        .putFields("n", number(3)))
                .build();
        assertThat(send(way, third)).isEqualTo("OK");
        Write fourth = third.toBuilder()
                .setUpdate(third.getUpdate().toBuilder().putFields("n", number(4)))
                .build();
        assertThat(send(way, fourth)).isEqualTo("CHECK");
        admin.commit(Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(admin.name("wards/a")).putFields("beds", number(4)))
                .build());
        assertThat(send(way, fourth)).isEqualTo("OK");
        assertThat(send(way, set("wards/none/beds/" + bed, "n", number(1)).build()))
                .isEqualTo("CHECK_ERROR");
        assertThat(admin.get("wards/none/beds/" + bed)).isEmpty();
        admin.commit(set("settings/all", "open", truth(false)).build());
        assertThat(send(way, third)).isEqualTo("CHECK");
        assertThat(admin.get("wards/a/beds/" + bed).orElseThrow().getFieldsOrThrow("n"))
                .isEqualTo(number(4));
    }

    private io.grpc.Status.Code code(UpdateDocumentRequest request) {
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> caller.unary("UpdateDocument", request, Document.getDefaultInstance()))
                .getStatus()
                .getCode();
    }

    /** CreateDocument and UpdateDocument answer as Firestore does, although it was a Commit. */
    @Test
    void answersTheDocument() {
        String id = newId();
        Document created = caller.unary(
                "CreateDocument",
                CreateDocumentRequest.newBuilder()
                        .setParent(admin.name("patients/a"))
                        .setCollectionId("vitals")
                        .setDocument(vital("a", id, Map.of("n", number(1))).toBuilder()
                                .clearName())
                        .build(),
                Document.getDefaultInstance());
        String path = created.getName().substring(admin.name("").length());
        assertThat(created).isEqualTo(admin.get(path).orElseThrow());

        admin.commit(Write.newBuilder()
                .setUpdate(created.toBuilder().putFields("secret", number(7)))
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("secret"))
                .build());
        UpdateDocumentRequest.Builder update = UpdateDocumentRequest.newBuilder()
                .setDocument(created.toBuilder().putFields("n", number(2)).putFields("m", number(3)))
                .setCurrentDocument(exists(true));
        Document updated = caller.unary("UpdateDocument", update.build(), Document.getDefaultInstance());
        Document stored = admin.get(path).orElseThrow();
        assertThat(stored.getFieldsOrThrow("secret")).isEqualTo(number(7));
        assertThat(updated).isEqualTo(stored.toBuilder().removeFields("secret").build());

        update.setMask(DocumentMask.newBuilder().addFieldPaths("a..b"));
        assertThat(code(update.build()))
                .as("malformed, under hidden fields too")
                .isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT);
        update.setDocument(set("wards/a/beds/" + id, "n", number(1)).getUpdate());
        assertThat(code(update.build())).isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT);
        assertThat(admin.get(path)).contains(stored);
    }

    /** Each write of a batch under a lookup is in a transaction of its own, and has a decision of its own; the answer keeps the order. */
    @Test
    void aBatchIsWrittenWriteByWrite() throws Exception {
        List<Write> writes = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String patient = i % 5 == 1 ? "b" : i % 5 == 2 ? "none" : "a";
            Write create = i % 3 == 0
                    ? set("plain/" + newId(), "n", number(i)).build()
                    : Write.newBuilder()
                            .setUpdate(vital(patient, newId(), Map.of("n", number(i))))
                            .build();
            writes.add(i == 7 ? set("nowhere/" + newId(), "n", number(i)).build() : create);
            expected.add(i == 7 ? "NO_RULE" : i % 3 == 0 || patient.equals("a") ? "OK" : "ROWS");
        }
        writes.add(Write.newBuilder()
                .setUpdate(vital("a", newId(), Map.of("secret", number(1))))
                .build());
        expected.add("HIDDEN_FIELD");
        Write there = writes.get(3 + 1);
        admin.commit(there);
        writes.set(4, there.toBuilder().setCurrentDocument(exists(false)).build());
        expected.set(4, "DOCUMENT_EXISTS");
        int lines = harness.audit().size();
        BatchWriteResponse answer = caller.batchWrite(writes);

        List<String> outcomes = new ArrayList<>();
        for (Status status : answer.getStatusList()) {
            outcomes.add(status.getCode() == 0 ? "OK" : reason(status));
        }
        assertThat(outcomes).isEqualTo(expected);
        for (int i = 0; i < writes.size(); i++) {
            String name = writes.get(i).getUpdate().getName();
            boolean stored = admin.get(name.substring(admin.name("").length())).isPresent();
            assertThat(stored)
                    .as("%d %s", i, expected.get(i))
                    .isEqualTo(expected.get(i).equals("OK") || i == 4);
            assertThat(answer.getWriteResults(i).hasUpdateTime())
                    .isEqualTo(expected.get(i).equals("OK"));
        }

        long apart = 31 - 10 - 2;
        harness.audit()
                .await(lines, line -> harness.audit().decisionsFrom(lines).size() == apart + 1);
        assertThat(harness.audit().decisionsFrom(lines))
                .filteredOn(line -> line.text("decision").equals("deny"))
                .hasSize((int) expected.stream().filter("ROWS"::equals).count());
    }

    /** More documents are looked up for a batch than for one write: each write looks up its own. */
    @Test
    void aBatchLooksUpForEachOfItsWrites() throws Exception {
        List<Write> writes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            admin.commit(
                    set("patients/p" + i, "ward", text(i % 2 == 0 ? "A" : "B")).build());
            writes.add(Write.newBuilder()
                    .setUpdate(vital("p" + i, newId(), Map.of()))
                    .build());
        }
        assertThat(caller.batchWrite(writes).getStatusList().stream().map(Status::getCode))
                .containsExactly(0, 7, 0, 7, 0, 7);
    }

    /** A refused write leaves nothing others would have to wait for. */
    @Test
    void aRefusedWriteLetsGo() {
        Write write = Write.newBuilder()
                .setUpdate(vital("b", newId(), Map.of()))
                .setCurrentDocument(exists(false))
                .build();
        assertThat(send(Way.COMMIT, write)).isEqualTo("ROWS");
        long before = System.nanoTime();
        admin.commit(set("patients/b", "ward", text("B")).build());
        assertThat(System.nanoTime() - before).isLessThan(java.util.concurrent.TimeUnit.SECONDS.toNanos(15));
    }

    /** The patient goes from ward to ward while vitals are written: none that is acknowledged was written in another ward. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void neverAtAMomentTheOtherDocumentForbids(boolean inTransactions) throws Exception {
        int rounds = Integer.getInteger("lookup.races", inTransactions ? 30 : 100);
        NavigableMap<Timestamp, String> wards = new ConcurrentSkipListMap<>(Timestamps.comparator());
        NavigableMap<Timestamp, Boolean> acknowledged = new ConcurrentSkipListMap<>(Timestamps.comparator());
        wards.put(move("A"), "A");
        CountDownLatch writing = new CountDownLatch(WRITERS);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<Map<io.grpc.Status.Code, Integer>>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(threads.submit(() -> {
                    try {
                        return write(rounds / WRITERS, inTransactions, acknowledged);
                    } finally {
                        writing.countDown();
                    }
                }));
            }
            for (int turn = 0; writing.getCount() > 0; turn++) {
                String ward = turn % 2 == 0 ? "B" : "A";
                wards.put(move(ward), ward);
            }
            Map<io.grpc.Status.Code, Integer> outcomes = new EnumMap<>(io.grpc.Status.Code.class);
            for (Future<Map<io.grpc.Status.Code, Integer>> writer : writers) {
                writer.get().forEach((code, times) -> outcomes.merge(code, times, Integer::sum));
            }
            assertThat(outcomes.keySet())
                    .isSubsetOf(
                            io.grpc.Status.Code.OK, io.grpc.Status.Code.PERMISSION_DENIED, io.grpc.Status.Code.ABORTED);
            assertThat(outcomes).containsKeys(io.grpc.Status.Code.OK);
            for (Timestamp at : acknowledged.keySet()) {
                assertThat(Objects.requireNonNull(wards.floorEntry(at)).getValue())
                        .as("the ward when a write was made at %s", Timestamps.toString(at))
                        .isEqualTo("A");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As often as it takes: a transaction may hold the lock for a while. */
    private Timestamp move(String ward) {
        while (true) {
            try {
                return admin.commit(set("patients/a", "ward", text(ward)).build())
                        .getWriteResults(0)
                        .getUpdateTime();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != io.grpc.Status.Code.ABORTED) {
                    throw e;
                }
            }
        }
    }

    private Map<io.grpc.Status.Code, Integer> write(
            int rounds, boolean inTransactions, Map<Timestamp, Boolean> acknowledged) {
        Map<io.grpc.Status.Code, Integer> outcomes = new EnumMap<>(io.grpc.Status.Code.class);
        for (int i = 0; i < rounds; i++) {
            Write create = Write.newBuilder()
                    .setUpdate(vital("a", newId(), Map.of()))
                    .setCurrentDocument(exists(false))
                    .build();
            io.grpc.Status.Code code = io.grpc.Status.Code.OK;
            ByteString transaction = inTransactions ? caller.begin() : ByteString.EMPTY;
            try {
                acknowledged.put(
                        caller.commit(transaction, List.of(create))
                                .getWriteResults(0)
                                .getUpdateTime(),
                        true);
            } catch (StatusRuntimeException e) {
                code = e.getStatus().getCode();
                if (inTransactions && code == io.grpc.Status.Code.PERMISSION_DENIED) {
                    caller.rollback(transaction);
                }
            }
            outcomes.merge(code, 1, Integer::sum);
        }
        return outcomes;
    }
}
