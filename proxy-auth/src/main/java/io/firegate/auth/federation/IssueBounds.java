package io.firegate.auth.federation;

import java.time.Duration;

/**
 * The bounds of credentials per caller.
 *
 * @param assertionLife how long what firegate says of a caller is good for
 * @param waitMax how long a request waits for its caller's credential
 * @param callersMax credentials held
 * @param exchangesMax exchanges under way at once
 */
public record IssueBounds(Duration assertionLife, Duration waitMax, int callersMax, int exchangesMax) {
    public IssueBounds {
        if (!assertionLife.isPositive() || !waitMax.isPositive() || callersMax <= 0 || exchangesMax <= 0) {
            throw new IllegalArgumentException("bounds of credentials per caller must be positive");
        }
    }
}
