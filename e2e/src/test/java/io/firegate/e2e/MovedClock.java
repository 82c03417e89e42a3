package io.firegate.e2e;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Time that moves when told to. Safe for any thread. */
public final class MovedClock implements InstantSource {
    private volatile Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @Override
    public Instant instant() {
        return now;
    }

    /** Moves it on. Not for two threads at once. */
    public void move(Duration on) {
        now = now.plus(on);
    }
}
