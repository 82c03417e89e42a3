package io.firegate.auth.entra;

import java.time.Duration;

/**
 * The bounds of keeping signing keys.
 *
 * @param setBytesMax longest answer of a discovery or key-set request
 * @param keysMax keys of one set; a set with more is refused whole
 * @param fetchTimeout one discovery or key-set request, first byte to last
 * @param refreshPeriod background refresh; a key no longer published stops being accepted within it
 * @param unknownGap at most one fetch for unknown key ids in this time and tenant
 * @param ageMax how long the last good set is used when it cannot be confirmed
 */
public record KeyBounds(
        int setBytesMax,
        int keysMax,
        Duration fetchTimeout,
        Duration refreshPeriod,
        Duration unknownGap,
        Duration ageMax) {
    /** Two days: long enough for a weekend's outage, short enough that a withdrawn key does not live on for ever. */
    public static final Duration AGE_MAX_DEFAULT = Duration.ofDays(2);

    public KeyBounds {
        boolean positive = setBytesMax > 0
                && keysMax > 0
                && fetchTimeout.isPositive()
                && refreshPeriod.isPositive()
                && unknownGap.isPositive()
                && ageMax.isPositive();
        if (!positive) {
            throw new IllegalArgumentException("bounds of key keeping must be positive");
        }
    }
}
