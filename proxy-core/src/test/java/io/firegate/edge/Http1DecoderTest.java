package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is read and what is refused, request by request. */
class Http1DecoderTest {
    private static final String GET = "GET /v1/a HTTP/1.1\r\nHost: h\r\n";
    private static final String POST = "POST /v1/a HTTP/1.1\r\nHost: h\r\n";

    /** Requests that are taken; the value is what they are read as: method, target, fields, body, parted by a bar. */
    private static Map<String, String> taken() {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put(GET + "\r\n", "GET|/v1/a||");
        cases.put("GET / HTTP/1.1\r\nhOsT:h:8080\r\n\r\n", "GET|/||");
        cases.put(
                "GET /a?b=%2F&c=(default)@:!$'*,; HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                "GET|/a?b=%2F&c=(default)@:!$'*,;||");
        cases.put("GET //x/../y HTTP/1.1\r\nHost: h\r\n\r\n", "GET|//x/../y||");
        cases.put("m-search /a HTTP/1.1\r\nHost: h\r\n\r\n", "m-search|/a||");
        cases.put(
                GET + "X-A:\r\nX-B: \t one  two\t \r\nx-a: again\r\n\r\n", "GET|/v1/a|x-a: ,x-b: one  two,x-a: again|");
        cases.put(
                GET + "Connection: keep-alive, authorization\r\nAuthorization: Bearer a\r\n\r\n",
                "GET|/v1/a|authorization: Bearer a|");
        cases.put(POST + "Content-Length: 0\r\n\r\n", "POST|/v1/a||");
        cases.put(POST + "Content-Length: 005\r\n\r\nhello", "POST|/v1/a||hello");
        cases.put(POST + "Content-Length:\t5\t\r\nExpect: 100-Continue\r\n\r\nhello", "POST|/v1/a||hello");
        cases.put(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST|/v1/a||");
        cases.put(
                POST + "Transfer-Encoding: Chunked\r\n\r\n3\r\nhel\r\n0000000A\r\nlo\r\n0\r\n\r\n!\r\n000\r\n\r\n",
                "POST|/v1/a||hello\r\n0\r\n\r\n!");
        return cases;
    }

    private static Map<String, Http1Problem> refused() {
        Map<String, Http1Problem> cases = new LinkedHashMap<>();
        // The request line.
        cases.put("\r\n" + GET + "\r\n", Http1Problem.REQUEST_LINE);
        cases.put("\n" + GET + "\r\n", Http1Problem.LINE_END);
        cases.put("\u0001" + GET + "\r\n", Http1Problem.BYTE);
        cases.put(" " + GET + "\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET /\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("G@T / HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET / http/1.1\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET / HTTP/1.01\r\nHost: h\r\n\r\n", Http1Problem.REQUEST_LINE);
        cases.put("GET / HTTP/1.0\r\nHost: h\r\n\r\n", Http1Problem.VERSION);
        cases.put("GET / HTTP/2.0\r\nHost: h\r\n\r\n", Http1Problem.VERSION);
        cases.put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Http1Problem.VERSION);
        cases.put("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.TARGET);
        cases.put("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.TARGET);
        cases.put("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.TARGET);
        cases.put("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.TARGET);
        cases.put("GET /\u00e9 HTTP/1.1\r\nHost: h\r\n\r\n", Http1Problem.BYTE);
        cases.put(
                "GET /" + "a".repeat(Http1Requests.TARGET_BYTES_MAX) + " HTTP/1.1\r\nHost: h\r\n\r\n",
                Http1Problem.TARGET_TOO_LONG);
        cases.put("GET /" + "a".repeat(Http1Requests.HEAD_BYTES_MAX), Http1Problem.TARGET_TOO_LONG);
        // Line ends, folding, names, values.
        cases.put("GET / HTTP/1.1\nHost: h\r\n\r\n", Http1Problem.LINE_END);
        cases.put("GET / HTTP/1.1\rHost: h\r\n\r\n", Http1Problem.LINE_END);
        cases.put("GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", Http1Problem.LINE_END);
        cases.put(GET + "X: a\n\r\n", Http1Problem.LINE_END);
        cases.put(GET + "X: a\rTransfer-Encoding: chunked\r\n\r\n", Http1Problem.LINE_END);
        cases.put(GET + "\n", Http1Problem.LINE_END);
        cases.put(GET + "X: a\r\n b\r\n\r\n", Http1Problem.FOLDED);
        cases.put(GET + "X: a\r\n\tTransfer-Encoding: chunked\r\n\r\n", Http1Problem.FOLDED);
        cases.put("GET / HTTP/1.1\r\n Host: h\r\n\r\n", Http1Problem.FOLDED);
        cases.put(GET + "X : a\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + "Transfer-Encoding : chunked\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + ": a\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + ":path: /b\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + "X(y: a\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + "no colon\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + "none\r\n\r\n", Http1Problem.FIELD_NAME);
        cases.put(GET + "X: a\u0000b\r\n\r\n", Http1Problem.BYTE);
        cases.put(GET + "X: a\u000bb\r\n\r\n", Http1Problem.BYTE);
        cases.put(GET + "X: a\u007fb\r\n\r\n", Http1Problem.BYTE);
        cases.put(GET + "X: \u00a0\r\n\r\n", Http1Problem.BYTE);
        cases.put(GET + "Transfer-Encoding:\u000bchunked\r\n\r\n", Http1Problem.BYTE);
        // Host.
        cases.put("GET / HTTP/1.1\r\n\r\n", Http1Problem.HOST);
        cases.put("GET / HTTP/1.1\r\nHost:\r\n\r\n", Http1Problem.HOST);
        cases.put(GET + "Host: h\r\n\r\n", Http1Problem.HOST);
        cases.put("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", Http1Problem.HOST);
        cases.put("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Http1Problem.HOST);
        cases.put("GET / HTTP/1.1\r\nHost: user@h\r\n\r\n", Http1Problem.HOST);
        // Length and encoding: what smuggling is made of.
        for (String length :
                List.of("+5", "-5", "5 5", "5,5", "5, 5", "0x5", "5.0", "", "five", "5;", "1".repeat(16))) {
            cases.put(POST + "Content-Length: " + length + "\r\n\r\nhello", Http1Problem.LENGTH);
        }
        cases.put(POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", Http1Problem.LENGTH);
        cases.put(POST + "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello!", Http1Problem.LENGTH);
        cases.put(
                POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Http1Problem.LENGTH_AND_ENCODING);
        cases.put(
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
                Http1Problem.LENGTH_AND_ENCODING);
        for (String encoding : List.of(
                "identity",
                "gzip, chunked",
                "chunked, gzip",
                "chunked, identity",
                "chunked, chunked",
                "chunked, x",
                "chunked;q=1",
                "\"chunked\"",
                "xchunked",
                "chunked,",
                ",chunked",
                "",
                "cow")) {
            cases.put(POST + "Transfer-Encoding: " + encoding + "\r\n\r\n0\r\n\r\n", Http1Problem.ENCODING);
        }
        cases.put(
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Http1Problem.ENCODING);
        cases.put(
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                Http1Problem.ENCODING);
        // Chunks.
        for (String body : List.of(
                "\r\n",
                "g\r\n",
                "+5\r\n",
                "-5\r\n",
                "0x5\r\n",
                " 5\r\n",
                "5 \r\n",
                "5;a=b\r\n",
                "5;\r\n",
                "5;\n",
                "5;a\"\r\n\"\r\n",
                "000000005\r\n",
                "5\n",
                "5\r5",
                "5\rX\nhello",
                "5\r\nhello\n",
                "5\r\nhelloX",
                "5\r\nhello\r\r\n",
                "5\r\nhello\r\n\r\n",
                "\u0660\r\n")) {
            cases.put(POST + "Transfer-Encoding: chunked\r\n\r\n" + body, Http1Problem.CHUNK);
        }
        cases.put(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n\r\n", Http1Problem.TRAILERS);
        cases.put(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", Http1Problem.TRAILERS);
        cases.put(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\n", Http1Problem.TRAILERS);
        cases.put(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\rX", Http1Problem.TRAILERS);
        // Other protocols and expectations.
        cases.put(GET + "Upgrade: h2c\r\n\r\n", Http1Problem.UPGRADE);
        cases.put(GET + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", Http1Problem.UPGRADE);
        cases.put(GET + "Connection: keep-alive, UPGRADE\r\n\r\n", Http1Problem.UPGRADE);
        cases.put(GET + "Connection: HTTP2-Settings\r\n\r\n", Http1Problem.UPGRADE);
        cases.put(GET + "HTTP2-Settings: AAMAAABk\r\n\r\n", Http1Problem.UPGRADE);
        cases.put(POST + "Expect: 200-ok\r\nContent-Length: 5\r\n\r\n", Http1Problem.EXPECTATION);
        cases.put(POST + "Expect: 100-continue, x\r\nContent-Length: 5\r\n\r\n", Http1Problem.EXPECTATION);
        cases.put(POST + "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n", Http1Problem.EXPECTATION);
        // Sizes.
        cases.put(GET + "X: " + "a".repeat(Http1Requests.HEAD_BYTES_MAX), Http1Problem.HEAD_TOO_LARGE);
        cases.put(GET + "X: a\r\n".repeat(Http1Requests.FIELDS_MAX) + "\r\n", Http1Problem.TOO_MANY_FIELDS);
        return cases;
    }

    @TestFactory
    Stream<DynamicTest> takes() {
        return taken().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(printable(each.getKey()), () -> {
                    for (int size : List.of(1, 3, Integer.MAX_VALUE)) {
                        Http1Requests read = Http1Requests.read(each.getKey(), () -> size);

                        assertThat(read.problem()).as("in pieces of " + size).isNull();
                        assertThat(read.requests().stream().map(Http1DecoderTest::shown))
                                .containsExactly(each.getValue());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> refuses() {
        return refused().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(printable(each.getKey()), () -> {
                    for (int size : List.of(1, 3, Integer.MAX_VALUE)) {
                        Http1Requests read = Http1Requests.read(each.getKey(), () -> size);

                        assertThat(read.problem()).as("in pieces of " + size).isEqualTo(each.getValue());
                        assertThat(read.requests()).isEmpty();
                    }
                }));
    }

    @Test
    void readsOneRequestAfterTheOther() {
        List<String> expected = new ArrayList<>();
        StringBuilder bytes = new StringBuilder();
        taken().forEach((request, read) -> {
            bytes.append(request);
            expected.add(read);
        });
        for (int size : List.of(1, 7, Integer.MAX_VALUE)) {
            assertThat(Http1Requests.read(bytes.toString(), () -> size).requests().stream()
                            .map(Http1DecoderTest::shown))
                    .isEqualTo(expected);
        }
    }

    @Test
    void whatIsRefusedStaysRefused() {
        assertThat(Http1Requests.read("GET / HTTP/1.0\r\n\r\n" + GET + "\r\n", () -> 1)
                        .requests())
                .isEmpty();
    }

    private static String shown(Http1Requests.Request request) {
        return request.method() + "|" + request.target() + "|" + String.join(",", request.fields()) + "|"
                + request.body();
    }

    private static String printable(String bytes) {
        String shown = bytes.replace("\r", "\\r").replace("\n", "\\n").replaceAll("[^ -~]", "?");
        return shown.length() <= 100 ? shown : shown.substring(0, 60) + "..." + shown.substring(shown.length() - 37);
    }
}
