package io.firegate.firestore.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private long now = -5;
    private double random;
    private final Backoff backoff = new Backoff(() -> now, () -> random);

    @Test
    void eachFailureDoublesThePauseUpToASecond() {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            backoff.failed();
            pauses.add(pause().toMillis());
        }
        assertThat(pauses).startsWith(20L, 40L, 80L, 160L, 320L, 640L, 1_000L).endsWith(1_000L);
    }

    @Test
    void chanceShortensAPauseByHalfAtMost() {
        random = 1;
        backoff.failed();
        assertThat(pause()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void aUsableConnectionEndsIt() {
        assertThat(backoff.isOver()).isTrue();
        for (int i = 0; i < 10; i++) {
            backoff.failed();
        }
        assertThat(backoff.isOver()).isFalse();
        backoff.succeeded();
        assertThat(backoff.isOver()).isTrue();
        backoff.failed();
        assertThat(pause()).isEqualTo(Backoff.FIRST);
    }

    @Test
    void theLogIsToldOnceInAWhileAndThenHowOften() {
        assertThat(backoff.tells()).isTrue();
        for (int i = 0; i < 2_000; i++) {
            assertThat(backoff.tells()).isFalse();
        }
        now += Backoff.TELL_EVERY.toNanos();
        assertThat(backoff.tells()).isTrue();
        assertThat(backoff.untold()).isEqualTo(2_000);
        assertThat(backoff.untold()).isZero();
    }

    /** How long from now until it is over, found by moving the clock there. */
    private Duration pause() {
        long from = now;
        while (!backoff.isOver()) {
            now += Duration.ofMillis(1).toNanos();
        }
        return Duration.ofNanos(now - from);
    }
}
