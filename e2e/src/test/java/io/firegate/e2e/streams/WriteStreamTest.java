package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteRequest;
import com.google.firestore.v1.WriteResponse;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.Timestamp;
import io.firegate.e2e.AuditTrail;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.RawWriteStream;
import io.grpc.StatusException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Write streams as the whole program serves them: what is decided when, what is recorded, what ends them, and what they can hold. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WriteStreamTest {
    private static final String POLICY = """
            version: 1
            tiers:
              writing:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: inbox, path: "/inbox/{d}", allow: [get, write] }
            bindings:
              - { tier: writing, groups: [5b1f0a52-0000-4000-8000-0000000000e1, 5b1f0a52-0000-4000-8000-0000000000e3] }
            """;

    /** The object id of the persona {@code writer}. */
    private static final String WRITER = "5b1f0a52-0000-4000-8000-000000000003";

    private static final CommitResponse COMMITTED = CommitResponse.newBuilder()
            .addWriteResults(WriteResult.newBuilder()
                    .setUpdateTime(Timestamp.newBuilder().setSeconds(1)))
            .setCommitTime(Timestamp.newBuilder().setSeconds(1))
            .build();

    @TempDir
    private Path directory;

    private final MovableClock clock = new MovableClock();
    private GatewayHarness straight;
    private HeldFirestore held;
    private GatewayHarness holding;
    private boolean changed;

    @BeforeAll
    void start(@TempDir Path straightIn, @TempDir Path holdingIn) throws Exception {
        straight = GatewayHarness.withClock(straightIn, clock, POLICY);
        held = new HeldFirestore();
        holding = GatewayHarness.withClock(holdingIn, clock, POLICY, "--set", "upstream.emulator=" + held.address());
    }

    @AfterAll
    void stop() {
        straight.close();
        holding.close();
        held.close();
    }

    @AfterEach
    void restore() throws Exception {
        if (changed) {
            changed = false;
            straight.reload(POLICY);
        }
    }

    @Test
    void eachWriteHasARecordOfItsOwn() throws Exception {
        try (PlainFirestore caller = caller(straight, "writer");
                RawWriteStream stream = caller.writeStream()) {
            WriteResponse opened = stream.open();
            stream.write(List.of(set(caller, "inbox/a", 1)));
            stream.write(List.of(set(caller, "inbox/a", 2), set(caller, "inbox/b", 3)));
            stream.send(WriteRequest.newBuilder()
                    .addWrites(set(caller, "inbox/c", 4))
                    .addWrites(set(caller, "elsewhere/d", 5))
                    .build());
            StatusException denied = assertThrows(StatusException.class, stream::read);
            assertThat(RawWriteStream.said(denied)).isEqualTo("PERMISSION_DENIED NO_RULE");

            AuditTrail audit = straight.audit();
            audit.await(
                    0,
                    line -> line.text("kind").equals("outcome")
                            && line.text("id").equals(opened.getStreamId()));
            List<AuditTrail.Line> decisions = audit.decisionsFrom(0).stream()
                    .filter(line -> line.json().contains(WRITER))
                    .toList();
            assertThat(decisions)
                    .extracting(line -> line.text("method") + " " + line.text("decision") + " "
                            + line.firstAccess().get("path"))
                    .containsExactly(
                            "Write permit null",
                            "Write permit /inbox/a",
                            "Write permit /inbox/a",
                            "Write deny /inbox/c");
            assertThat(decisions.get(0).text("id")).isEqualTo(opened.getStreamId());
            assertThat(RawWriteStream.decision(denied))
                    .isEqualTo(decisions.get(3).text("id"));
            List<String> ids = decisions.stream().map(line -> line.text("id")).toList();
            assertThat(ids).doesNotHaveDuplicates();
            assertThat(audit.lines().stream()
                            .filter(line -> line.text("kind").equals("outcome"))
                            .filter(line -> ids.contains(line.text("id")))
                            .map(line -> ids.indexOf(line.text("id")) + " " + line.text("status") + " "
                                    + line.text("source")))
                    .containsExactly(
                            "1 OK upstream",
                            "2 OK upstream",
                            "3 PERMISSION_DENIED firegate",
                            "0 PERMISSION_DENIED firegate");
            assertThat(caller.get("inbox/b")).isPresent();
            assertThat(caller.get("inbox/c")).isEmpty();
        }
    }

    @Test
    void aWriteIsJudgedByThePolicyInForce() throws Exception {
        try (PlainFirestore caller = caller(straight);
                PlainFirestore admin = admin(straight);
                RawWriteStream stream = caller.writeStream()) {
            stream.open();
            stream.write(List.of(set(caller, "inbox/a", 1)));
            reload(POLICY.replace("[get, write]", "[get, delete]"));
            stream.write(
                    List.of(Write.newBuilder().setDelete(caller.name("inbox/a")).build()));
            stream.send(WriteRequest.newBuilder()
                    .addWrites(set(caller, "inbox/revoked", 1))
                    .build());
            assertThat(stream.end()).isEqualTo("PERMISSION_DENIED NO_RULE");
            assertThat(admin.get("inbox/revoked")).isEmpty();
        }
    }

    @Test
    void aDeniedWriteReachesNobody() throws Exception {
        try (PlainFirestore caller = caller(holding);
                RawWriteStream stream = caller.writeStream()) {
            held.answer(caller.name("inbox/beside"), COMMITTED);
            stream.open();
            stream.send(WriteRequest.newBuilder()
                    .addWrites(set(caller, "inbox/a", 4))
                    .addWrites(set(caller, "elsewhere/d", 5))
                    .build());
            assertThat(stream.end()).isEqualTo("PERMISSION_DENIED NO_RULE");
            // Another call there and back, on the same connection.
            caller.commit(set(caller, "inbox/beside", 1));
            assertThat(held.waiting()).isZero();
        }
    }

    @Test
    void aDenyEntryEndsAStreamThatSaysNothing() throws Exception {
        try (PlainFirestore caller = caller(straight);
                RawWriteStream stream = caller.writeStream()) {
            stream.open();
            reload(POLICY + """
                    deny:
                      principals: [%s/5b1f0a52-0000-4000-8000-000000000001]
                    """.formatted(straight.tenant().id()));
            assertThat(stream.end()).isEqualTo("PERMISSION_DENIED DENIED_PRINCIPAL");
            straight.audit().await(0, line -> line.text("reason").equals("DENIED_PRINCIPAL"));
        }
    }

    @Test
    void theStreamEndsWithTheToken() throws Exception {
        try (PlainFirestore caller = caller(straight);
                RawWriteStream stream = caller.writeStream()) {
            stream.open();
            clock.advance(Duration.ofSeconds(straight.tenant().lifetimeSeconds()));
            stream.write(List.of(set(caller, "inbox/a", 1)));
            clock.advance(Duration.ofSeconds(61));
            assertThat(stream.end()).isEqualTo("UNAUTHENTICATED EXPIRED");
        }
    }

    /** A write that Firestore does not answer does not keep the stream of an expired token open. */
    @Test
    void theStreamEndsWithTheTokenEvenInTheMiddleOfAWrite() throws Exception {
        try (PlainFirestore caller = caller(holding);
                RawWriteStream stream = caller.writeStream()) {
            stream.open();
            stream.send(WriteRequest.newBuilder()
                    .addWrites(set(caller, "inbox/a", 1))
                    .build());
            held.next();
            clock.advance(Duration.ofSeconds(holding.tenant().lifetimeSeconds() + 61));
            assertThat(stream.end()).isEqualTo("UNAUTHENTICATED EXPIRED");
            holding.audit().await(0, line -> line.text("end").equals("cancelled"));
        }
    }

    @Test
    void whatIsSentAheadIsWrittenOneByOne() throws Exception {
        try (PlainFirestore caller = caller(holding);
                RawWriteStream stream = caller.writeStream()) {
            held.answer(caller.name("inbox/beside"), COMMITTED);
            stream.open();
            for (int i = 0; i < 5; i++) {
                stream.send(WriteRequest.newBuilder()
                        .addWrites(set(caller, "inbox/d" + i, i))
                        .build());
            }
            stream.halfClose();
            for (int i = 0; i < 5; i++) {
                HeldFirestore.Commit commit = held.next();
                assertThat(commit.request().getWrites(0).getUpdate().getName()).endsWith("inbox/d" + i);
                // Another call there and back: what could have come beside it would have.
                caller.commit(set(caller, "inbox/beside", 1));
                assertThat(held.waiting()).isZero();
                commit.answer(COMMITTED);
                assertThat(stream.read()).isNotNull();
            }
            assertThat(stream.end()).isEqualTo("OK");
        }
    }

    @Test
    void whoReadsNoAnswersWritesNoFurther() throws Exception {
        int sent = 200;
        CommitResponse large = COMMITTED.toBuilder()
                .setWriteResults(
                        0,
                        COMMITTED.getWriteResults(0).toBuilder()
                                .addTransformResults(Value.newBuilder().setStringValue("x".repeat(100_000))))
                .build();
        try (PlainFirestore caller = caller(holding);
                PlainFirestore beside = caller(holding);
                RawWriteStream stream = caller.writeStream()) {
            held.answer(caller.name("inbox/d"), large);
            held.answer(caller.name("inbox/beside"), COMMITTED);
            stream.open();
            for (int i = 0; i < sent; i++) {
                stream.send(WriteRequest.newBuilder()
                        .addWrites(set(caller, "inbox/d", i))
                        .build());
            }
            int written;
            do {
                written = held.answered(caller.name("inbox/d"));
                // Calls there and back: what may go on meanwhile goes on.
                for (int i = 0; i < 50; i++) {
                    beside.commit(set(beside, "inbox/beside", 1));
                }
            } while (held.answered(caller.name("inbox/d")) > written);
            // A client takes a stream window of answers, 1 MiB, and firegate holds 64 KiB and one more.
            assertThat(written).isBetween(10, 20);

            for (int i = 0; i < sent; i++) {
                assertThat(stream.read()).isNotNull();
            }
            assertThat(held.answered(caller.name("inbox/d"))).isEqualTo(sent);
        }
    }

    @Test
    void anUpstreamThatIsLostEndsTheStreamAsUnavailable() throws Exception {
        try (HeldFirestore firestore = new HeldFirestore();
                GatewayHarness harness = GatewayHarness.withPolicy(
                        directory, POLICY, "--set", "upstream.emulator=" + firestore.address());
                PlainFirestore caller = caller(harness);
                RawWriteStream stream = caller.writeStream()) {
            stream.open();
            stream.send(WriteRequest.newBuilder()
                    .addWrites(set(caller, "inbox/a", 1))
                    .build());
            firestore.next();
            firestore.vanish();
            assertThat(stream.end()).startsWith("UNAVAILABLE");
            Map<String, Long> kinds = harness.audit().lines().stream()
                    .collect(Collectors.groupingBy(line -> line.text("kind"), Collectors.counting()));
            assertThat(kinds).containsEntry("decision", 2L);
        }
    }

    @Test
    void aWriteUnderWayIsFinishedBeforeTheGatewayStops() throws Exception {
        try (HeldFirestore firestore = new HeldFirestore();
                GatewayHarness harness = GatewayHarness.withPolicy(
                        directory, POLICY, "--set", "upstream.emulator=" + firestore.address());
                PlainFirestore caller = caller(harness);
                RawWriteStream idle = caller.writeStream();
                RawWriteStream stream = caller.writeStream()) {
            idle.open();
            stream.open();
            stream.send(WriteRequest.newBuilder()
                    .addWrites(set(caller, "inbox/a", 1))
                    .build());
            HeldFirestore.Commit commit = firestore.next();
            harness.stopSoon();
            assertThat(idle.end()).isEqualTo("UNAVAILABLE DRAINING");
            commit.answer(COMMITTED);
            assertThat(stream.read()).isNotNull();
            assertThat(stream.end()).isEqualTo("UNAVAILABLE DRAINING");
        }
    }

    @Test
    void aStreamThatSaysNothingIsNotKept() throws Exception {
        try (GatewayHarness harness =
                        GatewayHarness.withPolicy(directory, POLICY, "--set", "limits.bodyIdleMillis=1000");
                PlainFirestore caller = caller(harness);
                RawWriteStream silent = caller.writeStream()) {
            assertThat(silent.end()).endsWith("REQUEST_INCOMPLETE");
        }
    }

    private void reload(String policy) throws Exception {
        changed = true;
        straight.reload(policy);
    }

    private static PlainFirestore caller(GatewayHarness harness) {
        return caller(harness, GatewayHarness.OWNER);
    }

    private static PlainFirestore caller(GatewayHarness harness, String persona) {
        return new PlainFirestore(
                "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken(persona), database(harness));
    }

    private static PlainFirestore admin(GatewayHarness harness) {
        return new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database(harness));
    }

    private static String database(GatewayHarness harness) {
        return "projects/" + harness.project() + "/databases/(default)";
    }

    private static Write set(PlainFirestore of, String path, long value) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(of.name(path))
                        .putFields(
                                "n", Value.newBuilder().setIntegerValue(value).build()))
                .build();
    }
}
