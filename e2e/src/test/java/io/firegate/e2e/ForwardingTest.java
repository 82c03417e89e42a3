package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.Value;
import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches Firestore, seen by an upstream that writes it down, and what becomes of answers no emulator gives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** What a client may try to have forwarded. */
    private static final String[] UNWANTED = {
        "cookie", "evil=1",
        "x-goog-api-key", "evil",
        "x-goog-user-project", "evil",
        "x-goog-request-params", "database=evil",
        "google-cloud-resource-prefix", "projects/evil/databases/evil",
        "x-forwarded-for", "evil",
        "x-forwarded-host", "evil",
        "forwarded", "for=evil",
        "x-anything", "evil",
        "proxy-authorization", "evil",
        "grpc-trace-bin", "ZXZpbA"
    };

    /** All that a call may carry. */
    private static final Set<String> ALLOWED = Set.of(
            "te",
            "content-type",
            "user-agent",
            "authorization",
            "google-cloud-resource-prefix",
            "x-goog-request-params",
            "grpc-timeout",
            "grpc-accept-encoding",
            "traceparent");

    private static final int DOCUMENT_BYTES = 32_768;
    private static final int DOCUMENTS = 2_000;

    /** A call as it arrived. */
    private record Seen(Metadata headers, Message request) {}

    private final LinkedBlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private final AtomicInteger sent = new AtomicInteger();
    /** Calls that are answered when the test says so. */
    private final LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();

    private Server upstream;
    private GatewayHarness harness;
    private String token;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        upstream = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .fallbackHandlerRegistry(new Registry())
                .build()
                .start();
        harness = new GatewayHarness(
                directory,
                "--set",
                "upstream.emulator=127.0.0.1:" + upstream.getPort(),
                "--set",
                "limits.drainMillis=0");
        token = harness.tenant().userToken(GatewayHarness.OWNER);
    }

    @AfterAll
    void stop() {
        harness.close();
        upstream.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
    void onlyRebuiltHeadersAreForwarded(HttpClient.Version version) throws Exception {
        seen.clear();
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        harness.documents(true, "(default)") + "/things/a?key=evil&quotaUser=evil&prettyPrint=false"))
                .timeout(PATIENCE)
                .header("authorization", "Bearer " + token)
                .header("traceparent", TRACE)
                .header("x-server-timeout", "7.5")
                .headers(UNWANTED)
                .build();
        HttpResponse<String> response;
        try (HttpClient client = harness.http(version)) {
            response = client.send(request, HttpResponse.BodyHandlers.ofString());
        }

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(version);
        Seen call = seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(call).isNotNull();
        assertThat(ALLOWED).containsAll(call.headers().keys());
        assertThat(call.headers().toString()).doesNotContain("evil").doesNotContain(token);
        assertThat(header(call, "authorization")).isEqualTo("Bearer owner");
        assertThat(header(call, "traceparent")).isEqualTo(TRACE);
        assertThat(header(call, "google-cloud-resource-prefix"))
                .isEqualTo("projects/" + harness.project() + "/databases/(default)");
        assertThat(header(call, "grpc-timeout")).matches("7[0-4][0-9]{2}m");
        assertThat(call.request())
                .isEqualTo(GetDocumentRequest.newBuilder()
                        .setName(name("things/a"))
                        .build());
        assertThat(seen).as("one request in, one request out").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
    void anErrorAfterTheFirstElementIsTheLastElement(HttpClient.Version version) throws Exception {
        HttpResponse<String> response;
        try (HttpClient client = harness.http(version)) {
            response = client.send(query("broken"), HttpResponse.BodyHandlers.ofString());
        }

        assertThat(response.statusCode()).isEqualTo(200);
        JsonArray array = JsonParser.parseString(response.body()).getAsJsonArray();
        assertThat(array).hasSize(2);
        assertThat(array.get(0).getAsJsonObject().has("document")).isTrue();
        assertThat(array.get(1)
                        .getAsJsonObject()
                        .getAsJsonObject("error")
                        .get("code")
                        .getAsInt())
                .isEqualTo(409);
        assertThat(array.get(1)
                        .getAsJsonObject()
                        .getAsJsonObject("error")
                        .get("message")
                        .getAsString())
                .isEqualTo("later: 100 %");
    }

    /** Far more is asked for than is read: what waits in between must stay far below the whole. */
    @Test
    void aSlowReaderSlowsTheUpstream() throws Exception {
        sent.set(0);
        String body = "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"large\"}]}}";
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), PATIENCE)) {
            connection.send(post(harness, body));
            assertThat(new String(connection.readHead(), StandardCharsets.US_ASCII))
                    .contains(" 200 ", "chunked");
            int stalledAt = stalled();
            assertThat(stalledAt)
                    .as("documents sent to a client that does not read")
                    .isLessThan(DOCUMENTS * 3 / 4);
            assertThat(connection.readChunks()).isGreaterThan((long) DOCUMENTS * DOCUMENT_BYTES);
            assertThat(sent).hasValue(DOCUMENTS);
        }
    }

    /** A gateway that is told to stop takes no more, ends what runs, and says that the connection ends with it. */
    @Test
    void whatRunsIsAnsweredBeforeTheEnd(@TempDir Path directory) throws Exception {
        held.clear();
        GatewayHarness stopping =
                new GatewayHarness(directory, "--set", "upstream.emulator=127.0.0.1:" + upstream.getPort());
        String body = "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"held\"}]}}";
        Thread stop = new Thread(stopping::close, "stop");
        List<RawConnection> idle = new ArrayList<>();
        try (RawConnection busy = new RawConnection(stopping.plaintextPort(), PATIENCE)) {
            busy.send(post(stopping, body));
            Runnable answer = held.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            // Loops are told one after the other. So many idle connections that the busy one has a neighbour on its
            // loop,
            // whose end shows that the loop has come to what it was told.
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                RawConnection connection = new RawConnection(stopping.plaintextPort(), PATIENCE);
                idle.add(connection);
                connection.send(post(stopping, body));
                held.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).run();
                assertThat(connection.readResponse().head()).doesNotContain("connection: close");
            }
            stop.start();
            for (RawConnection connection : idle) {
                assertThat(connection.readToEnd()).as("ends at once").isEmpty();
            }
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (stop.getState() != Thread.State.TIMED_WAITING && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            // All have been told by now. But a loop on which that and an answer both wait takes up either first, so the
            // answer comes after a question to the gateway about what the loops have done.
            stopping.awaitConnections(1);
            answer.run();

            RawConnection.Response response = busy.readResponse();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.head()).contains("connection: close");
            assertThat(JsonParser.parseString(response.body()).getAsJsonArray()).hasSize(1);
            assertThat(busy.readToEnd()).isEmpty();
        } finally {
            for (RawConnection connection : idle) {
                connection.close();
            }
            stop.join(PATIENCE.toMillis());
        }
    }

    private static byte[] post(GatewayHarness gateway, String body) {
        return ("POST /v1/projects/" + gateway.project()
                        + "/databases/(default)/documents:runQuery HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer "
                        + gateway.tenant().userToken(GatewayHarness.OWNER)
                        + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** How many documents were sent when none followed for a while. */
    private int stalled() throws InterruptedException {
        LinkedBlockingQueue<Object> never = new LinkedBlockingQueue<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        int before = -1;
        int now = sent.get();
        while (now != before && System.nanoTime() < end) {
            before = now;
            never.poll(1, TimeUnit.SECONDS);
            now = sent.get();
        }
        return now;
    }

    private HttpRequest query(String collection) {
        return HttpRequest.newBuilder(URI.create(harness.documents(true, "(default)") + ":runQuery"))
                .timeout(PATIENCE)
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"" + collection + "\"}]}}"))
                .build();
    }

    private String name(String below) {
        return "projects/" + harness.project() + "/databases/(default)/documents/" + below;
    }

    private static @Nullable String header(Seen call, String name) {
        return call.headers().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    /** GetDocument answers at once; RunQuery fails after one document, or has very many. */
    private final class Registry extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String method, @Nullable String authority) {
            return method.endsWith("/GetDocument")
                    ? method(method, GetDocumentRequest.getDefaultInstance(), Document.getDefaultInstance())
                    : method(method, RunQueryRequest.getDefaultInstance(), RunQueryResponse.getDefaultInstance());
        }

        private <Q extends Message, A extends Message> ServerMethodDefinition<Q, A> method(
                String name, Q request, A answer) {
            MethodDescriptor<Q, A> descriptor = MethodDescriptor.<Q, A>newBuilder()
                    .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                    .setFullMethodName(name)
                    .setRequestMarshaller(ProtoUtils.marshaller(request))
                    .setResponseMarshaller(ProtoUtils.marshaller(answer))
                    .build();
            return ServerMethodDefinition.create(descriptor, (call, headers) -> {
                call.request(1);
                return new Call<>(call, headers);
            });
        }
    }

    private final class Call<Q extends Message, A extends Message> extends ServerCall.Listener<Q> {
        private final ServerCall<Q, A> call;
        private final Metadata headers;
        private String collection = "";
        private int left;

        Call(ServerCall<Q, A> call, Metadata headers) {
            this.call = call;
            this.headers = headers;
        }

        @Override
        public void onMessage(Q request) {
            seen.add(new Seen(headers, request));
            if (request instanceof RunQueryRequest query) {
                collection = query.getStructuredQuery().getFrom(0).getCollectionId();
            }
        }

        @Override
        public void onHalfClose() {
            call.sendHeaders(new Metadata());
            switch (collection) {
                case "" -> {
                    send(Document.newBuilder().setName(name("things/a")).build());
                    call.close(Status.OK, new Metadata());
                }
                case "broken" -> {
                    send(answer(""));
                    call.close(Status.ABORTED.withDescription("later: 100 %"), new Metadata());
                }
                case "held" ->
                    held.add(() -> {
                        send(answer(""));
                        call.close(Status.OK, new Metadata());
                    });
                default -> {
                    left = DOCUMENTS;
                    onReady();
                }
            }
        }

        @Override
        public void onReady() {
            while (left > 0 && call.isReady()) {
                send(answer("a".repeat(DOCUMENT_BYTES)));
                sent.incrementAndGet();
                if (--left == 0) {
                    call.close(Status.OK, new Metadata());
                }
            }
        }

        private RunQueryResponse answer(String text) {
            return RunQueryResponse.newBuilder()
                    .setDocument(Document.newBuilder()
                            .setName(name("large/a"))
                            .putFields(
                                    "s", Value.newBuilder().setStringValue(text).build()))
                    .build();
        }

        @SuppressWarnings("unchecked") // the descriptor says the same
        private void send(Message message) {
            call.sendMessage((A) message);
        }
    }
}
