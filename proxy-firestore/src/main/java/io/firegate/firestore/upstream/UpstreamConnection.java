package io.firegate.firestore.upstream;

import io.firegate.firestore.enforce.PermittedCall;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
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
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to Firestore, many calls at a time. Belongs to its event loop, the one all of its calls live on.
 *
 * <p>Life: connecting → ready (the server's SETTINGS have arrived, so its stream limit is known) → retired (GOAWAY seen or ids
 * used up: open calls go on, no new ones) → closed.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
final class UpstreamConnection extends Http2ConnectionHandler {
    /** New streams stop well before the 31-bit ids end (RFC 9113 section 5.1.1). */
    private static final int STREAM_ID_RETIRE = Integer.MAX_VALUE - 10_000;

    private static final AsciiString GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC_ENCODING = AsciiString.cached("grpc-encoding");
    private static final AsciiString IDENTITY = AsciiString.cached("identity");
    private static final AsciiString OK = AsciiString.cached("200");

    private final Upstream owner;
    private final Http2Connection.PropertyKey callKey;
    /** Set of streams whose messages flow both ways. */
    private final Http2Connection.PropertyKey lastingKey;

    private final int connectionWindowBytes;
    private final FlushBatch.Member flush = new Flush();
    private @Nullable ChannelHandlerContext context;
    private int lasting;
    private boolean ready;
    private boolean retired;

    private UpstreamConnection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Upstream owner,
            int connectionWindowBytes) {
        super(decoder, encoder, settings);
        setCumulator(UnreadBytes.CUMULATOR);
        this.owner = owner;
        this.connectionWindowBytes = connectionWindowBytes;
        this.callKey = connection().newKey();
        this.lastingKey = connection().newKey();
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                streamClosed(stream);
            }

            @Override
            public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
                retire();
            }
        });
    }

    static UpstreamConnection create(Upstream owner, UpstreamSettings settings) {
        return new Builder(owner, settings).build();
    }

    /**
     * Whether one more call may be opened now.
     *
     * @param lasts whether its messages flow both ways: such a call may stay for hours, so a quarter of the streams is left to others
     */
    boolean canOpen(boolean lasts) {
        if (!ready || retired || !connection().local().canOpenStream()) {
            return false;
        }
        int max = connection().local().maxActiveStreams();
        return !lasts || lasting < max - max / 4;
    }

    boolean isReady() {
        return ready;
    }

    boolean isRetired() {
        return retired;
    }

    /** Sends the call's request. The call must not be over. */
    void open(UpstreamCall call) {
        ChannelHandlerContext ctx = context;
        PermittedCall request = call.takeRequest();
        Http2Headers headers = call.takeHeaders();
        if (ctx == null || request == null || headers == null) {
            if (request != null) {
                request.release();
            }
            call.fail(UpstreamFailure.CONNECTION_LOST);
            return;
        }
        int streamId = connection().local().incrementAndGetNextStreamId();
        if (streamId >= STREAM_ID_RETIRE) {
            retire();
        }
        ByteBuf body = request.takeBody();
        encoder().writeHeaders(ctx, streamId, headers, 0, false, ctx.newPromise());
        Http2Stream stream = connection().stream(streamId);
        if (stream == null) {
            body.release();
            call.fail(UpstreamFailure.CONNECTION_LOST);
            return;
        }
        stream.setProperty(callKey, call);
        if (call.isStreamed()) {
            stream.setProperty(lastingKey, Boolean.TRUE);
            lasting++;
        }
        call.opened(this, stream);
        encoder().writeData(ctx, streamId, body, 0, !call.isStreamed(), ctx.newPromise());
        call.sendUnsent();
        owner.flushes().add(flush);
    }

    /** Sends another message of a call that is open. Takes over the bytes. */
    void send(Http2Stream stream, ByteBuf body) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            body.release();
            return;
        }
        encoder().writeData(ctx, stream.id(), body, 0, false, ctx.newPromise());
        owner.flushes().add(flush);
    }

    void consumed(Http2Stream stream, int bytes) {
        try {
            if (connection().local().flowController().consumeBytes(stream, bytes)) {
                owner.flushes().add(flush);
            }
        } catch (Http2Exception e) {
            onError(contextOrThrow(), false, e);
        }
    }

    void reset(Http2Stream stream) {
        stream.removeProperty(callKey);
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            resetStream(ctx, stream.id(), Http2Error.CANCEL.code(), ctx.newPromise());
            owner.flushes().add(flush);
        }
    }

    /** Takes no new calls; closes when the last open one has ended. */
    void retire() {
        if (!retired) {
            retired = true;
            owner.retired(this);
            closeIfDone();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (ready) {
            owner.counts().closed(!retired);
        }
        retired = true;
        // Closes every stream, and thereby fails every call.
        super.channelInactive(ctx);
        owner.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            owner.tell("connection to Firestore lost", cause);
            ctx.close();
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception http2Ex) {
        retire();
        super.onConnectionError(ctx, outbound, cause, http2Ex);
    }

    private ChannelHandlerContext contextOrThrow() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the connection is not open");
        }
        return ctx;
    }

    private void streamClosed(Http2Stream stream) {
        if (stream.removeProperty(lastingKey) != null) {
            lasting--;
        }
        UpstreamCall call = stream.removeProperty(callKey);
        if (call != null) {
            call.fail(UpstreamFailure.CONNECTION_LOST);
        }
        if (retired) {
            closeIfDone();
        } else {
            owner.streamFreed();
        }
    }

    private void closeIfDone() {
        ChannelHandlerContext ctx = context;
        if (ctx != null && connection().numActiveStreams() == 0) {
            ctx.close();
        }
    }

    /** What the server sends. */
    private final class Listener extends Http2FrameAdapter {
        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            if (!ready) {
                ready = true;
                owner.ready();
                Http2Stream whole = connection().connectionStream();
                int more = connectionWindowBytes
                        - connection().local().flowController().windowSize(whole);
                if (more > 0) {
                    connection().local().flowController().incrementWindowSize(whole, more);
                    owner.flushes().add(flush);
                }
            }
            // The limit of streams may have changed, too.
            owner.usable();
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream) {
            onHeadersRead(ctx, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream) {
            UpstreamCall call = callOf(streamId);
            if (call == null) {
                return;
            }
            if (endOfStream) {
                detach(streamId);
                if (call.isStreamed()) {
                    // Our half is still open.
                    resetStream(ctx, streamId, Http2Error.NO_ERROR.code(), ctx.newPromise());
                    owner.flushes().add(flush);
                }
                if (call.isAnswering() || isGrpc(headers)) {
                    call.answerTrailers(headers);
                } else {
                    call.fail(UpstreamFailure.PROTOCOL);
                }
            } else if (isGrpc(headers)) {
                call.answerHeaders();
            } else {
                detach(streamId);
                resetStream(ctx, streamId, Http2Error.CANCEL.code(), ctx.newPromise());
                owner.flushes().add(flush);
                call.fail(UpstreamFailure.PROTOCOL);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            UpstreamCall call = callOf(streamId);
            if (call == null || call.isOver()) {
                return data.readableBytes() + padding;
            }
            if (endOfStream) {
                // gRPC always ends with trailers.
                detach(streamId);
                int all = data.readableBytes() + padding;
                call.fail(UpstreamFailure.PROTOCOL);
                return all;
            }
            if (data.isReadable()) {
                call.sink.data(data.retain());
            }
            return padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            UpstreamCall call = detach(streamId);
            if (call != null) {
                call.fail(UpstreamFailure.RESET);
            }
        }

        private @Nullable UpstreamCall callOf(int streamId) {
            Http2Stream stream = connection().stream(streamId);
            return stream == null ? null : stream.getProperty(callKey);
        }

        private @Nullable UpstreamCall detach(int streamId) {
            Http2Stream stream = connection().stream(streamId);
            return stream == null ? null : stream.removeProperty(callKey);
        }
    }

    private static boolean isGrpc(Http2Headers headers) {
        if (!OK.contentEquals(headers.status())) {
            return false;
        }
        CharSequence type = headers.get(CONTENT_TYPE);
        CharSequence encoding = headers.get(GRPC_ENCODING);
        return type != null
                && AsciiString.of(type).startsWith(GRPC)
                && (encoding == null || IDENTITY.contentEquals(encoding));
    }

    private final class Flush extends FlushBatch.Member {
        @Override
        protected void flushNow() {
            ChannelHandlerContext ctx = context;
            if (ctx != null && !ctx.isRemoved()) {
                flush(ctx);
            }
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, io.netty.channel.ChannelPromise promise) throws Exception {
        retired = true;
        super.close(ctx, promise);
    }

    /** Waits for the transport, and fails over to the owner's queue when it cannot be had. */
    void connecting(ChannelFuture future) {
        future.addListener(done -> {
            if (!done.isSuccess()) {
                retired = true;
                owner.tell("no connection to Firestore", done.cause());
                owner.closed(this);
            }
        });
    }

    private static final class Builder
            extends AbstractHttp2ConnectionHandlerBuilder<UpstreamConnection, UpstreamConnection.Builder> {
        private final Upstream owner;
        private final UpstreamSettings settings;

        Builder(Upstream owner, UpstreamSettings settings) {
            this.owner = owner;
            this.settings = settings;
            connection(EvenStreams.connection(false));
            // A server may reset as many streams as it likes. Said here because with a connection given Netty takes us
            // for one.
            decoderEnforceMaxRstFramesPerWindow(0, 0);
            encoderEnforceMaxRstFramesPerWindow(0, 0);
            validateHeaders(true);
            gracefulShutdownTimeoutMillis(0);
            // grpc-timeout differs in every call: indexing it would only push useful entries out of the table.
            headerSensitivityDetector((name, value) -> CallHeaders.GRPC_TIMEOUT.contentEquals(name));
            initialSettings(Http2Settings.defaultSettings()
                    .pushEnabled(false)
                    .initialWindowSize(settings.streamWindowBytes())
                    .maxHeaderListSize(32_768));
        }

        @Override
        public UpstreamConnection build() {
            return super.build();
        }

        @Override
        protected UpstreamConnection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            UpstreamConnection connection =
                    new UpstreamConnection(decoder, encoder, initialSettings, owner, settings.connectionWindowBytes());
            frameListener(connection.new Listener());
            return connection;
        }
    }
}
