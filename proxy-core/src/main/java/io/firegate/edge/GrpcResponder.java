package io.firegate.edge;

import io.firegate.error.Failure;
import io.firegate.exchange.AnswerCredit;
import io.firegate.exchange.Filtered;
import io.firegate.exchange.Responder;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.status.StatusDetails;
import io.firegate.firestore.upstream.ByteCredit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Renders one exchange's answer as gRPC over HTTP/2. Belongs to the connection's event loop.
 *
 * <p>A refused unary call is answered with trailers only. A refused server stream gets its headers first and then the trailers:
 * the Node SDK takes an error before any header for a transport fault and tries three times.
 */
final class GrpcResponder implements Responder {
    private static final AsciiString OK_STATUS = AsciiString.cached("200");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    private static final AsciiString GRPC_DETAILS = AsciiString.cached("grpc-status-details-bin");
    private static final AsciiString WWW_AUTHENTICATE = AsciiString.cached("www-authenticate");
    private static final AsciiString ZERO = AsciiString.cached("0");

    /** Official clients stop at 8 KiB of trailers and then retry an INTERNAL of their own making. */
    private static final int TRAILER_CHARS_MAX = 4_000;

    /** Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md: one byte of flag, four of length. */
    private static final int PREFIX_BYTES = 5;

    private static final Http2Headers START = ReadOnlyHttp2Headers.serverHeaders(true, OK_STATUS, CONTENT_TYPE, GRPC);
    private static final Http2Headers START_ROWS = filteredStart(Filtered.ROWS);
    private static final Http2Headers START_FIELDS = filteredStart(Filtered.FIELDS);
    private static final Http2Headers START_BOTH = filteredStart(Filtered.ROWS_AND_FIELDS);
    private static final Http2Headers END_OK = ReadOnlyHttp2Headers.trailers(true, GRPC_STATUS, ZERO);

    private final FrontConnection connection;
    private final Http2Stream stream;
    private final boolean streaming;
    private Http2Headers start = START;
    private boolean started;
    private boolean ended;

    GrpcResponder(FrontConnection connection, Http2Stream stream, @Nullable FirestoreMethod method) {
        this.connection = connection;
        this.stream = stream;
        this.streaming = method != null && method.shape() != FirestoreMethod.Shape.UNARY;
    }

    @Override
    public void permitted(Filtered filtered) {
        start = switch (filtered) {
            case NOT -> START;
            case ROWS -> START_ROWS;
            case FIELDS -> START_FIELDS;
            case ROWS_AND_FIELDS -> START_BOTH;
        };
    }

    private static Http2Headers filteredStart(Filtered filtered) {
        return ReadOnlyHttp2Headers.serverHeaders(
                true, OK_STATUS, CONTENT_TYPE, GRPC, FilteredHeader.NAME, FilteredHeader.value(filtered));
    }

    @Override
    public void start() {
        if (!started && !ended) {
            started = true;
            connection.writeHeaders(stream, start, false);
        }
    }

    @Override
    public boolean rendersMessages() {
        return false;
    }

    @Override
    public void frames(ByteBuf frames, ByteCredit credit) {
        if (ended) {
            credit.consumed(frames.readableBytes());
            frames.release();
            return;
        }
        connection.writeData(stream, frames, credit);
    }

    @Override
    public int message(byte[] message, AnswerCredit credit) {
        if (ended) {
            return 0;
        }
        ByteBuf prefix =
                Unpooled.buffer(PREFIX_BYTES, PREFIX_BYTES).writeByte(0).writeInt(message.length);
        connection.writeData(stream, Unpooled.wrappedBuffer(prefix, Unpooled.wrappedBuffer(message)), credit);
        return PREFIX_BYTES + message.length;
    }

    @Override
    public void end(Http2Headers trailers) {
        CharSequence status = trailers.get(GRPC_STATUS);
        if (status == null || ended) {
            return;
        }
        CharSequence message = trailers.get(GRPC_MESSAGE);
        CharSequence details = trailers.get(GRPC_DETAILS);
        if (ZERO.contentEquals(status) && message == null && details == null) {
            finish(END_OK, GRPC_STATUS, ZERO, null, null, null);
            return;
        }
        if (message != null && message.length() > TRAILER_CHARS_MAX) {
            message = message.subSequence(0, TRAILER_CHARS_MAX);
        }
        if (details != null && details.length() > TRAILER_CHARS_MAX) {
            details = null;
        }
        finish(null, GRPC_STATUS, status, message, details, null);
    }

    @Override
    public void fail(Failure failure) {
        if (ended) {
            return;
        }
        int code = failure.status().code();
        byte[] details = StatusDetails.encode(
                code, failure.message(), failure.reason().name(), Failure.DOMAIN, failure.metadata());
        finish(
                null,
                GRPC_STATUS,
                Integer.toString(code),
                percentEncode(failure.message()),
                Base64.getEncoder().withoutPadding().encodeToString(details),
                failure.challenge());
    }

    private void finish(
            @Nullable Http2Headers ready,
            AsciiString statusName,
            CharSequence status,
            @Nullable CharSequence message,
            @Nullable CharSequence details,
            @Nullable String challenge) {
        ended = true;
        if (!started && streaming) {
            started = true;
            connection.writeHeaders(stream, start, false);
        }
        Http2Headers trailers = ready;
        if (trailers == null || !started) {
            trailers = new DefaultHttp2Headers(false, 8);
            if (!started) {
                trailers.setAll(start);
            }
            trailers.add(statusName, status);
            if (message != null) {
                trailers.add(GRPC_MESSAGE, message);
            }
            if (details != null) {
                trailers.add(GRPC_DETAILS, details);
            }
            if (challenge != null) {
                trailers.add(WWW_AUTHENTICATE, challenge);
            }
        }
        connection.writeHeaders(stream, trailers, true);
    }

    @Override
    public void bodyWanted() {
        // A gRPC client sends its message without asking.
    }

    @Override
    public void received(int bytes) {
        connection.received(stream, bytes);
    }

    /** Percent-Encoded of PROTOCOL-HTTP2.md: UTF-8, everything but %x20-24 and %x26-7E as {@code %XX}. */
    static String percentEncode(String message) {
        StringBuilder out = null;
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int b = bytes[i] & 0xff;
            boolean plain = b >= 0x20 && b <= 0x7e && b != '%';
            if (!plain && out == null) {
                out = new StringBuilder(bytes.length + 16);
                for (int j = 0; j < i; j++) {
                    out.append((char) bytes[j]);
                }
            }
            if (out != null) {
                if (plain) {
                    out.append((char) b);
                } else {
                    out.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 15));
                }
            }
        }
        return out == null ? message : out.toString();
    }

    /** What {@link #percentEncode} wrote; an escape that is none stays as it is. */
    static String percentDecode(CharSequence message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.length());
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            int value = c == '%' && i + 2 < message.length()
                    ? HEX.indexOf(Character.toUpperCase(message.charAt(i + 1))) << 4
                            | HEX.indexOf(Character.toUpperCase(message.charAt(i + 2)))
                    : -1;
            if (value >= 0) {
                bytes.write(value);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static final String HEX = "0123456789ABCDEF";
}
