package io.firegate.e2e.streams;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The time of day, and more when told so. Safe for any thread. */
public final class MovableClock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
        return InstantSource.system().instant().plus(ahead);
    }

    /** Moves on, for good. */
    public synchronized void advance(Duration by) {
        ahead = ahead.plus(by);
    }
}
