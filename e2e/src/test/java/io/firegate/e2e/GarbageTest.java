package io.firegate.e2e;

import static io.firegate.e2e.RawConnection.CONTINUATION;
import static io.firegate.e2e.RawConnection.DATA;
import static io.firegate.e2e.RawConnection.END_HEADERS;
import static io.firegate.e2e.RawConnection.END_STREAM;
import static io.firegate.e2e.RawConnection.GOAWAY;
import static io.firegate.e2e.RawConnection.HEADERS;
import static io.firegate.e2e.RawConnection.PING;
import static io.firegate.e2e.RawConnection.PREFACE;
import static io.firegate.e2e.RawConnection.PUSH_PROMISE;
import static io.firegate.e2e.RawConnection.RST_STREAM;
import static io.firegate.e2e.RawConnection.SETTINGS;
import static io.firegate.e2e.RawConnection.WINDOW_UPDATE;
import static io.firegate.e2e.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.FirestoreProto;
import com.google.protobuf.Descriptors;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a peer sends: no INTERNAL, no stack trace, no connection that hangs, and the next caller is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GarbageTest {
    /** Longer than any wait the gateway is set to below; who is silent for so long is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(15);

    private static final long SEED = 20_261_122L;

    /** INTERNAL and UNKNOWN say that the gateway did not know what it did; UNAVAILABLE would make clients send it again. */
    private static final Set<String> STATUSES_NOT_ALLOWED = Set.of("2", "13", "14");

    private GatewayHarness harness;
    private Firestore healthy;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = new GatewayHarness(
                directory,
                "--set",
                "limits.handshakeMillis=1000",
                "--set",
                "limits.bodyIdleMillis=1000",
                "--set",
                "limits.headerReadMillis=1000",
                "--set",
                "limits.connectionIdleMillis=2000",
                "--set",
                "limits.drainMillis=0");
        healthy = harness.plaintext("(default)", harness.tenant().userToken(GatewayHarness.OWNER));
    }

    @AfterAll
    void stop() throws Exception {
        healthy.close();
        harness.close();
    }

    /** The other side must end these connections itself. */
    @TestFactory
    Stream<DynamicTest> brokenConnections() {
        Map<String, byte[]> cases = new LinkedHashMap<>();
        Random random = new Random(SEED);
        for (int size : new int[] {1, 9, 24, 100, 1_000, 70_000}) {
            cases.put("random bytes, " + size, bytes(random, size));
            cases.put("random bytes behind the preface, " + size, join(PREFACE, bytes(random, size)));
            cases.put(
                    "random bytes behind preface and settings, " + size,
                    join(PREFACE, frame(SETTINGS, 0, 0), bytes(random, size)));
        }
        cases.put("nothing at all", new byte[0]);
        cases.put("half a preface", Arrays.copyOf(PREFACE, 10));
        cases.put("zeros", new byte[5_000]);
        cases.put("an HTTP/1.1 get", ascii("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        cases.put(
                "an HTTP/1.1 REST call",
                ascii("GET /v1/projects/p/databases/(default)/documents/a/b HTTP/1.1\r\nHost: x\r\n\r\n"));
        cases.put(
                "an HTTP/1.1 upgrade",
                ascii(String.join(
                        "\r\n",
                        "GET / HTTP/1.1",
                        "Host: x",
                        "Connection: Upgrade, HTTP2-Settings",
                        "Upgrade: h2c",
                        "HTTP2-Settings: AAMAAABk",
                        "",
                        "")));
        cases.put("an endless HTTP/1.1 line", ascii("GET /" + "a".repeat(100_000)));
        cases.put("a TLS greeting", join(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 252, 3, 3}, bytes(random, 508)));
        Map<String, byte[]> frames = new LinkedHashMap<>();
        frames.put(
                "a frame longer than allowed",
                join(new byte[] {(byte) 255, (byte) 255, (byte) 255, DATA, 0, 0, 0, 0, 1}));
        frames.put("data on the connection", frame(DATA, 0, 0, new byte[10]));
        frames.put("data on an idle stream", frame(DATA, 0, 1, new byte[10]));
        frames.put("headers on the connection", frame(HEADERS, END_HEADERS, 0, (byte) 0x82));
        frames.put("headers on an even stream", frame(HEADERS, END_HEADERS, 2, (byte) 0x82));
        frames.put("a header block that is no HPACK", frame(HEADERS, END_HEADERS, 1, new byte[] {-1, -1, -1, -1, -1}));
        frames.put("an index beyond the table", frame(HEADERS, END_HEADERS, 1, (byte) 0xfe));
        frames.put(
                "headers that are interrupted",
                join(frame(HEADERS, 0, 1, (byte) 0x82), frame(PING, 0, 0, new byte[8])));
        frames.put("a continuation of nothing", frame(CONTINUATION, END_HEADERS, 1, (byte) 0x82));
        frames.put("continuations without end", continuations(200));
        frames.put("settings of an odd length", frame(SETTINGS, 0, 0, new byte[5]));
        frames.put(
                "settings with an impossible window",
                frame(SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) -1, (byte) -1, (byte) -1, (byte) -1));
        frames.put("a window update of nothing", frame(WINDOW_UPDATE, 0, 0, new byte[4]));
        frames.put("a window that overflows", join(window(0x7fffffff), window(0x7fffffff)));
        frames.put("a reset of an idle stream", frame(RST_STREAM, 0, 5, new byte[4]));
        frames.put("a reset of an odd length", frame(RST_STREAM, 0, 1, new byte[3]));
        frames.put("a push promise", frame(PUSH_PROMISE, END_HEADERS, 1, new byte[4]));
        frames.put("a ping of an odd length", frame(PING, 0, 0, new byte[7]));
        frames.put("a goaway of an odd length", frame(GOAWAY, 0, 0, new byte[3]));
        frames.forEach((name, bytes) -> cases.put(name, join(PREFACE, frame(SETTINGS, 0, 0), bytes)));
        return cases.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> brokenConnection(each.getValue())));
    }

    private void brokenConnection(byte[] bytes) throws Exception {
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), STUCK)) {
            connection.send(bytes);
            assertHarmless(connection.readToEnd());
        }
        assertServes();
    }

    /** The same with the sender gone silent after its last byte: nobody waits for it for ever. */
    @TestFactory
    Stream<DynamicTest> callsThatStop() throws Exception {
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        bodies.put("no body", new byte[0]);
        bodies.put("half a prefix", new byte[] {0, 0});
        bodies.put("half a message", new byte[] {0, 0, 0, 0, 100, 1, 2, 3});
        return bodies.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    try (RawConnection connection = greeted()) {
                        connection.send(request(connection, "GetDocument", Map.of(), false));
                        if (each.getValue().length > 0) {
                            connection.send(frame(DATA, 0, 1, each.getValue()));
                        }
                        assertAnswered(connection.readStream(1));
                    }
                    assertServes();
                }));
    }

    private static final Set<String> STREAMS = Set.of("Listen", "Write");

    /** Well-formed HTTP/2 that is no call anyone could serve: each gets an answer of its own. */
    @TestFactory
    Stream<DynamicTest> brokenCalls() {
        Random random = new Random(SEED);
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        bodies.put("nothing", new byte[0]);
        bodies.put("half a prefix", new byte[] {0, 0});
        bodies.put("a message shorter than its prefix says", new byte[] {0, 0, 0, 0, 100, 1, 2, 3});
        bodies.put("a message longer than its prefix says", new byte[] {0, 0, 0, 0, 1, 10, 20, 30});
        bodies.put("a message larger than any", new byte[] {0, -1, -1, -1, -1, 1, 2, 3});
        bodies.put("a message that says it is compressed", new byte[] {1, 0, 0, 0, 2, 10, 0});
        bodies.put("two messages", new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        bodies.put("an empty message", new byte[] {0, 0, 0, 0, 0});
        bodies.put("protobuf that ends early", message(new byte[] {10, 50, 1}));
        bodies.put("protobuf with a tag of zero", message(new byte[] {0, 0, 0}));
        bodies.put(
                "protobuf with an endless number", message(new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}));
        bodies.put("protobuf with a group", message(new byte[] {11, 12}));
        bodies.put("protobuf with an unknown field", message(new byte[] {(byte) 0xf8, 7, 1}));
        bodies.put("a name that is no UTF-8", message(new byte[] {10, 2, -1, -2}));
        bodies.put("protobuf nested a thousand deep", message(nested(1_000)));
        for (int i = 0; i < 8; i++) {
            bodies.put("random protobuf " + i, message(bytes(random, 1 + random.nextInt(300))));
        }
        List<String> methods =
                new ArrayList<>(FirestoreProto.getDescriptor().findServiceByName("Firestore").getMethods().stream()
                        .map(Descriptors.MethodDescriptor::getName)
                        .toList());
        assertThat(methods).hasSize(17);
        methods.addAll(List.of("GetOrListDocuments", "NoSuchMethod", ""));
        return methods.stream()
                .map(method -> DynamicTest.dynamicTest("/" + method, () -> {
                    for (Map.Entry<String, byte[]> body : bodies.entrySet()) {
                        try (RawConnection connection = greeted()) {
                            connection.send(request(connection, method, Map.of(), false));
                            connection.send(frame(DATA, END_STREAM, 1, body.getValue()));
                            RawConnection.Reply reply = connection.readStream(1);
                            assertAnswered(reply);
                            // A stream on which nothing was asked ends well.
                            boolean nothing = body.getValue().length == 0 && STREAMS.contains(method);
                            assertThat("0".equals(reply.grpcStatus()))
                                    .as(method + " with " + body.getKey())
                                    .isEqualTo(nothing);
                        }
                    }
                    assertServes();
                }));
    }

    /** HTTP/1.1 that is one to three changes away from a good REST call, with a good token. */
    @TestFactory
    Stream<DynamicTest> brokenRestCalls() {
        Random random = new Random(SEED);
        String body = "{\"writes\": [{\"delete\": \"projects/p/databases/d/documents/a/b\"}]}";
        List<String> good = List.of(
                rest("GET", "/things/a", ""),
                rest("POST", ":commit", "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n")
                        + body,
                rest("POST", ":runQuery", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n")
                        + "2\r\n{}\r\n0\r\n\r\n");
        List<String> pieces = List.of(
                "\r\n",
                "\n",
                "\r",
                " ",
                ":",
                "\0",
                "%00",
                "%2F",
                "/",
                "?",
                "&",
                "=",
                "{",
                "}",
                "\"",
                "[",
                ",",
                "5",
                "\u00ff",
                "chunked",
                "Content-Length: 3\r\n",
                "Host: h\r\n",
                "Expect: 100-continue\r\n");
        return Stream.iterate(0, i -> i < 60, i -> i + 1).map(i -> {
            StringBuilder call = new StringBuilder(good.get(i % good.size()));
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = random.nextInt(call.length());
                switch (random.nextInt(3)) {
                    case 0 -> call.deleteCharAt(at);
                    case 1 -> call.setCharAt(at, (char) random.nextInt(256));
                    default -> call.insert(at, pieces.get(random.nextInt(pieces.size())));
                }
            }
            return DynamicTest.dynamicTest("mutation " + i, () -> {
                try (RawConnection connection = new RawConnection(harness.plaintextPort(), STUCK)) {
                    connection.send(call.toString().getBytes(StandardCharsets.ISO_8859_1));
                    byte[] answer = connection.readToEnd();
                    assertHarmless(answer);
                    assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                            .doesNotContainPattern("HTTP/1.1 50[0234]");
                }
                assertServes();
            });
        });
    }

    private String rest(String method, String target, String fields) {
        return method + " /v1/projects/" + harness.project() + "/databases/(default)/documents" + target
                + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer "
                + harness.tenant().userToken(GatewayHarness.OWNER) + "\r\n" + fields + "\r\n";
    }

    /** Headers no gRPC client sends. */
    @TestFactory
    Stream<DynamicTest> brokenHeaders() {
        Map<String, Map<String, String>> cases = new LinkedHashMap<>();
        cases.put("another method", Map.of(":method", "GET"));
        cases.put("another content type", Map.of("content-type", "application/json"));
        cases.put("no te", Map.of("te", ""));
        cases.put("a path that is none", Map.of(":path", "*"));
        cases.put(
                "a path of another service",
                Map.of(":path", "/google.firestore.admin.v1.FirestoreAdmin/DeleteDatabase"));
        cases.put(
                "a path of the emulator's own",
                Map.of(":path", "/google.firestore.emulator.v1.FirestoreEmulator/ClearData"));
        cases.put("a path with a query", Map.of(":path", "/google.firestore.v1.Firestore/GetDocument?alt=json"));
        cases.put("a path with a slash too many", Map.of(":path", "//google.firestore.v1.Firestore/GetDocument"));
        cases.put("a path of 7 KiB", Map.of(":path", "/" + "a".repeat(7_000)));
        cases.put("a deadline that is none", Map.of("grpc-timeout", "soon"));
        cases.put("a deadline below zero", Map.of("grpc-timeout", "-1S"));
        cases.put("a compressed request", Map.of("grpc-encoding", "gzip"));
        cases.put("headers above the limit", Map.of("x-filler", "a".repeat(60_000)));
        cases.put("a thousand headers", many(1_000));
        cases.put("a tier nobody has", Map.of("x-firegate-tier", "no such \u00e9 tier"));
        cases.put("a content length that lies", Map.of("content-length", "5"));
        return cases.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    try (RawConnection connection = greeted()) {
                        connection.send(request(connection, "GetDocument", each.getValue(), false));
                        connection.send(frame(DATA, END_STREAM, 1, message(new byte[] {10, 1, 'x'})));
                        assertAnswered(connection.readStream(1));
                    }
                    assertServes();
                }));
    }

    private RawConnection greeted() throws Exception {
        RawConnection connection = new RawConnection(harness.plaintextPort(), STUCK);
        connection.send(PREFACE, frame(SETTINGS, 0, 0));
        return connection;
    }

    /** HEADERS of a call with a good token, some of them other than usual; an empty value leaves one out. */
    private byte[] request(RawConnection connection, String method, Map<String, String> others, boolean ends)
            throws Exception {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":method", "POST");
        headers.put(":scheme", "http");
        headers.put(":path", "/google.firestore.v1.Firestore/" + method);
        headers.put(":authority", "127.0.0.1");
        headers.put("content-type", "application/grpc");
        headers.put("te", "trailers");
        headers.put("authorization", "Bearer " + harness.tenant().userToken(GatewayHarness.OWNER));
        headers.putAll(others);
        List<String> flat = new ArrayList<>();
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                flat.add(name);
                flat.add(value);
            }
        });
        byte[] block = connection.block(flat.toArray(String[]::new));
        int most = 16_384;
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int from = 0; from < block.length; from += most) {
            int to = Math.min(block.length, from + most);
            int flags = (to == block.length ? END_HEADERS : 0) | (from == 0 && ends ? END_STREAM : 0);
            frames.writeBytes(frame(from == 0 ? HEADERS : CONTINUATION, flags, 1, Arrays.copyOfRange(block, from, to)));
        }
        return frames.toByteArray();
    }

    private void assertAnswered(RawConnection.Reply reply) {
        assertHarmless(reply.everything());
        assertThat(reply.grpcStatus()).isNotIn(STATUSES_NOT_ALLOWED);
    }

    private static void assertHarmless(byte[] answer) {
        assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                .doesNotContain("Exception", "Throwable", "java.", "\tat ", "io.netty", "io.firegate");
    }

    /** The gateway serves the next caller. */
    private void assertServes() throws Exception {
        assertThat(new OperationRunner(healthy).run(new Operation.Get("things/a")))
                .isEqualTo(new Outcome.Answered(List.of("things/a (missing)")));
    }

    private static byte[] continuations(int count) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(frame(HEADERS, 0, 1, (byte) 0x82));
        for (int i = 0; i < count; i++) {
            frames.writeBytes(frame(CONTINUATION, 0, 1, new byte[0]));
        }
        return frames.toByteArray();
    }

    private static byte[] window(int increment) {
        return frame(
                WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(increment).array());
    }

    private static Map<String, String> many(int count) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            headers.put("x-h" + i, "v");
        }
        return headers;
    }

    private static byte[] message(byte[] content) {
        return join(
                new byte[] {0}, ByteBuffer.allocate(4).putInt(content.length).array(), content);
    }

    /** Field 2 within field 2, as long as one byte of length suffices, then longer ones. */
    private static byte[] nested(int depth) {
        byte[] inner = new byte[0];
        for (int i = 0; i < depth; i++) {
            ByteArrayOutputStream outer = new ByteArrayOutputStream();
            outer.write(18);
            int length = inner.length;
            while (length > 127) {
                outer.write((length & 127) | 128);
                length >>>= 7;
            }
            outer.write(length);
            outer.writeBytes(inner);
            inner = outer.toByteArray();
        }
        return inner;
    }

    private static byte[] bytes(Random random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
