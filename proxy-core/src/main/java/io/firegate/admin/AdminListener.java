package io.firegate.admin;

import io.firegate.edge.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 on an address and an event loop of its own, so that a gateway whose data path is busy still says how it is.
 *
 * <p>One request for each connection, which is then closed: a probe has no other, and nothing of a connection has to be bounded but its
 * one request. Opened, closed and read from any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its connection, and nobody is left to be told
public final class AdminListener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdminListener.class);

    /** Request line and headers, each; a probe sends a few hundred bytes. */
    private static final int HEAD_BYTES_MAX = 8_192;

    /** Probes and scrapers are few; one more is closed at once. */
    private static final int CONNECTIONS_MAX = 64;

    /** From the first byte to the last of the answer; probes give up sooner. */
    private static final long CONNECTION_SECONDS_MAX = 10;

    private final AdminPages pages;
    private final EventLoopGroup loop;
    private final Channel server;
    /** Touched on the loop only. */
    private int connections;

    private AdminListener(AdminPages pages, EventLoopGroup loop, Transport transport, InetSocketAddress address) {
        this.pages = pages;
        this.loop = loop;
        this.server = new ServerBootstrap()
                .group(loop)
                .channelFactory(transport.servers())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new Accept())
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    /**
     * Starts listening. When the address cannot be had Netty throws an {@link java.io.IOException}, though it declares none; nothing is
     * left open then.
     */
    public static AdminListener bind(AdminPages pages, Transport transport, InetSocketAddress address) {
        EventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("firegate-admin", true), transport.io());
        try {
            return new AdminListener(pages, loop, transport, address);
        } catch (Throwable e) {
            end(loop);
            throw e;
        }
    }

    /** Where it listens, with the port the system chose when the address had none. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /** Closes everything; waits, so not for an event loop. */
    @Override
    public void close() {
        server.close().syncUninterruptibly();
        end(loop);
    }

    private static void end(EventLoopGroup loop) {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Accept extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            connections++;
            channel.closeFuture().addListener(closed -> connections--);
            if (connections > CONNECTIONS_MAX) {
                channel.close();
                return;
            }
            var tooLate = channel.eventLoop().schedule(() -> channel.close(), CONNECTION_SECONDS_MAX, TimeUnit.SECONDS);
            channel.closeFuture().addListener(closed -> tooLate.cancel(false));
            channel.pipeline()
                    .addLast(
                            new HttpServerCodec(new HttpDecoderConfig()
                                    .setMaxInitialLineLength(HEAD_BYTES_MAX)
                                    .setMaxHeaderSize(HEAD_BYTES_MAX)),
                            new OneRequest());
        }
    }

    /** Answers the first request and reads no more. */
    private final class OneRequest extends SimpleChannelInboundHandler<HttpObject> {
        private boolean answered;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (answered || !(message instanceof HttpRequest request)) {
                return;
            }
            answered = true;
            ctx.channel().config().setAutoRead(false);
            AdminPages.Answer answer = request.decoderResult().isFailure()
                    ? AdminPages.Answer.text(400, "this is no HTTP request, or its headers are too long\n")
                    : pages.answer(
                            request.method().name(),
                            request.uri(),
                            request.headers().get(HttpHeaderNames.ACCEPT));
            boolean headersOnly = request.method().name().equals("HEAD");
            ctx.writeAndFlush(render(answer, headersOnly)).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            log.debug("admin connection lost", cause);
            ctx.close();
        }
    }

    private static FullHttpResponse render(AdminPages.Answer answer, boolean headersOnly) {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                headersOnly ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set("x-content-type-options", "nosniff");
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (answer.status() == 405) {
            headers.set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        return response;
    }
}
