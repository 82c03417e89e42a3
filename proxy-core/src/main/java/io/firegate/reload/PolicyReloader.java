package io.firegate.reload;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that reads the policy again: when asked, and where an interval is given also when the files have changed.
 *
 * <p>It looks at the directory instead of having the kernel tell it: notifications do not cross a ConfigMap's link, a network
 * file system or a bind-mounted file, and a look costs microseconds.
 */
public final class PolicyReloader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PolicyReloader.class);

    /** A reload takes milliseconds; a daemon thread that hangs on a dead file system does not keep the process. */
    private static final long JOIN_MILLIS = 5_000;

    private final PolicyStore store;
    private final @Nullable Duration interval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private final Thread thread;

    private boolean requested;
    private boolean closed;

    private PolicyReloader(PolicyStore store, @Nullable Duration interval) {
        this.store = store;
        this.interval = interval;
        this.thread = new Thread(this::loop, "firegate-policy-reload");
        thread.setDaemon(true);
    }

    /**
     * Starts the thread.
     *
     * @param interval how often the files are looked at, or null for never
     */
    public static PolicyReloader start(PolicyStore store, @Nullable Duration interval) {
        PolicyReloader reloader = new PolicyReloader(store, interval);
        reloader.thread.start();
        return reloader;
    }

    /** Asks for one reload, soon, on the reloader's thread. Returns at once; any thread, a signal handler included. */
    public void request() {
        lock.lock();
        try {
            requested = true;
            asked.signal();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        try {
            while (true) {
                Boolean now = next();
                if (now == null) {
                    return;
                }
                try {
                    if (now) {
                        store.reload();
                    } else {
                        store.reloadIfSettled();
                    }
                } catch (RuntimeException e) {
                    // This thread must not die: nobody would notice that the policy no longer follows its files.
                    log.error("reading the policy again failed because of a fault in firegate; trying again", e);
                }
            }
        } catch (InterruptedException e) {
            log.debug("stopped");
        }
    }

    /** Waits. True: somebody asked; false: the interval is over; null: closed. */
    private @Nullable Boolean next() throws InterruptedException {
        lock.lock();
        try {
            long left = interval == null ? Long.MAX_VALUE : interval.toNanos();
            while (!requested && !closed && left > 0) {
                if (interval == null) {
                    asked.await();
                } else {
                    left = asked.awaitNanos(left);
                }
            }
            boolean now = requested;
            requested = false;
            return closed ? null : (Boolean) now;
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread, after the reload it may be in. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            asked.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
