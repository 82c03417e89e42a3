package io.firegate.edge;

import io.firegate.exchange.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection and makes way: for HTTP/2 when they are its preface (RFC 9113 section 3.4), for HTTP/1.1
 * when they could begin a method. Anything else is closed without a word, and so is a peer that says nothing in time.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
final class PrefaceCheck extends ByteToMessageDecoder implements OpenConnection {
    private static final byte[] PREFACE = {
        'P', 'R', 'I', ' ', '*', ' ', 'H', 'T', 'T', 'P', '/', '2', '.', '0', '\r', '\n', '\r', '\n', 'S', 'M', '\r',
        '\n', '\r', '\n'
    };

    private final EdgeServices services;
    private final Worker worker;
    private @Nullable Future<?> timer;
    private @Nullable ChannelHandlerContext context;
    /** Who has the connection now; only on the event loop. */
    private @Nullable OpenConnection successor;

    PrefaceCheck(EdgeServices services, Worker worker) {
        this.services = services;
        this.worker = worker;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        timer = ctx.executor().schedule(() -> ctx.close(), services.handshakeMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void drainSoon() {
        worker.loop().execute(() -> {
            ChannelHandlerContext ctx = context;
            if (successor != null) {
                successor.drainSoon();
            } else if (ctx != null) {
                ctx.close();
            }
        });
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                if (Http1Decoder.isTokenByte(in.getByte(in.readerIndex()))) {
                    makeWay(ctx, new Http1Connection(services, worker));
                } else {
                    in.skipBytes(in.readableBytes());
                    ctx.close();
                }
                return;
            }
        }
        if (length == PREFACE.length) {
            makeWay(ctx, FrontConnection.create(services, worker));
        }
    }

    /** Puts the handler behind this one, and hands the bytes on by leaving. */
    private <T extends ChannelHandler & OpenConnection> void makeWay(ChannelHandlerContext ctx, T handler) {
        successor = handler;
        ctx.pipeline().addLast(handler);
        ctx.pipeline().remove(this);
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
