package io.firegate.e2e;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A socket that speaks HTTP/2 as well or as badly as the test says. Used by one thread. */
final class RawConnection implements AutoCloseable {
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    /** What came back until the other side had nothing more to say about a stream, or ended the connection. */
    static final class Reply {
        private final List<Http2Headers> headers;
        private final byte[] everything;
        private final boolean closed;

        Reply(List<Http2Headers> headers, byte[] everything, boolean closed) {
            this.headers = List.copyOf(headers);
            this.everything = everything;
            this.closed = closed;
        }

        /** The header blocks, in order. */
        List<Http2Headers> headers() {
            return headers;
        }

        /** Every byte that came. */
        byte[] everything() {
            return everything;
        }

        /** Whether the connection ended. */
        boolean closed() {
            return closed;
        }

        /** The value of {@code grpc-status}, empty when there is none. */
        String grpcStatus() {
            return headers.stream()
                    .map(each -> each.get("grpc-status"))
                    .filter(java.util.Objects::nonNull)
                    .map(CharSequence::toString)
                    .findFirst()
                    .orElse("");
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();

    /**
     * Connects.
     *
     * @param silence how long the other side may say nothing while it is waited for
     */
    RawConnection(int port, Duration silence) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Sends bytes; that the other side has closed already is no error, for some garbage is refused half-way. */
    void send(byte[]... parts) throws IOException {
        try {
            for (byte[] part : parts) {
                socket.getOutputStream().write(part);
            }
        } catch (SocketException closed) {
            // What it answered is still read.
        }
    }

    /** Says that no more bytes come. */
    void endOutput() throws IOException {
        try {
            socket.shutdownOutput();
        } catch (SocketException closed) {
            // Closed by the other side already.
        }
    }

    /** Everything until the other side closes; a {@link java.net.SocketTimeoutException} when it does not. */
    byte[] readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                all.write(buffer, 0, read);
            }
        } catch (SocketException reset) {
            // A reset is an end too: unread bytes of ours make the kernel send one.
        }
        return all.toByteArray();
    }

    /** Frames until a stream ends, is reset, or the connection ends; a {@link java.net.SocketTimeoutException} when none does. */
    Reply readStream(int stream) throws IOException, Http2Exception {
        return read((type, flags, id) -> {
            boolean ends = (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
            return id == stream && (ends || type == RST_STREAM);
        });
    }

    /** Frames until one of this type, or the end of the connection. */
    Reply readUntil(int wanted) throws IOException, Http2Exception {
        return read((type, flags, id) -> type == wanted);
    }

    /** Whether a frame is the last one waited for. */
    private interface Last {
        boolean is(int type, int flags, int stream);
    }

    private Reply read(Last last) throws IOException, Http2Exception {
        List<Http2Headers> headers = new ArrayList<>();
        ByteArrayOutputStream everything = new ByteArrayOutputStream();
        try {
            while (true) {
                byte[] head = new byte[9];
                in.readFully(head);
                int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
                int type = head[3];
                int flags = head[4];
                int id = ByteBuffer.wrap(head, 5, 4).getInt() & 0x7fffffff;
                byte[] payload = new byte[length];
                in.readFully(payload);
                everything.writeBytes(head);
                everything.writeBytes(payload);
                if (type == SETTINGS && (flags & 1) == 0) {
                    send(frame(SETTINGS, 1, 0));
                }
                if (type == HEADERS) {
                    ByteBuf block = Unpooled.wrappedBuffer(payload);
                    headers.add(decoder.decodeHeaders(id, block));
                }
                if (last.is(type, flags, id)) {
                    return new Reply(headers, everything.toByteArray(), false);
                }
            }
        } catch (EOFException | SocketException end) {
            return new Reply(headers, everything.toByteArray(), true);
        }
    }

    /** One frame. */
    static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .put((byte) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A header block, names and values in turn. */
    byte[] block(String... namesAndValues) throws Http2Exception {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        ByteBuf out = Unpooled.buffer();
        encoder.encodeHeaders(3, headers, out);
        return ByteBufUtil.getBytes(out);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
