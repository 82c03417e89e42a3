package io.firegate.e2e;

import static io.firegate.e2e.RawConnection.CONTINUATION;
import static io.firegate.e2e.RawConnection.DATA;
import static io.firegate.e2e.RawConnection.END_HEADERS;
import static io.firegate.e2e.RawConnection.END_STREAM;
import static io.firegate.e2e.RawConnection.GOAWAY;
import static io.firegate.e2e.RawConnection.HEADERS;
import static io.firegate.e2e.RawConnection.PING;
import static io.firegate.e2e.RawConnection.PREFACE;
import static io.firegate.e2e.RawConnection.RST_STREAM;
import static io.firegate.e2e.RawConnection.SETTINGS;
import static io.firegate.e2e.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every limit a client can reach: what happens to who reaches it, and that the next caller is served at once all the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsTest {
    /** Longer than any wait the gateway is set to below; who is silent for so long is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(20);

    private static final Duration SERVED_WITHIN = Duration.ofSeconds(2);

    private static final int CONNECTIONS_PER_ADDRESS = 8;
    private static final int STREAMS = 3;
    private static final int REQUEST_BYTES = 20_000;

    /** Another number than Netty's own, which would hide that ours does not arrive. */
    private static final int HEADER_BLOCK_BYTES = 9_000;

    private static final int EMPTY_FRAMES = 3;
    private static final int CONTINUATIONS = 2;
    private static final int MANY = 60;

    /** So long that a test of another limit which waits for this one is noticed. */
    private static final int AGE_MILLIS = 6_000;

    private static final Duration BEFORE_AGE = Duration.ofMillis(AGE_MILLIS * 8 / 10);

    /** More than the kernel holds for a reader who does not read. */
    private static final int UNREAD_BYTES = 24_000_000;

    private static final int PROTOCOL_ERROR = 1;
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static final Map<String, Integer> LIMITS = Map.ofEntries(
            Map.entry("connectionsPerAddress", CONNECTIONS_PER_ADDRESS),
            Map.entry("streamsPerConnection", STREAMS),
            Map.entry("tokenBytes", 4_096),
            Map.entry("headerBlockBytes", HEADER_BLOCK_BYTES),
            Map.entry("headerCount", 20),
            Map.entry("targetBytes", 1_024),
            Map.entry("headerReadMillis", 500),
            Map.entry("bodyIdleMillis", 1_000),
            Map.entry("connectionIdleMillis", 1_000),
            Map.entry("connectionAgeMillis", AGE_MILLIS),
            Map.entry("handshakeMillis", 500),
            Map.entry("lingerMillis", 100),
            Map.entry("resetsPer30Seconds", 10),
            Map.entry("emptyFrames", EMPTY_FRAMES),
            Map.entry("continuations", CONTINUATIONS),
            Map.entry("pingsPer10Seconds", 5),
            Map.entry("requestBytes", REQUEST_BYTES),
            Map.entry("drainMillis", 0));

    private GatewayHarness harness;
    private String token;

    /** Something a client does that reaches a limit. */
    private interface Excess {
        void commit() throws Exception;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        List<String> overrides = new ArrayList<>();
        LIMITS.forEach((key, value) -> overrides.addAll(List.of("--set", "limits." + key + "=" + value)));
        harness = new GatewayHarness(directory, overrides.toArray(String[]::new));
        token = harness.tenant().userToken(GatewayHarness.OWNER);
        assertServes(harness, STUCK);
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    @TestFactory
    Stream<DynamicTest> limits() {
        Map<String, Excess> cases = new LinkedHashMap<>();
        cases.put("connectionsPerAddress", this::connectionsOfOneAddress);
        cases.put("streamsPerConnection", this::streams);
        cases.put(
                "headerBlockBytes over HTTP/1.1",
                () -> http1(get("X: " + "a".repeat(HEADER_BLOCK_BYTES) + "\r\n"), 431));
        cases.put("headerBlockBytes over HTTP/2", () -> http2("431", "x-filler", "a".repeat(HEADER_BLOCK_BYTES)));
        cases.put(
                "headerBlockBytes over HTTP/2, not reached by a request that comes first",
                () -> http2("401", "x-filler", "a".repeat(HEADER_BLOCK_BYTES - 400)));
        cases.put("headerBlockBytes over HTTP/2, in bytes of the block", this::headerBlock);
        cases.put("headerCount over HTTP/1.1", () -> http1(get("X: a\r\n".repeat(MANY)), 431));
        cases.put("headerCount over HTTP/2", () -> http2("431", many()));
        cases.put(
                "targetBytes over HTTP/1.1",
                () -> http1("GET /v1/" + "a".repeat(2_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414));
        cases.put("targetBytes over HTTP/2", () -> http2("414", ":path", "/v1/" + "a".repeat(2_000)));
        cases.put("headerReadMillis", () -> http1("GET /v1/a HTTP/1.1\r\nHo", 408));
        cases.put("bodyIdleMillis over HTTP/1.1", () -> http1(post("Content-Length: 10\r\n", "{"), 408));
        cases.put("bodyIdleMillis over gRPC", () -> grpc("4", new byte[3], false));
        cases.put(
                "requestBytes, declared",
                () -> http1(post("Content-Length: " + (REQUEST_BYTES + 1) + "\r\n", ""), 413));
        cases.put(
                "requestBytes, in chunks",
                () -> http1(post("Transfer-Encoding: chunked\r\n", "FFFF\r\n" + " ".repeat(0xffff)), 413));
        cases.put("requestBytes over gRPC", () -> grpc("8", new byte[] {0, 0, 0, 0x7f, 0}, true));
        cases.put("handshakeMillis without a byte", () -> silent(harness.plaintextPort()));
        cases.put(
                "handshakeMillis without a TLS greeting",
                () -> silent(harness.gateway().port(1)));
        cases.put("connectionIdleMillis over HTTP/1.1", this::idleHttp1);
        cases.put("connectionIdleMillis over HTTP/2", this::idleHttp2);
        cases.put("connectionIdleMillis with an answer nobody reads", this::unreadHttp2);
        cases.put("headers that begin no request", () -> noRequest(":scheme", "http", ":path", "/v1/a"));
        cases.put("a header name with a capital", () -> noRequest(and("X-a", "v")));
        cases.put("a header value with a line end", () -> noRequest(and("x-a", "v\r\nx-b: v")));
        cases.put("a header of a connection", () -> noRequest(and("connection", "close")));
        cases.put("trailers that begin another request", this::requestInTrailers);
        cases.put("a length of the body that is another", () -> noRequest(and("content-length", "5")));
        cases.put("connectionAgeMillis", this::age);
        cases.put("resetsPer30Seconds", this::resets);
        cases.put("resetsPer30Seconds the gateway is made to send", this::resetsMade);
        cases.put("pingsPer10Seconds", () -> frames(ENHANCE_YOUR_CALM, repeated(frame(PING, 0, 0, new byte[8]))));
        cases.put("emptyFrames", this::emptyFrames);
        cases.put("continuations", this::continuations);
        return cases.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    each.getValue().commit();
                    assertServes(harness, SERVED_WITHIN);
                }));
    }

    @TestFactory
    Stream<DynamicTest> connectionsInAll(@TempDir Path directory) {
        return Stream.of(DynamicTest.dynamicTest("connections", () -> {
            try (GatewayHarness small = new GatewayHarness(directory, "--set", "limits.connections=3")) {
                List<RawConnection> open = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    open.add(opened(small, address(1)));
                }
                try (RawConnection one = new RawConnection(address(2), small.plaintextPort(), STUCK)) {
                    assertThat(one.readToEnd()).as("closed at once").isEmpty();
                }
                for (RawConnection each : open) {
                    each.close();
                }
                assertServes(small, STUCK);
            }
        }));
    }

    private void connectionsOfOneAddress() throws Exception {
        List<RawConnection> open = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS_PER_ADDRESS; i++) {
            open.add(opened(harness, address(3)));
        }
        try (RawConnection another = new RawConnection(address(3), harness.plaintextPort(), STUCK)) {
            assertThat(another.readToEnd()).as("closed at once").isEmpty();
        }
        // All of them are still there while the next caller, from elsewhere, is served.
        assertServes(harness, SERVED_WITHIN);
        for (RawConnection each : open) {
            each.close();
        }
    }

    /** A connection the gateway has certainly counted. */
    private static RawConnection opened(GatewayHarness gateway, InetAddress from) throws Exception {
        RawConnection connection = new RawConnection(from, gateway.plaintextPort(), STUCK);
        connection.send(PREFACE, frame(SETTINGS, 0, 0), frame(PING, 0, 0, new byte[8]));
        connection.readFrame(PING);
        return connection;
    }

    private void streams() throws Exception {
        try (RawConnection connection = greeted()) {
            for (int i = 0; i <= STREAMS; i++) {
                connection.send(frame(HEADERS, END_HEADERS, 2 * i + 1, connection.block(call())));
            }
            byte[] reset = connection.readFrame(RST_STREAM);
            assertThat(ByteBuffer.wrap(reset).getInt()).isEqualTo(REFUSED_STREAM);
        }
    }

    private void resets() throws Exception {
        try (RawConnection connection = greeted()) {
            for (int i = 0; i < MANY; i++) {
                connection.send(
                        frame(HEADERS, END_HEADERS, 2 * i + 1, connection.block(call())),
                        frame(RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8}));
            }
            assertEnds(connection, ENHANCE_YOUR_CALM);
        }
    }

    /** Each request is one that only a reset answers (MadeYouReset). */
    private void resetsMade() throws Exception {
        try (RawConnection connection = greeted()) {
            for (int i = 0; i < MANY; i++) {
                byte[] block = connection.block(":scheme", "http", ":path", "/v1/a", ":authority", "h");
                connection.send(frame(HEADERS, END_HEADERS, 2 * i + 1, block));
            }
            assertEnds(connection, ENHANCE_YOUR_CALM);
        }
    }

    /** What is a quarter beyond the limit as it comes is not decoded. */
    private void headerBlock() throws Exception {
        try (RawConnection connection = greeted()) {
            connection.send(frame(HEADERS, END_HEADERS, 1, new byte[HEADER_BLOCK_BYTES * 5 / 4 + 1]));
            assertEnds(connection, PROTOCOL_ERROR);
        }
    }

    /** So many are let pass; Netty's own limit is another. */
    private void emptyFrames() throws Exception {
        try (RawConnection connection = greeted()) {
            byte[] empty = frame(DATA, 0, 1);
            connection.send(frame(HEADERS, END_HEADERS, 1, connection.block(call())));
            for (int i = 0; i < EMPTY_FRAMES; i++) {
                connection.send(empty);
            }
            connection.send(frame(PING, 0, 0, new byte[8]));
            connection.readFrame(PING);
            connection.send(empty);
            assertEnds(connection, ENHANCE_YOUR_CALM);
        }
    }

    /** Of a block that could go on: by Netty's own limit it might. */
    private void continuations() throws Exception {
        try (RawConnection connection = greeted()) {
            connection.send(frame(HEADERS, 0, 1, (byte) 0x82));
            for (int i = 0; i < CONTINUATIONS; i++) {
                connection.send(frame(CONTINUATION, 0, 1));
            }
            assertEnds(connection, ENHANCE_YOUR_CALM);
        }
    }

    /** Someone who makes the gateway answer and does not read: nothing else would ever end this connection. */
    @Test
    void controlFramesQueued(@TempDir Path directory) throws Exception {
        try (GatewayHarness patient = new GatewayHarness(
                        directory, "--set", "limits.controlFramesQueued=10", "--set", "limits.drainMillis=0");
                RawConnection connection = new RawConnection(patient.plaintextPort(), STUCK)) {
            connection.send(PREFACE);
            byte[] frames = repeated(frame(SETTINGS, 0, 0));
            for (int sent = 0; sent < UNREAD_BYTES; sent += frames.length) {
                connection.send(frames);
            }
            connection.readToEnd();
            assertServes(patient, STUCK);
        }
    }

    /** @param code of the GOAWAY that ends the connection */
    private void frames(int code, byte[]... frames) throws Exception {
        try (RawConnection connection = greeted()) {
            connection.send(frames);
            assertEnds(connection, code);
        }
    }

    private static void assertEnds(RawConnection connection, int code) throws Exception {
        byte[] farewell = connection.readFrame(GOAWAY);
        assertThat(ByteBuffer.wrap(farewell, 4, 4).getInt()).isEqualTo(code);
        connection.readToEnd();
    }

    private void http1(String request, int status) throws Exception {
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), STUCK)) {
            connection.send(request.getBytes(StandardCharsets.US_ASCII));
            RawConnection.Response response = connection.readResponse();
            assertThat(response.status()).as(response.body()).isEqualTo(status);
            assertThat(response.head()).contains("connection: close");
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    /** A GET over HTTP/2 that is refused, with these headers besides the usual ones or instead of them. */
    private void http2(String status, String... others) throws Exception {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String[] usual :
                new String[][] {{":method", "GET"}, {":scheme", "http"}, {":path", "/v1/a"}, {":authority", "h"}}) {
            headers.put(usual[0], usual[1]);
        }
        for (int i = 0; i < others.length; i += 2) {
            headers.put(others[i], others[i + 1]);
        }
        List<String> flat = new ArrayList<>();
        headers.forEach((name, value) -> flat.addAll(List.of(name, value)));
        try (RawConnection connection = greeted()) {
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, connection.block(flat.toArray(String[]::new))));
            assertThat(connection.readStream(1).headers())
                    .first()
                    .satisfies(first -> assertThat(first.status()).hasToString(status));
        }
    }

    private void grpc(String status, byte[] begin, boolean more) throws Exception {
        try (RawConnection connection = greeted()) {
            connection.send(frame(HEADERS, END_HEADERS, 1, connection.block(call())), frame(DATA, 0, 1, begin));
            if (more) {
                connection.send(frame(DATA, 0, 1, new byte[16_000]), frame(DATA, 0, 1, new byte[16_000]));
            }
            assertThat(connection.readStream(1).grpcStatus()).isEqualTo(status);
        }
    }

    private static void silent(int port) throws Exception {
        try (RawConnection connection = new RawConnection(port, STUCK)) {
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    private void idleHttp2() throws Exception {
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), BEFORE_AGE)) {
            connection.send(PREFACE, frame(SETTINGS, 0, 0));
            assertEnds(connection, 0);
        }
    }

    /** The client takes headers but not a byte of the answer, so its stream stays open. */
    private void unreadHttp2() throws Exception {
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), BEFORE_AGE)) {
            byte[] block = connection.block(":method", "GET", ":scheme", "http", ":path", "/v1/a", ":authority", "h");
            connection.send(
                    PREFACE, frame(SETTINGS, 0, 0, noWindow), frame(HEADERS, END_HEADERS | END_STREAM, 1, block));
            // By drainMillis at once, though the stream is open.
            assertEnds(connection, 0);
        }
    }

    /** Nobody would ever answer it, or answers it as HTTP/2 has it. */
    private void noRequest(String... headers) throws Exception {
        try (RawConnection connection = greeted()) {
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, connection.block(headers)));
            assertThat(ByteBuffer.wrap(connection.readFrame(RST_STREAM)).getInt())
                    .isEqualTo(PROTOCOL_ERROR);
        }
    }

    private void requestInTrailers() throws Exception {
        try (RawConnection connection = greeted()) {
            connection.send(
                    frame(HEADERS, END_HEADERS, 1, connection.block(call())),
                    frame(HEADERS, END_HEADERS | END_STREAM, 1, connection.block(":path", "/v1/a")));
            assertThat(ByteBuffer.wrap(connection.readFrame(RST_STREAM)).getInt())
                    .isEqualTo(PROTOCOL_ERROR);
        }
    }

    /** A call with one header more. */
    private String[] and(String name, String value) {
        return Stream.concat(Stream.of(call()), Stream.of(name, value)).toArray(String[]::new);
    }

    private void idleHttp1() throws Exception {
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), BEFORE_AGE)) {
            connection.send(get("").getBytes(StandardCharsets.US_ASCII));
            assertThat(connection.readResponse().head()).doesNotContain("connection: close");
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    /** Requests in a row on one connection, until it is told to be the last. */
    private void age() throws Exception {
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), STUCK)) {
            long end = System.nanoTime() + STUCK.toNanos();
            String head = "";
            while (!head.contains("connection: close")) {
                assertThat(System.nanoTime()).as("an old connection goes on").isLessThan(end);
                connection.send(get("").getBytes(StandardCharsets.US_ASCII));
                head = connection.readResponse().head();
            }
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    private RawConnection greeted() throws Exception {
        RawConnection connection = new RawConnection(harness.plaintextPort(), STUCK);
        connection.send(PREFACE, frame(SETTINGS, 0, 0));
        return connection;
    }

    private String[] call() {
        return new String[] {
            ":method", "POST",
            ":scheme", "http",
            ":path", "/google.firestore.v1.Firestore/GetDocument",
            ":authority", "h",
            "content-type", "application/grpc",
            "te", "trailers",
            "authorization", "Bearer " + token
        };
    }

    private String get(String fields) {
        return request(harness, "GET", "/things/none", token, fields);
    }

    private String post(String fields, String body) {
        return request(harness, "POST", ":commit", token, "Content-Type: application/json\r\n" + fields) + body;
    }

    private static String request(GatewayHarness gateway, String method, String target, String token, String fields) {
        return method + " /v1/projects/" + gateway.project() + "/databases/(default)/documents" + target
                + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n" + fields + "\r\n";
    }

    /** A fresh request, from an address nobody else uses, is answered in time. */
    private static void assertServes(GatewayHarness gateway, Duration within) throws Exception {
        String owner = gateway.tenant().userToken(GatewayHarness.OWNER);
        try (RawConnection connection = new RawConnection(address(9), gateway.plaintextPort(), within)) {
            connection.send(request(gateway, "GET", "/things/none", owner, "Connection: close\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            RawConnection.Response response = connection.readResponse();
            assertThat(response.body()).contains("NOT_FOUND", "things/none");
        }
    }

    /** One of the addresses every Linux machine has for itself. */
    private static InetAddress address(int last) throws Exception {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    private static String[] many() {
        String[] headers = new String[2 * MANY];
        for (int i = 0; i < MANY; i++) {
            headers[2 * i] = "x-h" + i;
            headers[2 * i + 1] = "v";
        }
        return headers;
    }

    private static byte[] repeated(byte[] frame) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < MANY; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }
}
