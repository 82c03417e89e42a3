package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.Target;
import io.firegate.e2e.CountingFirestore;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners, who may stay for hours, leave a quarter of what Firestore takes on a connection to calls that end. */
class StreamRoomTest {
    private static final int PER_CONNECTION = 8;
    private static final int STREAMS = 6;
    private static final long STUCK_SECONDS = 30;

    @Test
    void callsFindRoomBesideAllTheListenersThereMayBe(@TempDir Path directory) throws Exception {
        try (CountingFirestore firestore = new CountingFirestore(PER_CONNECTION);
                GatewayHarness harness = GatewayHarness.withPolicy(
                        directory,
                        SoakWard.policy(0),
                        "--set",
                        "upstream.emulator=" + firestore.address(),
                        "--set",
                        "limits.upstreamConnections=1")) {
            String database = "projects/" + harness.project() + "/databases/(default)";
            // One connection, so one event loop and its one connection to Firestore.
            try (PlainFirestore client = new PlainFirestore(
                    "127.0.0.1:" + harness.plaintextPort(),
                    harness.tenant().userToken(GatewayHarness.OWNER),
                    database)) {
                BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
                for (int i = 0; i < STREAMS; i++) {
                    client.listen(listen(database), ends::add);
                    awaitCalls(firestore, i + 1);
                }
                client.listen(listen(database), ends::add);
                Status refused = ends.poll(STUCK_SECONDS, TimeUnit.SECONDS);
                assertThat(refused).as("the end of one more").isNotNull();
                assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);

                assertThat(client.stream(
                                "BatchGetDocuments",
                                BatchGetDocumentsRequest.newBuilder()
                                        .setDatabase(database)
                                        .addDocuments(client.name(SoakWard.path("A", 1)))
                                        .build(),
                                BatchGetDocumentsResponse.getDefaultInstance()))
                        .hasSize(1);
                assertThat(firestore.calls()).isEqualTo(STREAMS + 1);
                assertThat(ends).isEmpty();
            }
        }
    }

    private static ListenRequest listen(String database) {
        return ListenRequest.newBuilder()
                .setDatabase(database)
                .setAddTarget(Target.newBuilder()
                        .setTargetId(1)
                        .setDocuments(Target.DocumentsTarget.newBuilder()
                                .addDocuments(database + "/documents/" + SoakWard.path("A", 1))))
                .build();
    }

    private static void awaitCalls(CountingFirestore firestore, int calls) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STUCK_SECONDS);
        while (firestore.calls() < calls) {
            assertThat(System.nanoTime())
                    .as("streams at Firestore: %d", firestore.calls())
                    .isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
