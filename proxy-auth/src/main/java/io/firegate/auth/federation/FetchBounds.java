package io.firegate.auth.federation;

import java.time.Duration;

/**
 * The bounds of keeping credentials fresh.
 *
 * @param lifetime what is asked for
 * @param deadline one refresh, from the workload's token to Google's last byte, and each request in it
 * @param answerBytesMax longest answer of a token service, and longest token file
 * @param retryMax longest pause between two attempts, unless the service asks for a longer one
 */
public record FetchBounds(Duration lifetime, Duration deadline, int answerBytesMax, Duration retryMax) {
    public FetchBounds {
        if (!lifetime.isPositive() || !deadline.isPositive() || answerBytesMax <= 0 || !retryMax.isPositive()) {
            throw new IllegalArgumentException("bounds of keeping credentials must be positive");
        }
    }
}
