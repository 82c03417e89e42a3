package io.firegate.firestore.upstream;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * When to connect again, after connections that never became usable. Belongs to one event loop.
 *
 * <p>The first failure costs a few milliseconds, each further one twice as much up to a second, less up to half of it by chance, so
 * that the loops of many replicas do not knock together. Until then calls fail at once: their clients know how to wait, and a queue
 * here would only hide that Firestore is away. A connection that was usable and is lost is replaced at once.
 */
final class Backoff {
    /** Below any client's own first pause (100 ms, the retry settings of {@code firestore_grpc_service_config.json}). */
    static final Duration FIRST = Duration.ofMillis(20);

    /** What a recovered Firestore may go unnoticed. */
    static final Duration LONGEST = Duration.ofSeconds(1);

    /** How often the log tells that connections fail. */
    static final Duration TELL_EVERY = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;
    private final DoubleSupplier random;
    private int failures;
    private long untilNanos;
    private boolean told;
    private long toldNanos;
    private long untold;

    /**
     * A backoff at rest.
     *
     * @param nanoTime a monotonic clock
     * @param random from 0 to 1
     */
    Backoff(LongSupplier nanoTime, DoubleSupplier random) {
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** Whether it is time to connect. */
    boolean isOver() {
        return failures == 0 || nanoTime.getAsLong() - untilNanos >= 0;
    }

    /** A connection did not become usable. */
    void failed() {
        long pause = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(failures, Integer.SIZE - 1));
        failures++;
        untilNanos = nanoTime.getAsLong() + (long) (pause * (1 - random.getAsDouble() / 2));
    }

    /** A connection is usable. */
    void succeeded() {
        failures = 0;
    }

    /** Whether a failure is to be told now; else it is counted towards {@link #untold}. */
    boolean tells() {
        long now = nanoTime.getAsLong();
        if (told && now - toldNanos < TELL_EVERY.toNanos()) {
            untold++;
            return false;
        }
        told = true;
        toldNanos = now;
        return true;
    }

    /** How many were not told since the last that was; counts anew from here. */
    long untold() {
        long count = untold;
        untold = 0;
        return count;
    }
}
