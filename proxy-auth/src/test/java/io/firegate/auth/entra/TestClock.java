package io.firegate.auth.entra;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that moves when told to. Safe for any thread. */
final class TestClock implements InstantSource {
    private volatile Instant now;

    TestClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    void advance(Duration by) {
        synchronized (this) {
            now = now.plus(by);
        }
    }
}
