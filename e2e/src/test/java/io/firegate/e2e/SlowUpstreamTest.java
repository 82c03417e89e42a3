package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Firestore that takes nothing: what waits for it is bounded, or any caller could fill the memory with permitted requests. */
class SlowUpstreamTest {
    private static final Duration STUCK = Duration.ofSeconds(60);

    private static final int BODY_BYTES = 1_000_000;
    /** So many bodies fit into what may be held, and no more. */
    private static final int FIT = 4;

    @Test
    void bodiesThatWaitForFirestoreAreBounded(@TempDir Path directory) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
                GatewayHarness harness = new GatewayHarness(
                        directory,
                        "--set",
                        "upstream.emulator=127.0.0.1:" + silent.getLocalPort(),
                        "--set",
                        "limits.upstreamConnectMillis=60000",
                        "--set",
                        "limits.drainMillis=0",
                        "--set",
                        "limits.requestBytes=2097152",
                        "--set",
                        "limits.requestBytesTotal=4194304")) {
            refusesTheNext(
                    harness.plaintextPort(),
                    new AdminClient(harness.gateway().adminPort()),
                    commit(harness, BODY_BYTES),
                    BODY_BYTES);
            harness.awaitNothingHeld();
        }
    }

    /** The limit says 256 MiB, and there are 24 for all buffers: a third of that may be held. */
    @Test
    void lessIsHeldWhereThereIsLessMemory(@TempDir Path directory) throws Exception {
        int body = 2_000_000;
        try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
                GatewayHarness harness = new GatewayHarness(directory);
                GatewayProcess gateway = GatewayProcess.start(
                        harness.yaml(),
                        directory.resolve("log.txt"),
                        List.of("-XX:MaxDirectMemorySize=24m"),
                        "--set",
                        "audit.file=" + directory.resolve("audit-of-process.jsonl"),
                        "--set",
                        "upstream.emulator=127.0.0.1:" + silent.getLocalPort(),
                        "--set",
                        "limits.upstreamConnectMillis=60000")) {
            assertThat(gateway.log()).contains("requestBytesTotal=\"8388608\" answerBytesTotal=\"8388608\"");
            refusesTheNext(gateway.port(), gateway.admin(), commit(harness, body), body);
        }
    }

    /** As many requests as fit are held, and one more is not. */
    private static void refusesTheNext(int port, AdminClient admin, byte[] request, int body) throws Exception {
        List<RawConnection> connections = new ArrayList<>();
        for (int i = 1; i <= FIT; i++) {
            RawConnection connection = new RawConnection(port, STUCK);
            connections.add(connection);
            connection.send(request);
            admin.awaitMetric("firegate_request_bytes_held " + (double) (i * body));
        }
        RawConnection excess = new RawConnection(port, STUCK);
        connections.add(excess);
        excess.send(request);
        RawConnection.Response answer = excess.readResponse();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("requestBytesTotal");
        for (RawConnection connection : connections) {
            connection.close();
        }
    }

    /** A commit over REST, filled up with spaces. */
    private static byte[] commit(GatewayHarness harness, int bytes) {
        String database = "projects/" + harness.project() + "/databases/(default)";
        String body = "{\"writes\": [{\"delete\": \"%s/documents/c/a\"}]}".formatted(database);
        return ("POST /v1/" + database + "/documents:commit HTTP/1.1\r\nhost: firegate\r\nauthorization: Bearer "
                        + harness.tenant().userToken(GatewayHarness.OWNER)
                        + "\r\ncontent-type: application/json\r\ncontent-length: " + bytes + "\r\n\r\n" + body
                        + " ".repeat(bytes - body.length()))
                .getBytes(StandardCharsets.US_ASCII);
    }
}
