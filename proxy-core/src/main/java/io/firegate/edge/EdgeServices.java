package io.firegate.edge;

import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.exchange.Exchange;
import io.firegate.exchange.ExchangeServices;
import io.firegate.exchange.Origin;
import io.firegate.exchange.RequestHead;
import io.firegate.exchange.Responder;
import io.firegate.exchange.Worker;
import io.firegate.policy.Network;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What every front connection uses: the limits, read once, and the way to begin an exchange. Immutable. */
public final class EdgeServices {
    private final ExchangeServices exchanges;
    private final TrustedProxies trustedProxies;
    private final int streamsMax;
    private final int headersMax;
    private final long headerBlockBytes;
    private final int targetBytesMax;
    private final long headerReadMillis;
    private final long lingerMillis;
    private final int requestBytesMax;
    private final int streamWindowBytes;
    private final int connectionWindowBytes;
    private final int resetsMax;
    private final int controlFramesMax;
    private final int emptyFramesMax;
    private final int continuationsMax;
    private final int pingsMax;
    private final long connectionAgeMillis;
    private final long connectionIdleMillis;
    private final long handshakeMillis;
    private final long drainMillis;
    private final int connectionsMax;
    private final int connectionsPerAddressMax;

    /** The services of a gateway's listeners. */
    public EdgeServices(ExchangeServices exchanges, List<Network> trustedProxies, Limits limits) {
        this.exchanges = exchanges;
        this.trustedProxies = new TrustedProxies(trustedProxies);
        this.streamsMax = limits.getInt(Limit.STREAMS_PER_CONNECTION);
        this.headersMax = limits.getInt(Limit.HEADER_COUNT);
        this.headerBlockBytes = limits.get(Limit.HEADER_BLOCK_BYTES);
        this.targetBytesMax = limits.getInt(Limit.TARGET_BYTES);
        this.headerReadMillis = limits.get(Limit.HEADER_READ_MILLIS);
        this.lingerMillis = limits.get(Limit.LINGER_MILLIS);
        this.requestBytesMax = limits.getInt(Limit.REQUEST_BYTES);
        this.streamWindowBytes = limits.getInt(Limit.STREAM_WINDOW_BYTES);
        this.connectionWindowBytes = limits.getInt(Limit.CONNECTION_WINDOW_BYTES);
        this.resetsMax = limits.getInt(Limit.RST_PER_WINDOW);
        this.controlFramesMax = limits.getInt(Limit.CONTROL_FRAMES_QUEUED);
        this.emptyFramesMax = limits.getInt(Limit.EMPTY_FRAMES);
        this.continuationsMax = limits.getInt(Limit.CONTINUATIONS);
        this.pingsMax = limits.getInt(Limit.PINGS_PER_WINDOW);
        this.connectionAgeMillis = limits.get(Limit.CONNECTION_AGE_MILLIS);
        this.connectionIdleMillis = limits.get(Limit.CONNECTION_IDLE_MILLIS);
        this.handshakeMillis = limits.get(Limit.HANDSHAKE_MILLIS);
        this.drainMillis = limits.get(Limit.DRAIN_MILLIS);
        this.connectionsMax = limits.getInt(Limit.CONNECTIONS);
        this.connectionsPerAddressMax = limits.getInt(Limit.CONNECTIONS_PER_ADDRESS);
    }

    /**
     * An exchange.
     *
     * @param peer the other end of the connection, {@link TrustedProxies#peer}
     * @param headers of the request
     */
    Exchange exchange(Worker worker, Responder responder, RequestHead head, Origin peer, Http2Headers headers) {
        return exchanges.exchange(worker, responder, head, trustedProxies.origin(peer, headers));
    }

    int streamsMax() {
        return streamsMax;
    }

    int headersMax() {
        return headersMax;
    }

    long headerBlockBytes() {
        return headerBlockBytes;
    }

    int targetBytesMax() {
        return targetBytesMax;
    }

    long headerReadMillis() {
        return headerReadMillis;
    }

    long lingerMillis() {
        return lingerMillis;
    }

    int requestBytesMax() {
        return requestBytesMax;
    }

    int streamWindowBytes() {
        return streamWindowBytes;
    }

    int connectionWindowBytes() {
        return connectionWindowBytes;
    }

    int resetsMax() {
        return resetsMax;
    }

    int controlFramesMax() {
        return controlFramesMax;
    }

    int emptyFramesMax() {
        return emptyFramesMax;
    }

    int continuationsMax() {
        return continuationsMax;
    }

    int pingsMax() {
        return pingsMax;
    }

    /** The age of one connection: the limit less up to a tenth, so that connections made together do not end together. */
    long connectionAgeMillis() {
        return connectionAgeMillis - ThreadLocalRandom.current().nextLong(Math.max(1, connectionAgeMillis / 10));
    }

    long connectionIdleMillis() {
        return connectionIdleMillis;
    }

    long handshakeMillis() {
        return handshakeMillis;
    }

    long drainMillis() {
        return drainMillis;
    }

    int connectionsMax() {
        return connectionsMax;
    }

    int connectionsPerAddressMax() {
        return connectionsPerAddressMax;
    }
}
