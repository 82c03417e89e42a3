package io.firegate.edge;

import io.firegate.auth.entra.VerifiedToken;
import io.firegate.exchange.AnswerCredit;
import io.firegate.exchange.Exchange;
import io.firegate.exchange.Origin;
import io.firegate.exchange.RequestHead;
import io.firegate.exchange.Responder;
import io.firegate.exchange.Worker;
import io.firegate.firestore.upstream.ByteCredit;
import io.firegate.firestore.upstream.EvenStreams;
import io.firegate.firestore.upstream.FlushBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's HTTP/2 connection: frames in, exchanges out. Belongs to its event loop.
 *
 * <p>Identity is per request: the connection remembers which header value was verified to which token only to save the work, and
 * only by the identity of the very object HPACK's dynamic table hands out again.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
final class FrontConnection extends Http2ConnectionHandler implements OpenConnection {
    private static final Logger log = LoggerFactory.getLogger(FrontConnection.class);
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString REST_ANSWER_TYPE = AsciiString.cached("application/json; charset=UTF-8");

    private static final Origin NOWHERE = new Origin("", null, false);

    private final EdgeServices services;
    private @Nullable Origin peer;
    private final Worker worker;
    private final Http2Connection.PropertyKey exchangeKey;
    private final FlushBatch.Member flush = new Flush();
    private final TokenMemo tokens = new TokenMemo();
    private final ArrayDeque<Http2Stream> answeredEarly = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private boolean draining;
    private long lastUsedNanos = System.nanoTime();
    private long pingWindowStartNanos = System.nanoTime();
    private int pingsInWindow;

    private FrontConnection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            EdgeServices services,
            Worker worker) {
        super(decoder, encoder, settings);
        this.services = services;
        this.worker = worker;
        this.exchangeKey = connection().newKey();
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                Exchange exchange = stream.removeProperty(exchangeKey);
                if (exchange != null) {
                    exchange.clientGone();
                }
            }
        });
    }

    static FrontConnection create(EdgeServices services, Worker worker) {
        return new Builder(services, worker).build();
    }

    /** Takes no new requests; closes when the running ones have ended. */
    void drain() {
        ChannelHandlerContext ctx = context;
        if (!draining && ctx != null) {
            draining = true;
            endStreamed();
            // Of the channel, not of the context: that one starts before this handler, and its GOAWAY would never be
            // sent.
            ctx.channel().close();
        }
    }

    /** Ends what would never end by itself. */
    private void endStreamed() {
        try {
            connection().forEachActiveStream(stream -> {
                Exchange exchange = stream.getProperty(exchangeKey);
                if (exchange != null) {
                    exchange.drain();
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException("an exchange ends without an exception", e);
        }
    }

    @Override
    public void drainSoon() {
        worker.loop().execute(this::drain);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        if (ctx.channel().isActive()) {
            opened(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        super.channelActive(ctx);
        opened(ctx);
    }

    private void opened(ChannelHandlerContext ctx) {
        Http2Stream whole = connection().connectionStream();
        try {
            int more = services.connectionWindowBytes()
                    - connection().local().flowController().windowSize(whole);
            if (more > 0) {
                connection().local().flowController().incrementWindowSize(whole, more);
            }
        } catch (Http2Exception e) {
            onError(ctx, true, e);
        }
        long ageMillis = services.connectionAgeMillis();
        var age = ctx.executor().schedule(this::drain, ageMillis, TimeUnit.MILLISECONDS);
        long checkMillis = Math.max(1_000, services.connectionIdleMillis() / 4);
        var idle = ctx.executor()
                .scheduleWithFixedDelay(this::closeWhenIdle, checkMillis, checkMillis, TimeUnit.MILLISECONDS);
        ctx.channel().closeFuture().addListener(closed -> {
            age.cancel(false);
            idle.cancel(false);
        });
    }

    private void closeWhenIdle() {
        long idleNanos = System.nanoTime() - lastUsedNanos;
        if (idleNanos >= TimeUnit.MILLISECONDS.toNanos(services.connectionIdleMillis()) && !isServing()) {
            drain();
        }
    }

    /** Whether a request is still being answered. An answer that is only waiting for a client that does not read it is not. */
    private boolean isServing() {
        try {
            return connection().forEachActiveStream(stream -> {
                        Exchange exchange = stream.getProperty(exchangeKey);
                        return exchange == null || exchange.isOver();
                    })
                    != null;
        } catch (Http2Exception e) {
            throw new IllegalStateException("looking at streams changes none", e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            // The peer reset the connection, or its TLS is broken: nobody is left to tell.
            log.debug("connection from {} lost", peer().peer(), cause);
            ctx.close();
        }
    }

    void writeHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            encoder().writeHeaders(ctx, stream.id(), headers, 0, end, ctx.newPromise());
            if (end && stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
                answeredEarly.add(stream);
            }
            worker.flushes().add(flush);
        }
    }

    /** Sends answer bytes and gives them back to the credit when they are out: what stops a fast upstream before a slow client. */
    void writeData(Http2Stream stream, ByteBuf data, ByteCredit from) {
        ChannelHandlerContext ctx = context;
        int bytes = data.readableBytes();
        if (ctx == null) {
            data.release();
            from.consumed(bytes);
            return;
        }
        encoder().writeData(ctx, stream.id(), data, 0, false, new Sent(ctx.channel(), ctx.executor(), from, bytes));
        worker.flushes().add(flush);
    }

    /** Sends the end of an answer; whoever is still sending its request is then told to stop. */
    void writeLast(Http2Stream stream, ByteBuf data, ByteCredit from) {
        ChannelHandlerContext ctx = context;
        int bytes = data.readableBytes();
        if (ctx == null) {
            data.release();
            from.consumed(bytes);
            return;
        }
        Sent sent = new Sent(ctx.channel(), ctx.executor(), from, bytes);
        encoder().writeData(ctx, stream.id(), data, 0, true, sent).addListener(written -> {
            lastUsedNanos = System.nanoTime();
            if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
                answeredEarly.add(stream);
                worker.flushes().add(flush);
            }
        });
        worker.flushes().add(flush);
    }

    void received(Http2Stream stream, int bytes) {
        try {
            if (connection().stream(stream.id()) != null
                    && connection().local().flowController().consumeBytes(stream, bytes)) {
                worker.flushes().add(flush);
            }
        } catch (Http2Exception e) {
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                onError(ctx, true, e);
            }
        }
    }

    private final class Listener extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream)
                throws Http2Exception {
            onHeadersRead(ctx, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            Http2Stream stream = connection().stream(streamId);
            if (stream == null) {
                return;
            }
            Exchange running = stream.getProperty(exchangeKey);
            if (running != null) {
                // Request trailers: they carry nothing in gRPC, but they end the body.
                running.body(Unpooled.EMPTY_BUFFER, true);
                return;
            }
            if (headers.method() == null) {
                // Nobody would ever answer it, and a stream that is open keeps an idle connection.
                throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "headers that begin no request");
            }
            lastUsedNanos = System.nanoTime();
            if (connection().remote().numActiveStreams() > services.streamsMax()) {
                throw Http2Exception.streamError(
                        streamId, Http2Error.REFUSED_STREAM, "more streams than this connection may have");
            }
            if (headers.size() > services.headersMax()) {
                answerPlainly(stream, "431", "too many headers");
                return;
            }
            if (GrpcRequest.isGrpc(headers)) {
                RequestHead head = GrpcRequest.head(headers);
                begin(
                        stream,
                        headers,
                        head,
                        new GrpcResponder(FrontConnection.this, stream, head.method()),
                        endOfStream);
            } else if (headers.path() != null && headers.path().length() > services.targetBytesMax()) {
                answerPlainly(stream, "414", "the path with its query is longer than targetBytes");
            } else {
                RestRequest request = RestRequest.of(
                        headers, !endOfStream, headers.getLong(CONTENT_LENGTH, -1), services.requestBytesMax());
                RestWire wire = new Http2RestWire(FrontConnection.this, stream, headers);
                begin(stream, headers, request.head(), new RestResponder(wire, request.target()), endOfStream);
            }
        }

        private void begin(
                Http2Stream stream, Http2Headers headers, RequestHead head, Responder responder, boolean endOfStream) {
            Exchange exchange = services.exchange(worker, responder, head, peer(), headers);
            stream.setProperty(exchangeKey, exchange);
            AsciiString authorization = head.authorization();
            VerifiedToken remembered = authorization == null ? null : tokens.find(authorization);
            exchange.begin(remembered);
            if (remembered == null && authorization != null) {
                VerifiedToken found = exchange.token();
                if (found != null) {
                    tokens.remember(authorization, found);
                }
            }
            if (endOfStream) {
                exchange.body(Unpooled.EMPTY_BUFFER, true);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            Http2Stream stream = connection().stream(streamId);
            Exchange exchange = stream == null ? null : stream.getProperty(exchangeKey);
            if (exchange == null) {
                return data.readableBytes() + padding;
            }
            return exchange.body(data, endOfStream) + padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            Http2Stream stream = connection().stream(streamId);
            Exchange exchange = stream == null ? null : stream.removeProperty(exchangeKey);
            if (exchange != null) {
                exchange.clientGone();
            }
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            long now = System.nanoTime();
            if (now - pingWindowStartNanos > PING_WINDOW_NANOS) {
                pingWindowStartNanos = now;
                pingsInWindow = 0;
            }
            if (++pingsInWindow > services.pingsMax()) {
                throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too_many_pings");
            }
        }
    }

    private static final long PING_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int RESET_WINDOW_SECONDS = 30;

    private Origin peer() {
        Origin known = peer;
        if (known == null) {
            ChannelHandlerContext ctx = context;
            if (ctx == null) {
                return NOWHERE;
            }
            known = TrustedProxies.peer(ctx.channel());
            peer = known;
        }
        return known;
    }

    /** Answers what is beyond a limit: there is no exchange, because nothing was asked that could be judged. */
    private void answerPlainly(Http2Stream stream, String status, String sentence) {
        byte[] json = PlainAnswer.json(Integer.parseInt(status), sentence);
        var headers = new io.netty.handler.codec.http2.DefaultHttp2Headers(false, 4)
                .status(status)
                .add("content-type", REST_ANSWER_TYPE);
        writeHeaders(stream, headers, false);
        writeLast(stream, Unpooled.wrappedBuffer(json), AnswerCredit.NONE);
    }

    private final class Flush extends FlushBatch.Member {
        @Override
        protected void flushNow() {
            ChannelHandlerContext ctx = context;
            if (ctx != null && !ctx.isRemoved()) {
                resetAnsweredEarly(ctx);
                flush(ctx);
            }
        }
    }

    /**
     * Streams that were answered before their request had ended. By the time of a flush everything that had arrived has been read;
     * who is still sending then is told to stop (RFC 9113 section 8.1).
     */
    private void resetAnsweredEarly(ChannelHandlerContext ctx) {
        for (Http2Stream stream = answeredEarly.poll(); stream != null; stream = answeredEarly.poll()) {
            if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
                resetStream(ctx, stream.id(), Http2Error.NO_ERROR.code(), ctx.newPromise());
            }
        }
    }

    /**
     * Made in two steps, because Netty's builder limits what a connection sends only where it makes the encoder, and reads headers with
     * {@link LongStrings} only where it is given a decoder. This step makes the encoder; the decoder it makes as well is not used.
     */
    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<FrontConnection, Builder> {
        private final EdgeServices services;
        private final Worker worker;

        Builder(EdgeServices services, Worker worker) {
            this.services = services;
            this.worker = worker;
            connection(EvenStreams.connection(true));
            // Set here: what the second step sets is set anew when this one is done.
            gracefulShutdownTimeoutMillis(services.drainMillis());
            encoderEnforceMaxQueuedControlFrames(services.controlFramesMax());
            encoderEnforceMaxRstFramesPerWindow(services.resetsMax(), RESET_WINDOW_SECONDS);
            initialSettings(Http2Settings.defaultSettings()
                    .maxConcurrentStreams(services.streamsMax())
                    .initialWindowSize(services.streamWindowBytes())
                    .maxHeaderListSize(services.headerBlockBytes()));
        }

        @Override
        public FrontConnection build() {
            return super.build();
        }

        @Override
        protected FrontConnection build(
                Http2ConnectionDecoder unused, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            unused.close();
            return new Reading(services, worker, encoder, initialSettings).build();
        }
    }

    /** The second step: the decoder, and the limits of what a client may send. */
    private static final class Reading extends AbstractHttp2ConnectionHandlerBuilder<FrontConnection, Reading> {
        private static final boolean VALIDATE_HEADERS = true;
        private static final boolean ACK_SETTINGS = true;
        private static final boolean ACK_PINGS = true;

        private final EdgeServices services;
        private final Worker worker;

        Reading(EdgeServices services, Worker worker, Http2ConnectionEncoder encoder, Http2Settings settings) {
            this.services = services;
            this.worker = worker;
            initialSettings(settings);
            decoderEnforceMaxRstFramesPerWindow(services.resetsMax(), RESET_WINDOW_SECONDS);
            decoderEnforceMaxConsecutiveEmptyDataFrames(services.emptyFramesMax());
            var headers = new DefaultHttp2HeadersDecoder(VALIDATE_HEADERS, services.headerBlockBytes());
            var frames = new DefaultHttp2FrameReader(new LongStrings(headers), services.continuationsMax());
            var decoder = new DefaultHttp2ConnectionDecoder(
                    encoder.connection(),
                    encoder,
                    frames,
                    Http2PromisedRequestVerifier.ALWAYS_VERIFY,
                    ACK_SETTINGS,
                    ACK_PINGS,
                    VALIDATE_HEADERS);
            codec(decoder, encoder);
        }

        @Override
        public FrontConnection build() {
            return super.build();
        }

        @Override
        protected FrontConnection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            FrontConnection connection = new FrontConnection(decoder, encoder, initialSettings, services, worker);
            frameListener(connection.new Listener());
            return connection;
        }
    }
}
