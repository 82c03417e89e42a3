package io.firegate.edge;

import io.firegate.exchange.Exchange;
import io.firegate.exchange.Worker;
import io.firegate.firestore.upstream.ByteCredit;
import io.firegate.firestore.upstream.FlushBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's HTTP/1.1 connection: requests one after the other, exchanges out. Belongs to its event loop.
 *
 * <p>Reads only on demand. While an answer is not out, at most one read of a next request is held, unread; while an exchange holds a
 * window of body bytes back, nothing more is read. What is refused for its framing ends the connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its connection, and that is what is acted on
final class Http1Connection extends ChannelInboundHandlerAdapter implements OpenConnection {
    private static final Logger log = LoggerFactory.getLogger(Http1Connection.class);
    private static final AsciiString HEAD = AsciiString.cached("HEAD");
    private static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");
    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] LAST_CHUNK = ascii("\r\n0\r\n\r\n");

    /** Time limits are looked at this many times in the shorter of them, and not more often than {@link #CHECK_MILLIS_MIN}. */
    private static final int CHECKS = 4;

    private static final int CHECK_MILLIS_MIN = 50;

    private final EdgeServices services;
    private final Worker worker;
    private final Http1Decoder decoder;
    private final FlushBatch.Member flush = new Flush();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> age;
    private @Nullable Future<?> checks;

    /** What has been read and not decoded. */
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    private @Nullable Exchange exchange;
    /** The answer to the current request, until it is out. */
    private @Nullable Answer answer;

    private boolean requestEnded = true;
    /** Bytes of the body the exchange holds back. */
    private int held;

    private boolean pumping;
    /** The next answer is the last. */
    private boolean draining;

    private boolean ending;
    /** Since when whatever is waited for now is waited for. */
    private long sinceNanos = System.nanoTime();

    Http1Connection(EdgeServices services, Worker worker) {
        this.services = services;
        this.worker = worker;
        this.decoder = new Http1Decoder(
                Math.toIntExact(services.headerBlockBytes()), services.headersMax(), services.targetBytesMax());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        ctx.channel().config().setAutoRead(false);
        age = ctx.executor().schedule(() -> draining = true, services.connectionAgeMillis(), TimeUnit.MILLISECONDS);
        long period = Math.max(
                CHECK_MILLIS_MIN, Math.min(services.headerReadMillis(), services.connectionIdleMillis()) / CHECKS);
        checks = ctx.executor().scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ending = true;
        if (age != null && checks != null) {
            age.cancel(false);
            checks.cancel(false);
        }
        Exchange running = exchange;
        exchange = null;
        if (running != null) {
            running.clientGone();
        }
        dropBytes();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The peer reset the connection, or its TLS is broken: nobody is left to tell.
        log.debug("connection from {} lost", TrustedProxies.peer(ctx.channel()).peer(), cause);
        ctx.close();
    }

    @Override
    public void drainSoon() {
        worker.loop().execute(this::drain);
    }

    private void drain() {
        draining = true;
        ChannelHandlerContext ctx = context;
        if (ctx != null && isIdle()) {
            ctx.close();
        }
    }

    private boolean isIdle() {
        return answer == null && requestEnded && decoder.isBetweenRequests() && !bytes.isReadable();
    }

    /** Ends what has been waited for too long; a running exchange has a deadline of its own. */
    private void check() {
        ChannelHandlerContext ctx = context;
        Answer current = answer;
        if (ctx == null || ending || (current != null && !current.complete)) {
            return;
        }
        long waitedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        if (current != null || isIdle()) {
            // An answer nobody reads, or no request. An old connection ends with its next answer, which says so; none
            // comes for ever.
            long idleMillis = services.connectionIdleMillis();
            if (waitedMillis >= (draining ? Math.min(idleMillis, services.headerReadMillis()) : idleMillis)) {
                ctx.close();
            }
        } else if (waitedMillis >= services.headerReadMillis()) {
            refuse(ctx, Http1Problem.HEAD_TOO_SLOW);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf more = (ByteBuf) message;
        if (ending) {
            more.release();
            ctx.read();
            return;
        }
        if (isIdle()) {
            sinceNanos = System.nanoTime();
        }
        append(ctx, more);
        pump();
    }

    private void append(ChannelHandlerContext ctx, ByteBuf more) {
        if (!bytes.isReadable()) {
            bytes.release();
            bytes = more;
        } else if (bytes.refCnt() == 1 && bytes.writableBytes() >= more.readableBytes()) {
            bytes.writeBytes(more);
            more.release();
        } else {
            int both = bytes.readableBytes() + more.readableBytes();
            ByteBuf larger = ctx.alloc().buffer(2 * both);
            larger.writeBytes(bytes).writeBytes(more);
            bytes.release();
            more.release();
            bytes = larger;
        }
    }

    private void dropBytes() {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
    }

    /** Decodes what may be decoded now, and asks for more when that is what is missing. */
    private void pump() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || pumping || ending) {
            return;
        }
        pumping = true;
        boolean starved = false;
        try {
            while (!ending && !starved && mayDecode()) {
                starved = step(ctx);
            }
        } finally {
            pumping = false;
        }
        // While an answer is on its way a read tells when the client is gone.
        if (!ending && (starved || (requestEnded && !bytes.isReadable()))) {
            ctx.read();
        }
    }

    private boolean mayDecode() {
        return requestEnded ? answer == null : held < services.streamWindowBytes();
    }

    /** One step; true when the decoder needs more bytes. */
    private boolean step(ChannelHandlerContext ctx) {
        switch (decoder.next(bytes)) {
            case MORE -> {
                return true;
            }
            case HEAD -> begin(ctx);
            case BODY -> body(false);
            case LAST -> {
                requestEnded = true;
                body(true);
            }
            case REFUSED -> refuse(ctx, decoder.problem());
        }
        return false;
    }

    private void begin(ChannelHandlerContext ctx) {
        Http2Headers headers = decoder.headers();
        requestEnded = false;
        held = 0;
        Answer next = new Answer(
                ctx,
                HEAD.contentEquals(headers.method()),
                decoder.keepsAlive(),
                decoder.hasBody() && decoder.expectsContinue());
        answer = next;
        RestRequest request =
                RestRequest.of(headers, decoder.hasBody(), decoder.contentLength(), services.requestBytesMax());
        RestResponder responder = new RestResponder(next, request.target());
        Exchange begun =
                services.exchange(worker, responder, request.head(), TrustedProxies.peer(ctx.channel()), headers);
        exchange = begun;
        begun.begin(null);
    }

    private void body(boolean last) {
        Exchange running = exchange;
        if (running != null) {
            ByteBuf piece = decoder.piece();
            held += piece.readableBytes() - running.body(piece, last);
        }
    }

    /** Refuses what is no request. An answer that is already on its way is not followed by a second one. */
    private void refuse(ChannelHandlerContext ctx, Http1Problem problem) {
        Answer current = answer;
        Exchange running = exchange;
        exchange = null;
        if (running != null) {
            running.clientGone();
        }
        if (current == null || !current.begun) {
            answer = null;
            ctx.write(Unpooled.wrappedBuffer(problem.answer()));
        }
        end(ctx);
    }

    /** Ends the connection: says that nothing more comes, and reads what the client still sends until it has read the answer. */
    private void end(ChannelHandlerContext ctx) {
        ending = true;
        dropBytes();
        ctx.executor().schedule(() -> ctx.close(), services.lingerMillis(), TimeUnit.MILLISECONDS);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (tls != null) {
                tls.closeOutbound();
            } else if (ctx.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
        });
        ctx.read();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private final class Flush extends FlushBatch.Member {
        @Override
        protected void flushNow() {
            ChannelHandlerContext ctx = context;
            if (ctx != null && !ctx.isRemoved()) {
                ctx.flush();
            }
        }
    }

    /** The answer to one request. */
    private final class Answer implements RestWire {
        private final ChannelHandlerContext ctx;
        private final boolean bodyless;
        private final boolean keepsAlive;
        private boolean asked;
        private boolean begun;
        private boolean complete;
        private boolean closes;

        Answer(ChannelHandlerContext ctx, boolean bodyless, boolean keepsAlive, boolean asked) {
            this.ctx = ctx;
            this.bodyless = bodyless;
            this.keepsAlive = keepsAlive;
            this.asked = asked;
        }

        private boolean isOver() {
            return answer != this || complete || ending;
        }

        @Override
        public void whole(Http2Headers head, byte[] body, ByteCredit credit) {
            if (isOver()) {
                credit.consumed(body.length);
                return;
            }
            ByteBuf text = head(head, "content-length: " + body.length);
            finish(
                    bodyless ? text : Unpooled.wrappedBuffer(text, Unpooled.wrappedBuffer(body)),
                    new Sent(ctx.channel(), ctx.executor(), credit, body.length));
        }

        @Override
        public void begin(Http2Headers head) {
            if (!isOver()) {
                ctx.write(head(head, "transfer-encoding: chunked"));
                worker.flushes().add(flush);
            }
        }

        @Override
        public void piece(byte[] piece, ByteCredit credit) {
            if (isOver()) {
                credit.consumed(piece.length);
                return;
            }
            ByteBuf chunk =
                    Unpooled.wrappedBuffer(size(piece), Unpooled.wrappedBuffer(piece), Unpooled.wrappedBuffer(CRLF));
            ctx.write(chunk, new Sent(ctx.channel(), ctx.executor(), credit, piece.length));
            worker.flushes().add(flush);
        }

        @Override
        public void end(byte[] piece) {
            if (!isOver()) {
                finish(
                        Unpooled.wrappedBuffer(
                                size(piece), Unpooled.wrappedBuffer(piece), Unpooled.wrappedBuffer(LAST_CHUNK)),
                        ctx.newPromise());
            }
        }

        private static ByteBuf size(byte[] piece) {
            return Unpooled.wrappedBuffer(ascii(Integer.toHexString(piece.length) + "\r\n"));
        }

        /** Status line and headers. Whether the connection goes on is decided here, for the client is told here. */
        private ByteBuf head(Http2Headers head, String framing) {
            begun = true;
            // What is still to come of the request need not be read on when it lies here.
            closes = draining || !keepsAlive || !(requestEnded || decoder.isRestIn(bytes));
            HttpResponseStatus status = HttpResponseStatus.parseLine(head.status());
            StringBuilder text = new StringBuilder(256)
                    .append("HTTP/1.1 ")
                    .append(status.code())
                    .append(' ')
                    .append(status.reasonPhrase())
                    .append("\r\n");
            for (Map.Entry<CharSequence, CharSequence> field : head) {
                if (field.getKey().charAt(0) != ':') {
                    text.append(field.getKey())
                            .append(": ")
                            .append(field.getValue())
                            .append("\r\n");
                }
            }
            text.append(framing).append("\r\n");
            if (closes) {
                text.append("connection: close\r\n");
            }
            return Unpooled.wrappedBuffer(ascii(text.append("\r\n").toString()));
        }

        private void finish(ByteBuf last, ChannelPromise sent) {
            complete = true;
            sinceNanos = System.nanoTime();
            ctx.write(last, sent).addListener(written -> out());
            worker.flushes().add(flush);
        }

        private void out() {
            if (answer != this || ending) {
                return;
            }
            answer = null;
            sinceNanos = System.nanoTime();
            if (closes || draining) {
                exchange = null;
                Http1Connection.this.end(ctx);
            } else {
                pump();
            }
        }

        @Override
        public void bodyWanted() {
            if (asked && !isOver() && !begun) {
                asked = false;
                ctx.write(Unpooled.wrappedBuffer(CONTINUE));
                worker.flushes().add(flush);
            }
        }

        @Override
        public void received(int count) {
            if (answer == this) {
                held -= count;
                pump();
            }
        }
    }
}
