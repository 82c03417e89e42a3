package io.firegate.e2e;

import static io.firegate.e2e.RawConnection.CONTINUATION;
import static io.firegate.e2e.RawConnection.DATA;
import static io.firegate.e2e.RawConnection.END_HEADERS;
import static io.firegate.e2e.RawConnection.END_STREAM;
import static io.firegate.e2e.RawConnection.HEADERS;
import static io.firegate.e2e.RawConnection.PREFACE;
import static io.firegate.e2e.RawConnection.SETTINGS;
import static io.firegate.e2e.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.MessageLite;
import io.firegate.fixtures.entra.TokenMatrix;
import io.firegate.fixtures.entra.TokenMatrix.Answer;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every row of {@code token-matrix.yaml} as a gRPC and as a REST request to a running gateway: status, challenge and tier, that nothing
 * is forwarded for a token that is refused, and that nothing is fetched for a stranger's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenMatrixThroughFiregateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FRAME_BYTES = 16_384;
    private static final String DOCUMENTS = "projects/matrix/databases/(default)/documents/";
    private static final Pattern CHALLENGE =
            Pattern.compile("\r\nwww-authenticate: ([^\r]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern RETRY_AFTER = Pattern.compile("\r\nretry-after: ([^\r]*)", Pattern.CASE_INSENSITIVE);

    private Path directory;
    private CountingFirestore upstream;
    private final Map<String, MatrixGateway> gateways = new HashMap<>();

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        upstream = new CountingFirestore();
    }

    @AfterAll
    void stop() {
        gateways.values().forEach(MatrixGateway::close);
        upstream.close();
    }

    /** What came back. */
    private record Seen(int http, String grpc, String challenge, String retryAfter, String text) {}

    /** One way to send a request. */
    private interface Wire {
        Seen send(MatrixGateway gateway, TokenMatrix.Case row, String authorization) throws Exception;
    }

    @TestFactory
    Stream<DynamicTest> overGrpc() {
        return rows("grpc", TokenMatrixThroughFiregateTest::grpc)
                // gRPC has no query.
                .filter(test -> !test.getDisplayName().contains("in the URL"));
    }

    @TestFactory
    Stream<DynamicTest> overRest() {
        return rows("rest", TokenMatrixThroughFiregateTest::rest);
    }

    private Stream<DynamicTest> rows(String over, Wire wire) {
        return TokenMatrix.load(Map.of()).cases().stream()
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    MatrixGateway gateway = gateway(row.text("gateway", "v2"));
                    run(gateway, gateway.row(row.number()), over, wire);
                }));
    }

    private MatrixGateway gateway(String name) throws Exception {
        MatrixGateway known = gateways.get(name);
        if (known == null) {
            known = MatrixGateway.start(Files.createDirectories(directory.resolve(name)), name, upstream.address());
            gateways.put(name, known);
            if (name.equals("graph")) {
                awaitGraph(known);
            }
        }
        return known;
    }

    /** Until the gateway has its own token for Graph, which no probe waits for. */
    private static void awaitGraph(MatrixGateway gateway) throws Exception {
        TokenMatrix.Case row = gateway.row("11b");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (rest(gateway, row, row.authorization(gateway.now())).http() == 503) {
            assertThat(System.nanoTime()).as("groups can be looked up").isLessThan(end);
            // The breaker goes by the clock of the test.
            gateway.betweenFetches();
        }
    }

    private void run(MatrixGateway gateway, TokenMatrix.Case row, String over, Wire wire) throws Exception {
        gateway.betweenFetches();
        int forwarded = upstream.calls();
        int fetched = gateway.fetches();
        int recorded = gateway.audit().size();

        Seen seen = wire.send(gateway, row, row.authorization(gateway.now()));

        Map<String, Object> verified = row.verified();
        String differs = row.text(over, "");
        boolean refused =
                differs.isEmpty() ? verified == null : gateway.matrix().isAnswer(differs);
        if (refused) {
            String name = differs.isEmpty() ? row.text("answer", "") : differs;
            assertAnswer(gateway.matrix().answer(name, row.text("says", "")), seen, over);
            if (differs.isEmpty()) {
                AuditTrail.Line line = gateway.audit()
                        .await(recorded, each -> each.text("kind").equals("decision"));
                assertThat(line.text("reason")).isEqualTo(row.text("problem", ""));
            }
            assertThat(upstream.calls() - forwarded).as("calls forwarded").isZero();
        } else {
            String tier = differs.isEmpty() && verified != null ? String.valueOf(verified.get("tier")) : differs;
            assertJudged(gateway, tier, seen, over, recorded, upstream.calls() - forwarded);
        }
        assertThat(gateway.trapped()).as("calls to an address of the token").isZero();
        if (gateway.countsFetches()) {
            assertThat(gateway.fetches() - fetched)
                    .as("key sets fetched")
                    .isEqualTo(row.fetches() * gateway.setsPerFetch());
        }
    }

    private static void assertJudged(
            MatrixGateway gateway, String verdict, Seen seen, String over, int recorded, int forwarded) {
        AuditTrail.Line line =
                gateway.audit().await(recorded, each -> each.text("kind").equals("decision"));
        if (gateway.matrix().isAnswer(verdict)) {
            assertAnswer(gateway.matrix().answer(verdict, ""), seen, over);
            assertThat(forwarded).as("calls forwarded").isZero();
        } else if (verdict.chars().allMatch(Character::isLowerCase)) {
            assertThat(seen.grpc()).as(seen.text()).isEqualTo("0");
            assertThat(line.firstAccess().get("tier")).isEqualTo(verdict);
            assertThat(forwarded).as("calls forwarded").isEqualTo(1);
        } else {
            assertThat(seen.grpc()).as(seen.text()).isEqualTo("7");
            assertThat(line.text("reason")).isEqualTo(verdict);
            // A denial by the policy is no fault of the token: nothing asks for another one.
            assertThat(seen.challenge()).isEmpty();
            assertThat(forwarded).as("calls forwarded").isZero();
        }
    }

    private static void assertAnswer(Answer answer, Seen seen, String over) {
        if (over.equals("rest") || answer.grpc().isEmpty()) {
            assertThat(seen.http()).as(seen.text()).isEqualTo(answer.http());
        } else {
            assertThat(seen.grpc()).as(seen.text()).isEqualTo(answer.grpc());
        }
        assertThat(seen.challenge()).isEqualTo(answer.challenge());
        if (over.equals("rest")) {
            assertThat(seen.retryAfter().isEmpty()).as("Retry-After").isEqualTo(answer.http() != 503);
        }
    }

    private static Seen grpc(MatrixGateway gateway, TokenMatrix.Case row, String authorization) throws Exception {
        boolean commit = row.text("asks", "get").equals("commit");
        MessageLite message = commit
                ? CommitRequest.newBuilder()
                        .setDatabase("projects/matrix/databases/(default)")
                        .addWrites(Write.newBuilder()
                                .setUpdate(Document.newBuilder().setName(DOCUMENTS + "inbox/a")))
                        .addWrites(Write.newBuilder()
                                .setUpdate(Document.newBuilder().setName(DOCUMENTS + "things/a")))
                        .build()
                : GetDocumentRequest.newBuilder()
                        .setName(DOCUMENTS + "things/a")
                        .build();
        List<String> headers = new ArrayList<>(List.of(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/google.firestore.v1.Firestore/" + (commit ? "Commit" : "GetDocument"),
                ":authority",
                "h",
                "content-type",
                "application/grpc",
                "te",
                "trailers"));
        for (String value : values(row, authorization)) {
            headers.addAll(List.of("authorization", value));
        }
        byte[] bytes = message.toByteArray();
        byte[] body = ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
        try (RawConnection connection = new RawConnection(gateway.port(), PATIENCE)) {
            connection.send(PREFACE, frame(SETTINGS, 0, 0));
            connection.send(headerFrames(connection.block(headers.toArray(String[]::new))));
            connection.send(frame(DATA, END_STREAM, 1, body));
            RawConnection.Reply reply = connection.readStream(1);
            return new Seen(
                    Integer.parseInt(header(reply, ":status", "0")),
                    reply.grpcStatus(),
                    header(reply, "www-authenticate", ""),
                    header(reply, "retry-after", ""),
                    reply.headers().toString());
        }
    }

    private static byte[] headerFrames(byte[] block) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at < block.length; at += FRAME_BYTES) {
            int end = Math.min(block.length, at + FRAME_BYTES);
            frames.writeBytes(frame(
                    at == 0 ? HEADERS : CONTINUATION,
                    end == block.length ? END_HEADERS : 0,
                    1,
                    Arrays.copyOfRange(block, at, end)));
        }
        return frames.toByteArray();
    }

    private static String header(RawConnection.Reply reply, String name, String otherwise) {
        for (Http2Headers headers : reply.headers()) {
            CharSequence value = headers.get(name);
            if (value != null) {
                return value.toString();
            }
        }
        return otherwise;
    }

    private static Seen rest(MatrixGateway gateway, TokenMatrix.Case row, String authorization) throws Exception {
        StringBuilder head = new StringBuilder();
        String body = "";
        if (row.text("asks", "get").equals("commit")) {
            body = "{\"writes\":[{\"update\":{\"name\":\"" + DOCUMENTS + "inbox/a\"}},{\"update\":{\"name\":\""
                    + DOCUMENTS + "things/a\"}}]}";
            head.append("POST /v1/projects/matrix/databases/(default)/documents:commit");
        } else {
            head.append("GET /v1/").append(DOCUMENTS).append("things/a");
        }
        if (row.text("send", "").equals("query")) {
            head.append("?access_token=").append(authorization.substring("Bearer ".length()));
        }
        head.append(" HTTP/1.1\r\nHost: h\r\n");
        for (String value : values(row, authorization)) {
            head.append("Authorization: ").append(value).append("\r\n");
        }
        if (!body.isEmpty()) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.length())
                    .append("\r\n");
        }
        head.append("\r\n").append(body);
        try (RawConnection connection = new RawConnection(gateway.port(), PATIENCE)) {
            connection.send(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(connection.readHead(), StandardCharsets.US_ASCII);
            int status = Integer.parseInt(answer.substring(9, 12));
            return new Seen(
                    status,
                    switch (status) {
                        case 200 -> "0";
                        case 403 -> "7";
                        case 503 -> "14";
                        default -> "16";
                    },
                    group(CHALLENGE, answer),
                    group(RETRY_AFTER, answer),
                    answer);
        }
    }

    private static String group(Pattern pattern, String head) {
        Matcher matcher = pattern.matcher(head);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static List<String> values(TokenMatrix.Case row, String authorization) {
        return switch (row.text("send", "")) {
            case "twice" -> List.of(authorization, authorization);
            case "query", "none" -> List.of();
            default -> List.of(authorization);
        };
    }
}
