package io.firegate.firestore.upstream;

import io.firegate.firestore.enforce.PermittedCall;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Firestore, for the exchanges of one event loop: a few multiplexed connections on that same loop, opened when needed, replaced when
 * they are lost. Belongs to the loop; nothing here is touched from another thread.
 *
 * <p>Nothing is ever sent twice: a call whose connection is lost fails, and whether to repeat it is the client's business.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
public final class Upstream {
    private static final Logger log = LoggerFactory.getLogger(Upstream.class);

    /** One read takes a whole burst of answers: fewer system calls, fewer frames cut in two. */
    private static final int READ_BYTES = 65_536;

    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final UpstreamSettings settings;
    private final FlushBatch flushes;
    private final CallHeaders callHeaders;
    private final List<UpstreamConnection> connections = new ArrayList<>();
    private final ArrayDeque<UpstreamCall> pending = new ArrayDeque<>();
    private final UpstreamCounts counts = new UpstreamCounts();
    private final Backoff backoff =
            new Backoff(System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    private boolean closed;

    /** The upstream of one loop. */
    public Upstream(
            EventLoop loop, ChannelFactory<? extends Channel> channels, UpstreamSettings settings, FlushBatch flushes) {
        this.loop = loop;
        this.channels = channels;
        this.settings = settings;
        this.flushes = flushes;
        this.callHeaders = new CallHeaders(settings.tls() != null, settings.authority());
    }

    /**
     * Forwards a permitted call. Takes over the call's bytes, whatever comes of it. The sink may be told of a failure before this
     * method returns.
     *
     * @param authorization the credential for {@code call.permit().credential()}
     * @param timeoutNanos what is left of the exchange's deadline; the upstream is told, the exchange keeps the time itself
     */
    public UpstreamCall open(
            PermittedCall call,
            String authorization,
            long timeoutNanos,
            @Nullable CharSequence traceparent,
            AnswerSink sink) {
        UpstreamCall opened =
                new UpstreamCall(call, callHeaders.of(call, authorization, timeoutNanos, traceparent), sink);
        UpstreamConnection free = usableConnection(opened.isStreamed());
        if (free != null) {
            free.open(opened);
        } else if (closed || pending.size() >= settings.pendingMax() || hasNoRoomFor(opened)) {
            counts.refused();
            opened.fail(UpstreamFailure.OVERLOADED);
        } else {
            pending.add(opened);
            counts.pending(pending.size());
            connectIfWorthwhile();
        }
        return opened;
    }

    /** What has happened here; any thread may read it. */
    public UpstreamCounts counts() {
        return counts;
    }

    /** Connections that are open or being opened. */
    public int connectionCount() {
        return connections.size();
    }

    /** Closes all connections; calls still open fail. */
    public void close() {
        closed = true;
        for (UpstreamConnection connection : List.copyOf(connections)) {
            connection.retire();
        }
        failPending(UpstreamFailure.CONNECTION_LOST);
    }

    FlushBatch flushes() {
        return flushes;
    }

    /** A connection has become usable, or can take more. */
    void usable() {
        for (int left = pending.size(); left > 0; left--) {
            UpstreamCall next = pending.poll();
            counts.pending(pending.size());
            if (next == null || next.isOver()) {
                continue;
            }
            UpstreamConnection free = usableConnection(next.isStreamed());
            if (free != null) {
                free.open(next);
            } else if (hasNoRoomFor(next)) {
                counts.refused();
                next.fail(UpstreamFailure.OVERLOADED);
            } else if (next.isStreamed()) {
                // The calls behind it may have a place.
                pending.addLast(next);
            } else {
                pending.addFirst(next);
                break;
            }
        }
        counts.pending(pending.size());
        if (!pending.isEmpty()) {
            connectIfWorthwhile();
        }
    }

    /** Whether it would wait for streams to end that may last for hours. */
    private boolean hasNoRoomFor(UpstreamCall call) {
        if (!call.isStreamed() || connections.size() < settings.connectionsMax()) {
            return false;
        }
        for (int i = 0; i < connections.size(); i++) {
            if (!connections.get(i).isReady()) {
                return false;
            }
        }
        return true;
    }

    /** A connection has become usable for the first time. */
    void ready() {
        counts.opened();
        backoff.succeeded();
    }

    /** Tells the operator that a connection failed, but not each time: an outage fails thousands. */
    void tell(String what, Throwable cause) {
        if (backoff.tells()) {
            log.atWarn()
                    .addKeyValue("upstream", settings.authority())
                    .addKeyValue("notTold", backoff.untold())
                    .log("{}: {}", what, cause.toString());
        }
    }

    void streamFreed() {
        if (!pending.isEmpty()) {
            usable();
        }
    }

    /** No new calls on this connection; whoever waits needs another. */
    void retired(UpstreamConnection connection) {
        connections.remove(connection);
        if (!pending.isEmpty()) {
            connectIfWorthwhile();
        }
    }

    /** The connection is gone, or could not be made. */
    void closed(UpstreamConnection connection) {
        connections.remove(connection);
        if (!connection.isReady()) {
            counts.connectFailed();
            backoff.failed();
            // Not tried again at once: with other connections their streams come free, without any the caller is told.
            if (connections.isEmpty()) {
                failPending(UpstreamFailure.CONNECT);
            }
        } else if (!pending.isEmpty()) {
            connectIfWorthwhile();
        }
    }

    private @Nullable UpstreamConnection usableConnection(boolean lasts) {
        for (int i = 0; i < connections.size(); i++) {
            UpstreamConnection connection = connections.get(i);
            if (connection.canOpen(lasts)) {
                return connection;
            }
        }
        return null;
    }

    private void connectIfWorthwhile() {
        for (int i = 0; i < connections.size(); i++) {
            if (!connections.get(i).isReady()) {
                return;
            }
        }
        if (!closed && connections.size() < settings.connectionsMax()) {
            if (backoff.isOver()) {
                connect();
            } else if (connections.isEmpty()) {
                failPending(UpstreamFailure.CONNECT);
            }
        }
    }

    private void connect() {
        UpstreamConnection connection = UpstreamConnection.create(this, settings);
        connections.add(connection);
        SslContext tls = settings.tls();
        int connectMillis = (int) settings.connectTimeout().toMillis();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(verifyingTls(tls, channel, connectMillis));
                        }
                        channel.pipeline().addLast(connection);
                    }
                });
        var connecting = bootstrap.connect(settings.host(), settings.port());
        connection.connecting(connecting);
        var deadline = loop.schedule(
                () -> {
                    if (!connection.isReady()) {
                        connecting.channel().close();
                    }
                },
                connectMillis,
                TimeUnit.MILLISECONDS);
        connecting.channel().closeFuture().addListener(done -> deadline.cancel(false));
    }

    private SslHandler verifyingTls(SslContext tls, Channel channel, int handshakeMillis) {
        SslHandler handler = tls.newHandler(channel.alloc(), settings.host(), settings.port());
        handler.setHandshakeTimeoutMillis(handshakeMillis);
        SSLEngine engine = handler.engine();
        SSLParameters parameters = engine.getSSLParameters();
        // Without this the certificate chain is checked but not whose certificate it is.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return handler;
    }

    private void failPending(UpstreamFailure failure) {
        // A failed call may make its exchange open another one: that one waits for the next connection.
        List<UpstreamCall> waiting = List.copyOf(pending);
        pending.clear();
        counts.pending(0);
        for (UpstreamCall call : waiting) {
            call.fail(failure);
        }
    }
}
