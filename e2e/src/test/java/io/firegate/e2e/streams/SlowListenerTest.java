package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.TargetChange;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.conformance.TcpRelay;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that stops reading stops Firestore, fills nothing up, and keeps no other listener waiting. */
class SlowListenerTest {
    private static final int DOCUMENTS = 4_000;
    private static final int DOCUMENT_BYTES = 2_000;
    private static final int WRITES = 400;

    /** Comes whatever its reader does. */
    private static final int WINDOW_BYTES = 65_535;

    /** More than a gateway has event loops here, so that one shares the slow one's connection to Firestore. */
    private static final int FAST = 4;

    private static final int CHANGES = 20;
    private static final int TARGET = 1;
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    /** So long without a byte is a standstill. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final String POLICY = """
            version: 1
            tiers:
              t:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: bulk, path: "/bulk/{d}", allow: [get, list]CONDITION }
                  - { id: few, path: "/few/{d}", allow: [get, list] }
            bindings:
              - { tier: t, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"", ", where: doc.ward == 'A', fields: { hide: [secret] }"})
    void itWaitsAloneAndMissesNothing(String condition, @TempDir Path directory) throws Exception {
        try (TcpRelay relay = TcpRelay.start(GatewayHarness.emulator().port());
                GatewayHarness harness = GatewayHarness.withPolicy(
                        directory,
                        POLICY.replace("CONDITION", condition),
                        "--set",
                        "upstream.emulator=" + relay.endpoint())) {
            String database = "projects/" + harness.project() + "/databases/(default)";
            String address = "127.0.0.1:" + harness.plaintextPort();
            String token = harness.tenant().userToken(GatewayHarness.OWNER);
            ManagedChannel channel = NettyChannelBuilder.forTarget(address)
                    .usePlaintext()
                    .flowControlWindow(WINDOW_BYTES)
                    .build();
            List<ListenClient> fast = new ArrayList<>();
            try (PlainFirestore admin =
                    new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database)) {
                fill(admin);
                Reader slow = new Reader();
                ClientCall<ListenRequest, ListenResponse> call =
                        channel.newCall(ListenClient.METHOD, CallOptions.DEFAULT);
                Metadata headers = new Metadata();
                headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
                call.start(slow, headers);
                call.request(1);
                call.sendMessage(ListenRequest.newBuilder()
                        .setDatabase(database)
                        .setAddTarget(all(database, "bulk"))
                        .build());
                await(() -> slow.messages.get() == 1 && relay.returned() > WINDOW_BYTES);
                standstill(relay);
                assertThat(relay.returned())
                        .as("bytes fetched for a listener that reads nothing")
                        .isLessThan((long) DOCUMENTS * DOCUMENT_BYTES / 2);

                for (int i = 0; i < FAST; i++) {
                    ListenClient client = new ListenClient(address, token, database);
                    fast.add(client);
                    client.add(all(database, "few"));
                }
                for (int change = 0; change < CHANGES; change++) {
                    admin.commit(document(admin, "few/d" + change));
                    int changes = change + 1;
                    for (ListenClient client : fast) {
                        client.await(TARGET, seen -> seen.documents.size() == changes);
                    }
                }
                assertThat(slow.messages.get()).as("messages of the slow one").isEqualTo(1);

                call.request(Integer.MAX_VALUE);
                await(() -> slow.documents.get() == DOCUMENTS && slow.current.get());
            } finally {
                fast.forEach(ListenClient::close);
                channel.shutdownNow();
            }
        }
    }

    /** Counts messages and asks for none. */
    private static final class Reader extends ClientCall.Listener<ListenResponse> {
        final AtomicInteger messages = new AtomicInteger();
        final AtomicInteger documents = new AtomicInteger();
        final AtomicBoolean current = new AtomicBoolean();

        @Override
        public void onMessage(ListenResponse message) {
            messages.incrementAndGet();
            if (message.hasDocumentChange()) {
                documents.incrementAndGet();
            }
            if (message.getTargetChange().getTargetChangeType() == TargetChange.TargetChangeType.CURRENT) {
                current.set(true);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            messages.set(-1);
        }
    }

    private static Target.Builder all(String database, String collection) {
        return Target.newBuilder()
                .setTargetId(TARGET)
                .setQuery(Target.QueryTarget.newBuilder()
                        .setParent(database + "/documents")
                        .setStructuredQuery(StructuredQuery.newBuilder()
                                .addFrom(CollectionSelector.newBuilder().setCollectionId(collection))));
    }

    private static void fill(PlainFirestore admin) {
        for (int part = 0; part < DOCUMENTS / WRITES; part++) {
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                writes.add(document(admin, "bulk/p" + part + "-" + i));
            }
            admin.commit(writes.toArray(Write[]::new));
        }
    }

    private static Write document(PlainFirestore admin, String path) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(admin.name(path))
                        .putFields("ward", text("A"))
                        .putFields("secret", text("nobody"))
                        .putFields("about", text("x".repeat(DOCUMENT_BYTES))))
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static void standstill(TcpRelay relay) {
        long end = System.nanoTime() + WITHIN.toNanos();
        long seen = relay.returned();
        long since = System.nanoTime();
        while (System.nanoTime() - since < QUIET.toNanos()) {
            if (relay.returned() != seen) {
                seen = relay.returned();
                since = System.nanoTime();
            }
            assertThat(System.nanoTime()).as("still flowing").isLessThan(end);
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + WITHIN.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(end);
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }
}
