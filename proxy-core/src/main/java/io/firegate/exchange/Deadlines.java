package io.firegate.exchange;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchanges in progress on one event loop, and the moments they must end. Belongs to the loop.
 *
 * <p>A linked list looked through every {@value #TICK_MILLIS} ms instead of a timer for each exchange: joining and leaving are a few
 * pointer writes, and the loop's next wake-up does not change with every request.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
public final class Deadlines {
    private static final Logger log = LoggerFactory.getLogger(Deadlines.class);

    private static final int TICK_MILLIS = 20;

    /** A fifth of the second within which a stream must have noticed what ends it, product.md 4.10. */
    private static final int LOOK_MILLIS = 200;

    /** Something with a deadline. */
    public abstract static class Entry {
        private @Nullable Entry previous;
        private @Nullable Entry next;
        private boolean listed;
        long deadlineNanos;

        /** The deadline has passed. The entry may still be listed; it leaves when it is done. */
        abstract void deadlinePassed();

        /** Comes every {@value #LOOK_MILLIS} ms: for what ends neither by itself nor at its deadline. */
        void look() {
            // Nothing else ends it.
        }
    }

    private final EventLoop loop;
    private @Nullable Entry first;
    /** Written by the loop alone, so an ordered store will do; read by whoever asks for the metrics. */
    private final AtomicInteger size = new AtomicInteger();

    private boolean ticking;
    private int ticks;

    Deadlines(EventLoop loop) {
        this.loop = loop;
    }

    /** How many exchanges are in progress; any thread may ask. */
    int size() {
        return size.get();
    }

    void join(Entry entry, long deadlineNanos) {
        entry.deadlineNanos = deadlineNanos;
        entry.listed = true;
        entry.next = first;
        if (first != null) {
            first.previous = entry;
        }
        first = entry;
        size.lazySet(size.getPlain() + 1);
        if (!ticking) {
            ticking = true;
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void leave(Entry entry) {
        if (!entry.listed) {
            return;
        }
        entry.listed = false;
        if (entry.previous != null) {
            entry.previous.next = entry.next;
        } else {
            first = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.previous = null;
        entry.next = null;
        size.lazySet(size.getPlain() - 1);
    }

    private void tick() {
        long now = System.nanoTime();
        boolean looking = ++ticks % (LOOK_MILLIS / TICK_MILLIS) == 0;
        Entry entry = first;
        while (entry != null) {
            Entry following = entry.next;
            try {
                if (looking) {
                    entry.look();
                }
                if (now - entry.deadlineNanos >= 0) {
                    entry.deadlinePassed();
                }
            } catch (RuntimeException e) {
                // One that cannot be ended must not keep all others from ending.
                log.error("an exchange could not be looked at: {}", e.getClass().getName());
            }
            entry = following;
        }
        if (first == null) {
            ticking = false;
        } else {
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
