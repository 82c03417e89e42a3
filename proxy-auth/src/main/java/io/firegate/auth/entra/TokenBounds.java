package io.firegate.auth.entra;

import java.time.Duration;

/**
 * The bounds of token verification.
 *
 * @param tokenBytesMax longest token looked at
 * @param lifetimeMax largest {@code exp} minus {@code iat}
 * @param clockSkew tolerated difference between Entra's clock and ours, both ways
 * @param tokensCachedMax verified tokens kept
 */
public record TokenBounds(int tokenBytesMax, Duration lifetimeMax, Duration clockSkew, int tokensCachedMax) {
    public TokenBounds {
        if (tokenBytesMax < 1 || lifetimeMax.isNegative() || clockSkew.isNegative() || tokensCachedMax < 1) {
            throw new IllegalArgumentException("bounds of token verification must be positive");
        }
    }
}
