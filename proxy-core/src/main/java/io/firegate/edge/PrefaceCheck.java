package io.firegate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection and makes way when they are HTTP/2's preface (RFC 9113 section 3.4). An HTTP/1.1 client
 * is told what to use; anything else is closed without a word, and so is a peer that says nothing in time.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
final class PrefaceCheck extends ByteToMessageDecoder {
    private static final byte[] PREFACE = {
        'P', 'R', 'I', ' ', '*', ' ', 'H', 'T', 'T', 'P', '/', '2', '.', '0', '\r', '\n', '\r', '\n', 'S', 'M', '\r',
        '\n', '\r', '\n'
    };

    private static final byte[] USE_HTTP2 = PlainAnswer.http1(
            505,
            "firegate serves gRPC over HTTP/2 here: use an official Firestore SDK, or prior-knowledge HTTP/2. REST over HTTP/1.1 is not served by this version");

    private final long firstByteMillis;
    private @Nullable Future<?> timer;

    PrefaceCheck(long firstByteMillis) {
        this.firstByteMillis = firstByteMillis;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> ctx.close(), firstByteMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                refuse(ctx, in);
                return;
            }
        }
        if (length == PREFACE.length) {
            // Hands the bytes on to the HTTP/2 handler behind.
            ctx.pipeline().remove(this);
        }
    }

    private static void refuse(ChannelHandlerContext ctx, ByteBuf in) {
        byte first = in.getByte(in.readerIndex());
        in.skipBytes(in.readableBytes());
        if (first >= 'A' && first <= 'Z') {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(USE_HTTP2)).addListener(ChannelFutureListener.CLOSE);
        } else {
            ctx.close();
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The peer went away before it said anything.
        ctx.close();
    }
}
