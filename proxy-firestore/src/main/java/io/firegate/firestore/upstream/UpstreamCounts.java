package io.firegate.firestore.upstream;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one event loop's upstream has done and holds, for the metrics. Written by the loop alone, read by any thread.
 *
 * <p>With one writer a plain read and an ordered store are enough: no locked instruction on the request path.
 */
public final class UpstreamCounts {
    private final AtomicLong connectionsOpen = new AtomicLong();
    private final AtomicLong connectionsOpened = new AtomicLong();
    private final AtomicLong connectionsLost = new AtomicLong();
    private final AtomicLong connectsFailed = new AtomicLong();
    private final AtomicLong callsPending = new AtomicLong();
    private final AtomicLong callsRefused = new AtomicLong();

    UpstreamCounts() {}

    /** Connections that are open, those included that take no new calls. */
    public long connectionsOpen() {
        return connectionsOpen.get();
    }

    /** Connections that became usable since the start. */
    public long connectionsOpened() {
        return connectionsOpened.get();
    }

    /** Connections that went away without being retired first: no GOAWAY, no end of ours. */
    public long connectionsLost() {
        return connectionsLost.get();
    }

    /** Connections that could not be made, or were not ready in time. */
    public long connectsFailed() {
        return connectsFailed.get();
    }

    /** Calls that wait for a connection. */
    public long callsPending() {
        return callsPending.get();
    }

    /** Calls refused because too many waited. */
    public long callsRefused() {
        return callsRefused.get();
    }

    void opened() {
        add(connectionsOpen, 1);
        add(connectionsOpened, 1);
    }

    void closed(boolean lost) {
        add(connectionsOpen, -1);
        if (lost) {
            add(connectionsLost, 1);
        }
    }

    void connectFailed() {
        add(connectsFailed, 1);
    }

    void pending(int calls) {
        callsPending.lazySet(calls);
    }

    void refused() {
        add(callsRefused, 1);
    }

    private static void add(AtomicLong count, long change) {
        count.lazySet(count.getPlain() + change);
    }
}
