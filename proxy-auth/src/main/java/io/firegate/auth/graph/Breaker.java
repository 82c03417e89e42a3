package io.firegate.auth.graph;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Keeps a failing Graph from being asked by every request. Open after some failures in a row, or at once when Graph names a time to come
 * back; then one question at a time is let through at the end of each pause, and the first good answer closes it. Safe for any thread.
 */
final class Breaker {
    /** Single failures happen; this many in a row are an outage. */
    private static final int FAILURES_MAX = 3;

    private static final Duration PAUSE_FIRST = Duration.ofSeconds(1);
    private static final int DOUBLINGS_MAX = 10;

    /** Longer waits than this are not believed. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofMinutes(10);

    private final Duration pauseMax;
    private final InstantSource clock;

    // Guarded by this.
    private int failuresInRow;
    /** Pauses since it was last closed. */
    private int pauses;

    private Instant openUntil = Instant.MIN;
    private boolean probing;

    Breaker(Duration pauseMax, InstantSource clock) {
        this.pauseMax = pauseMax;
        this.clock = clock;
    }

    /** Whether a question may be asked now; one that may must be followed by {@link #good} or {@link #bad}. */
    synchronized boolean admits() {
        if (openUntil.equals(Instant.MIN)) {
            return true;
        }
        if (probing || clock.instant().isBefore(openUntil)) {
            return false;
        }
        probing = true;
        return true;
    }

    synchronized void good() {
        failuresInRow = 0;
        pauses = 0;
        openUntil = Instant.MIN;
        probing = false;
    }

    /** After a failure; zero when Graph named no time. */
    synchronized void bad(Duration retryAfter) {
        failuresInRow++;
        boolean closed = openUntil.equals(Instant.MIN);
        if (closed && failuresInRow < FAILURES_MAX && retryAfter.isZero()) {
            return;
        }
        Duration pause = Duration.ZERO;
        if (closed || probing) {
            // What fails beside it was asked before and says nothing new.
            pause = PAUSE_FIRST.multipliedBy(1L << Math.min(pauses, DOUBLINGS_MAX));
            pause = pause.compareTo(pauseMax) > 0 ? pauseMax : pause;
            pauses++;
        }
        probing = false;
        Duration asked = retryAfter.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : retryAfter;
        Instant until = clock.instant().plus(asked.compareTo(pause) > 0 ? asked : pause);
        // Of several answers to questions asked at once the longest pause counts.
        openUntil = until.isAfter(openUntil) ? until : openUntil;
    }

    synchronized boolean isOpen() {
        return !openUntil.equals(Instant.MIN);
    }

    /** When asking again makes sense; at least a second. */
    synchronized Duration retryAfter() {
        Duration left = openUntil.equals(Instant.MIN) ? Duration.ZERO : Duration.between(clock.instant(), openUntil);
        return left.compareTo(PAUSE_FIRST) < 0 ? PAUSE_FIRST : left;
    }
}
