package io.firegate.exchange;

import io.firegate.firestore.upstream.FlushBatch;
import io.firegate.firestore.upstream.Upstream;
import io.firegate.firestore.upstream.UpstreamSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;

/** What belongs to one event loop: its upstream, its flushes and its exchanges. */
public final class Worker {
    private final EventLoop loop;
    private final FlushBatch flushes;
    private final Upstream upstream;
    private final Deadlines deadlines;

    /** The worker of one loop. */
    public Worker(EventLoop loop, ChannelFactory<? extends Channel> channels, UpstreamSettings settings) {
        this.loop = loop;
        this.flushes = new FlushBatch(loop);
        this.upstream = new Upstream(loop, channels, settings, flushes);
        this.deadlines = new Deadlines(loop);
    }

    /** The loop itself. */
    public EventLoop loop() {
        return loop;
    }

    /** Where to leave a connection that has something to send. */
    public FlushBatch flushes() {
        return flushes;
    }

    /** Firestore. */
    public Upstream upstream() {
        return upstream;
    }

    /** The exchanges in progress; any thread may ask. */
    public int exchanges() {
        return deadlines.size();
    }

    Deadlines deadlines() {
        return deadlines;
    }
}
