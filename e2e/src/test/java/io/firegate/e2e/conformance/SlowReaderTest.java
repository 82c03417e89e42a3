package io.firegate.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import io.firegate.e2e.GatewayHarness;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that stops reading stops Firestore, and one that gives up makes the gateway give up too. */
class SlowReaderTest {
    private static final int DOCUMENTS = 4_000;
    private static final int DOCUMENT_BYTES = 2_000;
    private static final int WRITES = 400;
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    /** So long without a byte is a standstill. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final MethodDescriptor<RunQueryRequest, RunQueryResponse> RUN_QUERY =
            MethodDescriptor.<RunQueryRequest, RunQueryResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                    .setFullMethodName(FirestoreService.NAME + "/RunQuery")
                    .setRequestMarshaller(ProtoUtils.marshaller(RunQueryRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(RunQueryResponse.getDefaultInstance()))
                    .build();

    @Test
    void theAnswerWaitsForItsReaderAndEndsWithIt(@TempDir Path directory) throws Exception {
        try (TcpRelay relay = TcpRelay.start(GatewayHarness.emulator().port());
                GatewayHarness harness = GatewayHarness.withPolicy(
                        directory, Policies.read(), "--set", "upstream.emulator=" + relay.endpoint())) {
            String database = "projects/" + harness.project() + "/databases/load";
            String token = harness.tenant().userToken(GatewayHarness.OWNER);
            fill(database);
            ManagedChannel channel = NettyChannelBuilder.forTarget("127.0.0.1:" + harness.plaintextPort())
                    .usePlaintext()
                    .flowControlWindow(65_535)
                    .build();
            try {
                Reader reader = new Reader();
                ClientCall<RunQueryRequest, RunQueryResponse> call = channel.newCall(RUN_QUERY, CallOptions.DEFAULT);
                Metadata headers = new Metadata();
                headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
                call.start(reader, headers);
                call.request(1);
                call.sendMessage(query(database));
                call.halfClose();
                await(() -> reader.messages.get() == 1);
                standstill(relay);
                assertThat(relay.returned())
                        .as("bytes fetched for a reader of one document")
                        .isLessThan((long) DOCUMENTS * DOCUMENT_BYTES / 2);

                long sent = relay.forwarded();
                call.cancel("enough", null);
                await(() -> relay.forwarded() > sent);
                standstill(relay);
                assertThat(relay.returned())
                        .as("bytes fetched for a reader that left")
                        .isLessThan((long) DOCUMENTS * DOCUMENT_BYTES / 2);
            } finally {
                channel.shutdownNow();
            }
            try (Caller fresh = new GrpcCaller("127.0.0.1:" + harness.plaintextPort(), token, database)) {
                Answer answer = fresh.call(
                        "RunQuery", FirestoreService.json(query(database)).getAsJsonObject());
                assertThat(answer.status()).as(answer.text()).isEqualTo("OK");
                assertThat(answer.names()).hasSize(DOCUMENTS);
            }
        }
    }

    /** Counts messages and asks for none. */
    private static final class Reader extends ClientCall.Listener<RunQueryResponse> {
        final AtomicInteger messages = new AtomicInteger();

        @Override
        public void onMessage(RunQueryResponse message) {
            messages.incrementAndGet();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            messages.set(-1);
        }
    }

    private static RunQueryRequest query(String database) {
        return RunQueryRequest.newBuilder()
                .setParent(database + "/documents")
                .setStructuredQuery(StructuredQuery.newBuilder()
                        .addFrom(CollectionSelector.newBuilder().setCollectionId("bulk")))
                .build();
    }

    private static void fill(String database) {
        Variables variables = new Variables();
        variables.set("db", database);
        variables.set("docs", database + "/documents");
        String text = "x".repeat(DOCUMENT_BYTES);
        try (Caller straight = new GrpcCaller(GatewayHarness.emulator().endpoint(), "owner", database)) {
            for (int part = 0; part < DOCUMENTS / WRITES; part++) {
                variables.set("part", Integer.toString(part));
                Map<String, Object> write = Map.of(
                        "update",
                        Map.of(
                                "name",
                                "${docs}/bulk/p${part}-${i}",
                                "fields",
                                Map.of("$fields", Map.of("text", text))));
                Answer answer = straight.call(
                        "Commit",
                        variables
                                .json(Map.of(
                                        "database",
                                        "${db}",
                                        "writes",
                                        List.of(Map.of("$repeat", WRITES, "each", write))))
                                .getAsJsonObject());
                assertThat(answer.status()).as(answer.text()).isEqualTo("OK");
            }
        }
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
