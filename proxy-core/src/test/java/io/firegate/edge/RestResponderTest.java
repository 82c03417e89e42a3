package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.exchange.AnswerCredit;
import io.firegate.firestore.rest.RestTarget;
import io.firegate.firestore.upstream.ByteCredit;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestResponderTest {
    private static final String DOCUMENTS = "/v1/projects/p/databases/d/documents";

    /** A BatchGetDocumentsResponse with nothing but {@code missing: "x"}, and its JSON. */
    private static final byte[] MISSING = {0x12, 1, 'x'};

    private static final String MISSING_JSON = "{\"missing\":\"x\"}";

    private final Wire wire = new Wire();
    private final RestResponder stream = new RestResponder(wire, target("POST", ":batchGet?prettyPrint=false"));
    private final RestResponder unary = new RestResponder(wire, target("GET", "/c/d?prettyPrint=false"));

    /** Writes down what is sent. */
    private static final class Wire implements RestWire {
        private final List<String> sent = new ArrayList<>();
        private Http2Headers head = new DefaultHttp2Headers(false);

        @Override
        public void whole(Http2Headers with, byte[] body, ByteCredit credit) {
            credit.consumed(body.length);
            head = with;
            sent.add("whole " + with.status() + " " + text(body));
        }

        @Override
        public void begin(Http2Headers with) {
            head = with;
            sent.add("begin " + with.status());
        }

        @Override
        public void piece(byte[] bytes, ByteCredit credit) {
            sent.add("piece " + text(bytes));
            credit.consumed(bytes.length);
        }

        @Override
        public void end(byte[] bytes) {
            sent.add("end " + text(bytes));
        }

        @Override
        public void bodyWanted() {
            sent.add("wanted");
        }

        @Override
        public void received(int bytes) {
            sent.add("received " + bytes);
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Writes down what waits and what has gone out. */
    private static final class Credit implements AnswerCredit {
        private final List<Integer> queued = new ArrayList<>();
        private final List<Integer> consumed = new ArrayList<>();

        @Override
        public void queued(int bytes) {
            queued.add(bytes);
        }

        @Override
        public void consumed(int bytes) {
            consumed.add(bytes);
        }
    }

    @Test
    void aStreamIsAnArrayThatBeginsWithItsFirstMessage() {
        Credit credit = new Credit();

        stream.start();
        assertThat(wire.sent).isEmpty();
        assertThat(stream.message(MISSING, credit)).isEqualTo(MISSING_JSON.length() + 1);
        stream.message(MISSING, credit);
        stream.end(status("0"));

        assertThat(wire.sent).containsExactly("begin 200", "piece [" + MISSING_JSON, "piece ," + MISSING_JSON, "end ]");
        assertThat(credit.consumed).containsExactly(MISSING_JSON.length() + 1, MISSING_JSON.length() + 1);
    }

    @Test
    void aStreamWithoutMessagesIsAnEmptyArray() {
        stream.end(status("0"));

        assertThat(wire.sent).containsExactly("whole 200 []");
    }

    @Test
    void anErrorBeforeTheFirstMessageHasItsOwnStatus() {
        stream.end(status("5").add("grpc-message", "no %C3%A9, 100%"));

        assertThat(wire.sent)
                .containsExactly(
                        "whole 404 [{\"error\":{\"code\":404,\"message\":\"no é, 100%\",\"status\":\"NOT_FOUND\"}}]");
    }

    @Test
    void anErrorAfterTheFirstMessageIsTheLastElement() {
        stream.message(MISSING, AnswerCredit.NONE);
        stream.fail(Failure.of(ErrorCode.UPSTREAM_UNAVAILABLE, "firegate: gone"));
        stream.message(MISSING, AnswerCredit.NONE);
        stream.end(status("0"));

        assertThat(wire.sent).hasSize(3);
        assertThat(wire.sent.get(2))
                .startsWith("end ,{\"error\":{\"code\":503,")
                .endsWith("}]");
    }

    @Test
    void aUnaryMessageWaitsForTheStatus() {
        Credit credit = new Credit();

        assertThat(unary.message(new byte[] {10, 1, 'n'}, credit)).isZero();
        assertThat(wire.sent).isEmpty();
        assertThat(credit.queued).isEmpty();
        unary.end(status("0"));

        assertThat(credit.queued).containsExactly("{\"name\":\"n\"}".length());
        assertThat(credit.consumed).isEqualTo(credit.queued);
        assertThat(wire.sent).containsExactly("whole 200 {\"name\":\"n\"}");
        assertThat(wire.head.get("content-type")).hasToString("application/json; charset=UTF-8");
        assertThat(wire.head.get("cache-control")).hasToString("no-store");
    }

    @Test
    void aStatusBehindTheUnaryMessageWins() {
        unary.message(new byte[] {10, 1, 'n'}, AnswerCredit.NONE);
        unary.end(status("10"));

        assertThat(wire.sent)
                .containsExactly("whole 409 {\"error\":{\"code\":409,\"message\":\"\",\"status\":\"ABORTED\"}}");
    }

    @Test
    void whatIsNoAnswerOfTheMethodIsRefused() {
        assertThat(stream.message(new byte[] {0x12, 5}, AnswerCredit.NONE)).isNegative();
        assertThat(unary.message(new byte[] {10, 2, -1, -1}, AnswerCredit.NONE)).isNegative();
        unary.message(new byte[0], AnswerCredit.NONE);
        assertThat(unary.message(new byte[0], AnswerCredit.NONE))
                .as("two messages")
                .isNegative();
        assertThat(wire.sent).isEmpty();
    }

    @Test
    void aUnaryAnswerWithoutAMessageIsNoAnswer() {
        unary.end(status("0"));

        assertThat(wire.sent.get(0)).startsWith("whole 503 ").contains("PROTOCOL");
    }

    @Test
    void failuresSayWhatHttpAdds() {
        new RestResponder(wire, null)
                .fail(new Failure(
                        ErrorCode.TOKEN_TOO_LARGE, ErrorCode.TOKEN_TOO_LARGE, "m", Map.of("a", "b"), "Bearer x"));
        assertThat(wire.head.status()).hasToString("431");
        assertThat(wire.head.get("www-authenticate")).hasToString("Bearer x");
        assertThat(wire.head.contains("retry-after")).isFalse();

        unary.fail(Failure.of(ErrorCode.OVERLOADED, "firegate: full"));
        assertThat(wire.head.status()).hasToString("503");
        assertThat(wire.head.get("retry-after")).hasToString("1");

        new RestResponder(wire, null)
                .fail(Failure.of(ErrorCode.CREDENTIAL_UNAVAILABLE, "firegate: none")
                        .with(Failure.RETRY_AFTER_SECONDS, "17"));
        assertThat(wire.head.get("retry-after")).hasToString("17");
    }

    private static Http2Headers status(String status) {
        return new DefaultHttp2Headers(false).add("grpc-status", status);
    }

    private static RestTarget target(String method, String target) {
        return ((RestTarget.Parsed.Matched) RestTarget.parse(method, DOCUMENTS + target)).target();
    }
}
