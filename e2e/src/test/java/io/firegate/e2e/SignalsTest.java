package io.firegate.e2e;

import static io.firegate.e2e.RawConnection.DATA;
import static io.firegate.e2e.RawConnection.END_HEADERS;
import static io.firegate.e2e.RawConnection.END_STREAM;
import static io.firegate.e2e.RawConnection.GOAWAY;
import static io.firegate.e2e.RawConnection.HEADERS;
import static io.firegate.e2e.RawConnection.PREFACE;
import static io.firegate.e2e.RawConnection.SETTINGS;
import static io.firegate.e2e.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.BatchGetDocumentsRequest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the real program does when the system tells it something. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM and HUP to send")
class SignalsTest {
    /** Above everything that is not the drain itself. */
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A drain that only a second signal ends in time. */
    private static final String LONG_DRAIN = "limits.drainMillis=600000";

    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = new GatewayHarness(directory);
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    @Test
    void aRunningCallIsFinishedAfterTerm(@TempDir Path directory) throws Exception {
        Path audit = directory.resolve("audit.jsonl");
        try (GatewayProcess gateway = process(directory, "audit.file=" + audit, LONG_DRAIN);
                RawConnection connection = begunCall(gateway)) {
            gateway.admin().awaitStatus("/readyz", 200);
            gateway.signal("TERM");
            AdminClient.Answer notReady = gateway.admin().awaitStatus("/readyz", 503);
            assertThat(notReady.body()).contains("[-] stage: draining");
            assertThat(connection.readUntil(GOAWAY).closed())
                    .as("told to go, not cut off")
                    .isFalse();
            connection.send(frame(DATA, END_STREAM, 1, body()));
            assertThat(connection.readStream(1).grpcStatus()).isEqualTo("0");
            assertThat(gateway.exitCode(SOON)).as(gateway.log()).isZero();
        }
        assertThat(new AuditTrail(audit).lines())
                .extracting(line -> line.text("kind"))
                .containsExactly("decision", "outcome");
    }

    @Test
    void aSecondTermDoesNotWait(@TempDir Path directory) throws Exception {
        Path audit = directory.resolve("audit.jsonl");
        try (GatewayProcess gateway = process(directory, "audit.file=" + audit, LONG_DRAIN);
                RawConnection connection = begunCall(gateway)) {
            gateway.signal("TERM");
            gateway.admin().awaitStatus("/readyz", 503);
            gateway.signal("TERM");
            assertThat(gateway.exitCode(SOON)).as(gateway.log()).isEqualTo(143);
            assertThat(connection.readStream(1).closed()).isTrue();
        }
        assertThat(new AuditTrail(audit).lines())
                .as("what was cut off is on record")
                .extracting(line -> line.text("kind"))
                .containsExactly("decision", "outcome");
    }

    @Test
    @SuppressWarnings("try") // closing a client may be interrupted; nobody does
    void hupReadsThePolicyAgain(@TempDir Path directory) throws Exception {
        Path policy = Files.createDirectories(directory.resolve("policy"));
        String first = Files.readString(harness.yaml().resolveSibling("policy/harness.yaml"));
        String wider = first.replace("/single/{d}", "/things/{d}");
        assertThat(wider).isNotEqualTo(first);
        Files.writeString(policy.resolve("p.yaml"), first);
        Operation get = new Operation.Get("things/a");
        try (GatewayProcess gateway =
                        process(directory, "audit.file=" + directory.resolve("audit.jsonl"), "policy.dir=" + policy);
                Firestore reader = Clients.plaintext(
                        "127.0.0.1:" + gateway.port(),
                        harness.project(),
                        "(default)",
                        () -> harness.tenant().userToken("reader"))) {
            AdminClient admin = gateway.admin();
            OperationRunner runner = new OperationRunner(reader);
            assertThat(runner.run(get))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo("NO_RULE"));

            Files.writeString(policy.resolve("p.yaml"), wider);
            gateway.signal("HUP");
            admin.awaitMetric("firegate_policy_reads_total{result=\"loaded\"} 2.0");
            assertThat(runner.run(get)).as("the new policy decides").isInstanceOf(Outcome.Answered.class);

            Files.writeString(policy.resolve("p.yaml"), "version: 1\ntires: {}\n");
            gateway.signal("HUP");
            admin.awaitMetric("firegate_policy_reads_total{result=\"refused\"} 1.0");
            admin.awaitMetric("firegate_policy_last_read_good 0.0");
            assertThat(runner.run(get)).as("the last good one stays").isInstanceOf(Outcome.Answered.class);
            assertThat(gateway.log()).contains("policy refused, the last good one stays in force");
            assertThat(admin.ask("/readyz?verbose"))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(200))
                    .satisfies(answer -> assertThat(answer.body()).contains("is still in force"));

            gateway.signal("TERM");
            assertThat(gateway.exitCode(SOON)).as(gateway.log()).isZero();
        }
    }

    private GatewayProcess process(Path directory, String... settings) throws Exception {
        String[] overrides = new String[2 * settings.length];
        for (int i = 0; i < settings.length; i++) {
            overrides[2 * i] = "--set";
            overrides[2 * i + 1] = settings[i];
        }
        return GatewayProcess.start(harness.yaml(), directory.resolve("log.txt"), overrides);
    }

    /** A connection with a call whose body has not come yet, as the gateway knows. */
    private RawConnection begunCall(GatewayProcess gateway) throws Exception {
        RawConnection connection = new RawConnection(gateway.port(), SOON);
        connection.send(PREFACE, frame(SETTINGS, 0, 0));
        byte[] headers = connection.block(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/google.firestore.v1.Firestore/BatchGetDocuments",
                ":authority",
                "127.0.0.1",
                "content-type",
                "application/grpc",
                "te",
                "trailers",
                "authorization",
                "Bearer " + harness.tenant().userToken(GatewayHarness.OWNER));
        connection.send(frame(HEADERS, END_HEADERS, 1, headers));
        gateway.admin().awaitMetric("firegate_exchanges_running 1.0");
        return connection;
    }

    private byte[] body() {
        String database = "projects/" + harness.project() + "/databases/(default)";
        byte[] message = BatchGetDocumentsRequest.newBuilder()
                .setDatabase(database)
                .addDocuments(database + "/documents/things/a")
                .build()
                .toByteArray();
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }
}
