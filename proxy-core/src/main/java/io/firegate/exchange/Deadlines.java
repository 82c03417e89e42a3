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
 *
 * <p>Streams are in a list of their own. There may be ten thousand of them, and after a new policy each is judged anew: a round over them
 * takes turns with everything else the loop has to do.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
public final class Deadlines {
    private static final Logger log = LoggerFactory.getLogger(Deadlines.class);

    private static final int TICK_MILLIS = 20;

    /** A fifth of the second within which a stream must have noticed what ends it, product.md 4.10. */
    private static final int LOOK_MILLIS = 200;

    /** What a request may have to wait for while streams are looked at. */
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Something with a deadline. */
    public abstract static class Entry {
        private @Nullable Entry previous;
        private @Nullable Entry next;
        private boolean listed;
        private boolean watched;
        long deadlineNanos;

        /** The deadline has passed. The entry may still be listed; it leaves when it is done. */
        abstract void deadlinePassed();

        /** Comes every {@value #LOOK_MILLIS} ms to one that is watched: for what ends neither by itself nor at its deadline. */
        void look() {
            // Nothing else ends it.
        }
    }

    private final EventLoop loop;
    private @Nullable Entry calls;
    private @Nullable Entry streams;
    /** The next stream of the round; null between rounds. */
    private @Nullable Entry turn;
    /** Written by the loop alone, so an ordered store will do; read by whoever asks for the metrics. */
    private final AtomicInteger size = new AtomicInteger();

    private boolean ticking;
    private int ticksSinceRound;

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
        link(entry);
        size.lazySet(size.getPlain() + 1);
        if (!ticking) {
            ticking = true;
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** From now on one that has joined is looked at. */
    void watch(Entry entry) {
        unlink(entry);
        entry.watched = true;
        link(entry);
    }

    void leave(Entry entry) {
        if (!entry.listed) {
            return;
        }
        entry.listed = false;
        unlink(entry);
        size.lazySet(size.getPlain() - 1);
    }

    private void link(Entry entry) {
        Entry first = entry.watched ? streams : calls;
        entry.next = first;
        if (first != null) {
            first.previous = entry;
        }
        head(entry, entry);
    }

    @SuppressWarnings("ReferenceEquality") // this very entry
    private void unlink(Entry entry) {
        if (turn == entry) {
            turn = entry.next;
        }
        if (entry.previous != null) {
            entry.previous.next = entry.next;
        } else {
            head(entry, entry.next);
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.previous = null;
        entry.next = null;
    }

    private void head(Entry of, @Nullable Entry first) {
        if (of.watched) {
            streams = first;
        } else {
            calls = first;
        }
    }

    private void tick() {
        long now = System.nanoTime();
        Entry entry = calls;
        while (entry != null) {
            Entry following = entry.next;
            if (now - entry.deadlineNanos >= 0) {
                attempt(entry, false);
            }
            entry = following;
        }
        // A round that took long is followed by the next one at once: what ends a stream may have come just behind it.
        if (++ticksSinceRound >= LOOK_MILLIS / TICK_MILLIS && turn == null) {
            ticksSinceRound = 0;
            turn = streams;
            takeTurn();
        }
        if (calls == null && streams == null) {
            ticking = false;
        } else {
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void takeTurn() {
        long now = System.nanoTime();
        long until = now + TURN_NANOS;
        while (turn != null && now - until < 0) {
            Entry entry = turn;
            turn = entry.next;
            attempt(entry, true);
            now = System.nanoTime();
            if (entry.listed && now - entry.deadlineNanos >= 0) {
                attempt(entry, false);
            }
        }
        if (turn != null) {
            // Scheduled and not handed over: what is handed over comes before anything is read, what is scheduled
            // after.
            loop.schedule(this::takeTurn, 0, TimeUnit.NANOSECONDS);
        }
    }

    private static void attempt(Entry entry, boolean looking) {
        try {
            if (looking) {
                entry.look();
            } else {
                entry.deadlinePassed();
            }
        } catch (RuntimeException e) {
            // One that cannot be ended must not keep all others from ending.
            log.error("an exchange could not be looked at: {}", e.getClass().getName());
        }
    }
}
