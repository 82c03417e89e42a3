package io.firegate.edge;

import io.firegate.exchange.AnswerCredit;
import io.firegate.firestore.upstream.ByteCredit;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;

/** A REST answer on one HTTP/2 stream. Belongs to the connection's event loop. */
final class Http2RestWire implements RestWire {
    private static final AsciiString HEAD = AsciiString.cached("HEAD");
    private static final AsciiString EXPECT = AsciiString.cached("expect");
    private static final AsciiString CONTINUE = AsciiString.cached("100-continue");
    private static final AsciiString CONTINUE_STATUS = AsciiString.cached("100");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

    private final FrontConnection connection;
    private final Http2Stream stream;
    private final boolean bodyless;
    private boolean asked;

    Http2RestWire(FrontConnection connection, Http2Stream stream, Http2Headers request) {
        this.connection = connection;
        this.stream = stream;
        this.bodyless = HEAD.contentEquals(request.method());
        CharSequence expectation = request.get(EXPECT);
        this.asked = expectation != null && CONTINUE.contentEqualsIgnoreCase(expectation);
    }

    @Override
    public void whole(Http2Headers head, byte[] body, ByteCredit credit) {
        head.addInt(CONTENT_LENGTH, body.length);
        connection.writeHeaders(stream, head, bodyless);
        if (bodyless) {
            credit.consumed(body.length);
        } else {
            connection.writeLast(stream, Unpooled.wrappedBuffer(body), credit);
        }
    }

    @Override
    public void begin(Http2Headers head) {
        connection.writeHeaders(stream, head, false);
    }

    @Override
    public void piece(byte[] bytes, ByteCredit credit) {
        connection.writeData(stream, Unpooled.wrappedBuffer(bytes), credit);
    }

    @Override
    public void end(byte[] bytes) {
        connection.writeLast(stream, Unpooled.wrappedBuffer(bytes), AnswerCredit.NONE);
    }

    @Override
    public void bodyWanted() {
        if (asked) {
            asked = false;
            connection.writeHeaders(stream, new DefaultHttp2Headers(false, 1).status(CONTINUE_STATUS), false);
        }
    }

    @Override
    public void received(int bytes) {
        connection.received(stream, bytes);
    }
}
