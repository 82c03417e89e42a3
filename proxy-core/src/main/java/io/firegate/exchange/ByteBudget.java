package io.firegate.exchange;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes held at once by the whole gateway for one purpose, with a ceiling. Safe for any thread. */
public final class ByteBudget {
    private final long max;
    private final AtomicLong held = new AtomicLong();

    /** A budget of so many bytes. */
    public ByteBudget(long max) {
        this.max = max;
    }

    /** Takes bytes; false, and nothing taken, when they are not left. */
    boolean take(int bytes) {
        if (held.addAndGet(bytes) > max) {
            held.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Counts bytes that are held already, whether they are left or not. */
    void hold(int bytes) {
        held.addAndGet(bytes);
    }

    /** Whether nothing is left. */
    boolean isSpent() {
        return held.get() >= max;
    }

    void giveBack(int bytes) {
        held.addAndGet(-bytes);
    }

    /** Bytes held now. */
    public long held() {
        return held.get();
    }
}
