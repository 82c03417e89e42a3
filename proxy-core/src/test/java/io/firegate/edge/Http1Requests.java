package io.firegate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** What a decoder makes of bytes that arrive in pieces. */
record Http1Requests(List<Request> requests, @Nullable Http1Problem problem) {
    /** A request that was read to its end; the fields without those of the framing, each as {@code name: value}. */
    record Request(String method, String target, List<String> fields, String body) {}

    static final int HEAD_BYTES_MAX = 2_000;
    static final int FIELDS_MAX = 10;
    static final int TARGET_BYTES_MAX = 500;

    /** Feeds a decoder.
     *
     * @param pieces how many bytes arrive next
     */
    static Http1Requests read(String bytes, IntSupplier pieces) {
        Http1Decoder decoder = new Http1Decoder(HEAD_BYTES_MAX, FIELDS_MAX, TARGET_BYTES_MAX);
        byte[] all = bytes.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuf in = Unpooled.buffer();
        List<Request> requests = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        String method = "";
        String target = "";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int fed = 0;
        while (true) {
            Http1Decoder.Step step = decoder.next(in);
            switch (step) {
                case MORE -> {
                    if (fed == all.length) {
                        in.release();
                        return new Http1Requests(requests, null);
                    }
                    int count = Math.min(all.length - fed, pieces.getAsInt());
                    in.writeBytes(all, fed, count);
                    fed += count;
                }
                case HEAD -> {
                    Http2Headers headers = decoder.headers();
                    method = headers.method().toString();
                    target = headers.path().toString();
                    fields = new ArrayList<>();
                    for (Map.Entry<CharSequence, CharSequence> header : headers) {
                        if (header.getKey().charAt(0) != ':') {
                            fields.add(header.getKey() + ": " + header.getValue());
                        }
                    }
                }
                case BODY -> take(decoder, body);
                case LAST -> {
                    take(decoder, body);
                    requests.add(new Request(method, target, fields, body.toString(StandardCharsets.ISO_8859_1)));
                    body.reset();
                }
                case REFUSED -> {
                    in.release();
                    return new Http1Requests(requests, decoder.problem());
                }
            }
        }
    }

    private static void take(Http1Decoder decoder, ByteArrayOutputStream body) {
        ByteBuf piece = decoder.piece();
        byte[] bytes = new byte[piece.readableBytes()];
        piece.getBytes(piece.readerIndex(), bytes);
        body.writeBytes(bytes);
    }
}
