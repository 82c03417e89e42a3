package io.firegate.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The header block of a call with a token that is new to the connection: a Huffman-coded literal, all else an index. In the package of
 * what it measures, which shows it to nobody else.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBlockBenchmark {
    private static final int TOKENS = 256;
    private static final int GROUPS = 30;
    private static final int SIGNATURE_BYTES = 256;
    private static final int HEADER_LIST_BYTES = 32_768;
    private static final int STREAM = 3;

    private final ByteBuf[] blocks = new ByteBuf[TOKENS];
    private final Http2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(true, HEADER_LIST_BYTES);
    private final Http2HeadersDecoder longStrings =
            new LongStrings(new DefaultHttp2HeadersDecoder(true, HEADER_LIST_BYTES));
    private int next;

    public HeaderBlockBenchmark() {
        Random random = new Random(1);
        DefaultHttp2HeadersEncoder client =
                new DefaultHttp2HeadersEncoder((name, value) -> AsciiString.contentEquals(name, "authorization"));
        try {
            // What both learn the indexes from.
            ByteBuf first = block(client, random);
            netty.decodeHeaders(STREAM, first.duplicate());
            longStrings.decodeHeaders(STREAM, first);
            for (int i = 0; i < TOKENS; i++) {
                blocks[i] = block(client, random);
            }
        } catch (Http2Exception e) {
            throw new IllegalStateException("not the block to be measured", e);
        }
    }

    private static ByteBuf block(DefaultHttp2HeadersEncoder client, Random random) throws Http2Exception {
        ByteBuf block = ByteBufAllocator.DEFAULT.directBuffer();
        client.encodeHeaders(
                STREAM,
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme("http")
                        .path("/google.firestore.v1.Firestore/GetDocument")
                        .authority("127.0.0.1:8080")
                        .add("content-type", "application/grpc")
                        .add("te", "trailers")
                        .add("grpc-timeout", "10S")
                        .add("authorization", "Bearer " + token(random)),
                block);
        return block;
    }

    /** Of 2 KB and of the letters a token has; the groups stand for its other claims as well. */
    private static String token(Random random) {
        StringBuilder claims = new StringBuilder("{\"aud\":\"api://bench\",\"ver\":\"2.0\",\"groups\":[");
        for (int i = 0; i < GROUPS; i++) {
            claims.append('"')
                    .append(new UUID(random.nextLong(), random.nextLong()))
                    .append("\",");
        }
        byte[] signature = new byte[SIGNATURE_BYTES];
        random.nextBytes(signature);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"k\"}".getBytes(US_ASCII))
                + '.'
                + base64.encodeToString(claims.append("\"\"],\"scp\":\"Data.Access\"}")
                        .toString()
                        .getBytes(US_ASCII))
                + '.'
                + base64.encodeToString(signature);
    }

    private Http2Headers decoded(Http2HeadersDecoder by) throws Http2Exception {
        return by.decodeHeaders(STREAM, blocks[next++ % TOKENS].duplicate());
    }

    /** By Netty alone. */
    @Benchmark
    public Http2Headers netty() throws Http2Exception {
        return decoded(netty);
    }

    /** With long strings put in plain for Netty. */
    @Benchmark
    public Http2Headers longStrings() throws Http2Exception {
        return decoded(longStrings);
    }
}
