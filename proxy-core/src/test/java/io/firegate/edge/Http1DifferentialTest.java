package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Whatever is accepted here, another widely used reader takes for the same requests: a request nobody else reads like that is what
 * smuggling is made of. The other way round nothing is demanded, for refusing more is the point.
 */
class Http1DifferentialTest {
    private static final long SEED = 20_261_127L;
    private static final int ROUNDS = 20_000;

    private static final List<String> BASES = List.of(
            "GET /v1/projects/p/databases/(default)/documents/a/b HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a.b.c\r\n\r\n",
            "POST /v1/a:commit?x=1 HTTP/1.1\r\nHost: h:80\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"a\":\"b\\n\"}"
                    + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX-Y: z\r\n\r\n5\r\nhello\r\nB\r\n world\r\n0\r\n\r\n\r\n0\r\n\r\nDELETE /c HTTP/1.1\r\nHost: h\r\n\r\n");

    private static final List<String> FRAGMENTS = List.of(
            "\r\n",
            "\r",
            "\n",
            " ",
            "\t",
            ":",
            ",",
            ";",
            "0",
            "5",
            "a",
            "\u0000",
            "\u000b",
            "\u0080",
            "\"",
            "+",
            "#",
            "%0d%0a",
            "Content-Length: 5\r\n",
            "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Host: x\r\n",
            "0\r\n\r\n",
            ";a=b",
            "Connection: close\r\n",
            "X: y\r\n",
            " HTTP/1.1",
            "hello",
            "GET / HTTP/1.1\r\n");

    /** What frames a message; here it is not shown to whoever reads the headers. */
    private static final Set<String> FRAMING =
            Set.of("host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "http2-settings");

    @Test
    void acceptsNothingThatAnotherReaderReadsOtherwise() {
        Random random = new Random(SEED);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String bytes = mutated(random);
            Http1Requests whole = Http1Requests.read(bytes, () -> Integer.MAX_VALUE);
            Http1Requests inPieces = Http1Requests.read(bytes, () -> 1 + random.nextInt(9));

            assertThat(inPieces).as("however it is cut: %s", bytes).isEqualTo(whole);
            List<Http1Requests.Request> others = others(bytes);
            assertThat(others.size())
                    .as(bytes)
                    .isGreaterThanOrEqualTo(whole.requests().size());
            assertThat(others.subList(0, whole.requests().size())).as(bytes).isEqualTo(whole.requests());
            accepted += whole.requests().size();
        }
        assertThat(accepted).as("requests compared").isGreaterThan(ROUNDS / 4);
    }

    private static String mutated(Random random) {
        StringBuilder bytes = new StringBuilder(BASES.get(random.nextInt(BASES.size())));
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length());
            switch (random.nextInt(4)) {
                case 0 -> bytes.deleteCharAt(at);
                case 1 -> bytes.setCharAt(at, (char) random.nextInt(256));
                case 2 -> bytes.insert(at, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
                default -> {
                    int line = bytes.indexOf("\r\n", at);
                    bytes.insert(line < 0 ? at : line + 2, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
                }
            }
        }
        return bytes.toString();
    }

    private static List<Http1Requests.Request> others(String bytes) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpServerCodec());
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
        List<Http1Requests.Request> requests = new ArrayList<>();
        HttpRequest head = null;
        StringBuilder body = new StringBuilder();
        for (HttpObject part = channel.readInbound(); part != null; part = channel.readInbound()) {
            if (part.decoderResult().isFailure()) {
                ReferenceCountUtil.release(part);
                break;
            }
            if (part instanceof HttpRequest request) {
                head = request;
            }
            if (part instanceof HttpContent content) {
                body.append(content.content().toString(StandardCharsets.ISO_8859_1));
            }
            if (part instanceof LastHttpContent && head != null) {
                requests.add(
                        new Http1Requests.Request(head.method().name(), head.uri(), fields(head), body.toString()));
                body.setLength(0);
            }
            ReferenceCountUtil.release(part);
        }
        channel.finishAndReleaseAll();
        return requests;
    }

    private static List<String> fields(HttpRequest head) {
        List<String> fields = new ArrayList<>();
        for (Map.Entry<String, String> field : head.headers()) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            if (!FRAMING.contains(name)) {
                fields.add(name + ": " + field.getValue());
            }
        }
        return fields;
    }
}
