package io.firegate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of one HTTP/1.1 connection (RFC 9112), and refuses whatever is not exactly the grammar. It repairs nothing: what
 * two readers could take for two things is taken for none. Belongs to its connection.
 *
 * <pre>
 *   HEAD ──► NOTHING ───────────────────────────────► HEAD
 *     ├────► FIXED ─────────────────────────────────►
 *     └────► SIZE ──► CHUNK ──► CHUNK_END ──► SIZE
 *              └────► LAST_END ─────────────────────►        BROKEN is for ever
 * </pre>
 */
final class Http1Decoder {
    /** What the next bytes were. */
    enum Step {
        /** Nothing whole: more bytes are needed. */
        MORE,
        /** A head; its headers can be read until the next step. */
        HEAD,
        /** A piece of the body, not the last. */
        BODY,
        /** The last piece of the body, perhaps an empty one. */
        LAST,
        /** Not a request; see the problem. */
        REFUSED
    }

    private enum State {
        HEAD,
        NOTHING,
        FIXED,
        SIZE,
        CHUNK,
        CHUNK_END,
        LAST_END,
        BROKEN
    }

    /** 4 GiB; the limit on bodies is far below. */
    private static final int CHUNK_DIGITS_MAX = 8;

    private static final int LENGTH_DIGITS_MAX = 15;

    /** What a request line holds besides its target: a method, two spaces, a version. */
    private static final int LINE_BYTES_BESIDES_TARGET = 64;

    private static final BitSet TOKEN = chars("!#$%&'*+-.^_`|~");
    private static final BitSet HOST = chars("-._~%!$&'()*+,;=:[]");

    private static final AsciiString HOST_NAME = AsciiString.cached("host");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
    private static final AsciiString CHUNKED = AsciiString.cached("chunked");
    private static final AsciiString CONNECTION = AsciiString.cached("connection");
    private static final AsciiString CLOSE = AsciiString.cached("close");
    private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");
    private static final AsciiString EXPECT = AsciiString.cached("expect");
    private static final AsciiString CONTINUE = AsciiString.cached("100-continue");
    private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1");

    private final int headBytesMax;
    private final int fieldsMax;
    private final int targetBytesMax;

    private State state = State.HEAD;
    private @Nullable Http1Problem problem;
    private ByteBuf piece = Unpooled.EMPTY_BUFFER;

    private Http2Headers headers = new DefaultHttp2Headers(false);
    /** Bytes of this head that have been looked at, and where among them the current line begins. */
    private int scanned;

    private int lineStart;
    private int fields;
    private boolean chunked;
    private boolean keepsAlive;
    private boolean expectsContinue;
    /** {@code Content-Length}, negative when there is none. */
    private long length;

    /** What is left of the body, or of the chunk. */
    private long remaining;

    private boolean afterCr;
    private int digits;

    /**
     * A decoder.
     *
     * @param headBytesMax request line and headers together
     * @param fieldsMax headers of one request
     * @param targetBytesMax the path with its query
     */
    Http1Decoder(int headBytesMax, int fieldsMax, int targetBytesMax) {
        this.headBytesMax = headBytesMax;
        this.fieldsMax = fieldsMax;
        this.targetBytesMax = targetBytesMax;
        begin();
    }

    private void begin() {
        state = State.HEAD;
        headers = new DefaultHttp2Headers(false);
        scanned = 0;
        lineStart = 0;
        fields = 0;
        chunked = false;
        keepsAlive = true;
        expectsContinue = false;
        length = -1;
        remaining = 0;
        afterCr = false;
        digits = 0;
    }

    /** Reads one thing. The bytes of a head stay in the buffer until it is whole; pieces of a body are read at once. */
    Step next(ByteBuf in) {
        piece = Unpooled.EMPTY_BUFFER;
        return switch (state) {
            case HEAD -> head(in);
            case NOTHING -> last();
            case FIXED, CHUNK -> piece(in);
            case SIZE -> size(in);
            case CHUNK_END -> chunkEnd(in);
            case LAST_END -> lastEnd(in);
            case BROKEN -> Step.REFUSED;
        };
    }

    /** The head as HTTP/2 would have sent it: pseudo-headers, names in lower case, nothing that concerns the connection. */
    Http2Headers headers() {
        return headers;
    }

    /** Whether the client wants the connection kept. */
    boolean keepsAlive() {
        return keepsAlive;
    }

    /** Whether the client waits for {@code 100 Continue} before it sends the body. */
    boolean expectsContinue() {
        return expectsContinue;
    }

    /** Whether a body follows the head. */
    boolean hasBody() {
        return chunked || length > 0;
    }

    /** {@code Content-Length}, negative when there is none. */
    long contentLength() {
        return length;
    }

    /** Whether not a byte of the next request has come. */
    boolean isBetweenRequests() {
        return state == State.HEAD && scanned == 0;
    }

    /** Whether the rest of the current request lies in the buffer for certain. */
    boolean isRestIn(ByteBuf in) {
        return switch (state) {
            case HEAD, NOTHING -> true;
            case FIXED -> remaining <= in.readableBytes();
            case SIZE, CHUNK, CHUNK_END, LAST_END, BROKEN -> false;
        };
    }

    /** The piece of the last step: a view of the buffer it was read from. */
    ByteBuf piece() {
        return piece;
    }

    /** What was refused. */
    Http1Problem problem() {
        if (problem == null) {
            throw new IllegalStateException("nothing was refused");
        }
        return problem;
    }

    private Step refuse(Http1Problem what) {
        state = State.BROKEN;
        problem = what;
        return Step.REFUSED;
    }

    private Step head(ByteBuf in) {
        int base = in.readerIndex();
        int readable = in.readableBytes();
        while (scanned < readable) {
            if (scanned >= headBytesMax) {
                return refuse(Http1Problem.HEAD_TOO_LARGE);
            }
            byte b = in.getByte(base + scanned++);
            if (afterCr) {
                if (b != '\n') {
                    return refuse(Http1Problem.LINE_END);
                }
                afterCr = false;
                int from = lineStart;
                int to = scanned - 2;
                lineStart = scanned;
                if (from == to && from > 0) {
                    in.skipBytes(scanned);
                    return headEnd();
                }
                Http1Problem wrong = from == 0 ? requestLine(in, base, base + to) : field(in, base + from, base + to);
                if (wrong != null) {
                    return refuse(wrong);
                }
            } else if (b == '\r') {
                afterCr = true;
            } else if (b == '\n') {
                return refuse(Http1Problem.LINE_END);
            } else if ((b < ' ' && b != '\t') || b == 0x7f) {
                return refuse(Http1Problem.BYTE);
            } else if (lineStart == 0 && scanned > targetBytesMax + LINE_BYTES_BESIDES_TARGET) {
                return refuse(Http1Problem.TARGET_TOO_LONG);
            }
        }
        return Step.MORE;
    }

    private @Nullable Http1Problem requestLine(ByteBuf in, int from, int to) {
        int methodEnd = tokenEnd(in, from, to);
        int targetEnd = methodEnd + 1;
        while (targetEnd < to && in.getByte(targetEnd) > ' ') {
            targetEnd++;
        }
        boolean shaped = methodEnd > from
                && targetEnd > methodEnd + 1
                && targetEnd < to
                && in.getByte(methodEnd) == ' '
                && in.getByte(targetEnd) == ' ';
        if (!shaped) {
            return Http1Problem.REQUEST_LINE;
        }
        AsciiString version = text(in, targetEnd + 1, to);
        if (!version.equals(VERSION)) {
            return isVersion(version) ? Http1Problem.VERSION : Http1Problem.REQUEST_LINE;
        }
        AsciiString target = text(in, methodEnd + 1, targetEnd);
        if (target.charAt(0) != '/' || target.indexOf('#', 0) >= 0) {
            return Http1Problem.TARGET;
        }
        if (target.length() > targetBytesMax) {
            return Http1Problem.TARGET_TOO_LONG;
        }
        headers.method(text(in, from, methodEnd)).path(target);
        return null;
    }

    private static boolean isVersion(AsciiString text) {
        return text.length() == VERSION.length()
                && text.startsWith("HTTP/")
                && Character.isDigit(text.charAt(5))
                && text.charAt(6) == '.'
                && Character.isDigit(text.charAt(7));
    }

    private @Nullable Http1Problem field(ByteBuf in, int from, int to) {
        byte first = in.getByte(from);
        if (first == ' ' || first == '\t') {
            return Http1Problem.FOLDED;
        }
        if (++fields > fieldsMax) {
            return Http1Problem.TOO_MANY_FIELDS;
        }
        int nameEnd = tokenEnd(in, from, to);
        if (nameEnd == from || nameEnd == to || in.getByte(nameEnd) != ':') {
            return Http1Problem.FIELD_NAME;
        }
        AsciiString name = text(in, from, nameEnd).toLowerCase();
        AsciiString value = text(in, nameEnd + 1, to).trim();
        switch (name.length()) {
            case 4 -> {
                if (name.equals(HOST_NAME)) {
                    return host(value);
                }
            }
            case 6 -> {
                if (name.equals(EXPECT)) {
                    boolean known = !expectsContinue && value.contentEqualsIgnoreCase(CONTINUE);
                    expectsContinue = true;
                    return known ? null : Http1Problem.EXPECTATION;
                }
            }
            case 7 -> {
                if (name.equals(UPGRADE)) {
                    return Http1Problem.UPGRADE;
                }
            }
            case 10 -> {
                if (name.equals(CONNECTION)) {
                    return connection(value);
                }
            }
            case 14 -> {
                if (name.equals(HTTP2_SETTINGS)) {
                    return Http1Problem.UPGRADE;
                }
                if (name.equals(CONTENT_LENGTH)) {
                    return contentLength(value);
                }
            }
            case 17 -> {
                if (name.equals(TRANSFER_ENCODING)) {
                    boolean known = !chunked && value.contentEqualsIgnoreCase(CHUNKED);
                    chunked = true;
                    return known ? null : Http1Problem.ENCODING;
                }
            }
            default -> {
                // No concern of the framing.
            }
        }
        headers.add(name, value);
        return null;
    }

    private @Nullable Http1Problem host(AsciiString value) {
        boolean good = headers.authority() == null && !value.isEmpty();
        for (int i = 0; good && i < value.length(); i++) {
            good = HOST.get(value.byteAt(i));
        }
        headers.authority(value);
        return good ? null : Http1Problem.HOST;
    }

    private @Nullable Http1Problem connection(AsciiString value) {
        for (AsciiString option : value.split(',')) {
            AsciiString name = option.trim();
            if (name.contentEqualsIgnoreCase(UPGRADE) || name.contentEqualsIgnoreCase(HTTP2_SETTINGS)) {
                return Http1Problem.UPGRADE;
            }
            keepsAlive &= !name.contentEqualsIgnoreCase(CLOSE);
        }
        return null;
    }

    private @Nullable Http1Problem contentLength(AsciiString value) {
        if (length >= 0 || value.isEmpty() || value.length() > LENGTH_DIGITS_MAX) {
            return Http1Problem.LENGTH;
        }
        length = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Http1Problem.LENGTH;
            }
            length = length * 10 + digit;
        }
        return null;
    }

    private Step headEnd() {
        scanned = 0;
        if (headers.authority() == null) {
            return refuse(Http1Problem.HOST);
        }
        if (chunked && length >= 0) {
            return refuse(Http1Problem.LENGTH_AND_ENCODING);
        }
        remaining = Math.max(0, length);
        state = chunked ? State.SIZE : remaining > 0 ? State.FIXED : State.NOTHING;
        return Step.HEAD;
    }

    private Step last() {
        begin();
        return Step.LAST;
    }

    private Step piece(ByteBuf in) {
        int bytes = (int) Math.min(remaining, in.readableBytes());
        if (bytes == 0) {
            return Step.MORE;
        }
        piece = in.readSlice(bytes);
        remaining -= bytes;
        if (remaining == 0) {
            if (state == State.FIXED) {
                return last();
            }
            state = State.CHUNK_END;
        }
        return Step.BODY;
    }

    private Step size(ByteBuf in) {
        while (in.isReadable()) {
            byte b = in.readByte();
            if (afterCr) {
                if (b != '\n') {
                    return refuse(Http1Problem.CHUNK);
                }
                afterCr = false;
                digits = 0;
                state = remaining == 0 ? State.LAST_END : State.CHUNK;
                return next(in);
            }
            if (b == '\r' && digits > 0) {
                afterCr = true;
            } else {
                int digit = b < 0 ? -1 : Character.digit(b, 16);
                if (digit < 0 || ++digits > CHUNK_DIGITS_MAX) {
                    return refuse(Http1Problem.CHUNK);
                }
                remaining = remaining << 4 | digit;
            }
        }
        return Step.MORE;
    }

    private Step chunkEnd(ByteBuf in) {
        while (in.isReadable()) {
            if (in.readByte() != (afterCr ? '\n' : '\r')) {
                return refuse(Http1Problem.CHUNK);
            }
            afterCr = !afterCr;
            if (!afterCr) {
                state = State.SIZE;
                return next(in);
            }
        }
        return Step.MORE;
    }

    private Step lastEnd(ByteBuf in) {
        while (in.isReadable()) {
            if (in.readByte() != (afterCr ? '\n' : '\r')) {
                return refuse(Http1Problem.TRAILERS);
            }
            afterCr = !afterCr;
            if (!afterCr) {
                return last();
            }
        }
        return Step.MORE;
    }

    private static int tokenEnd(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to && isTokenByte(in.getByte(at))) {
            at++;
        }
        return at;
    }

    /** Whether a byte may stand in a method or a header's name: {@code tchar} of RFC 9110 section 5.6.2. */
    static boolean isTokenByte(byte b) {
        return b > 0 && TOKEN.get(b);
    }

    private static AsciiString text(ByteBuf in, int from, int to) {
        byte[] bytes = new byte[to - from];
        in.getBytes(from, bytes);
        return new AsciiString(bytes, false);
    }

    private static BitSet chars(String others) {
        BitSet set = new BitSet(128);
        set.set('0', '9' + 1);
        set.set('A', 'Z' + 1);
        set.set('a', 'z' + 1);
        others.chars().forEach(set::set);
        return set;
    }
}
