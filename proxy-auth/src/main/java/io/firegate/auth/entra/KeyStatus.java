package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one tenant's signing keys stand, for metrics and readiness.
 *
 * @param tenant whose keys
 * @param usable whether tokens can be verified: keys were fetched and are not too old
 * @param keys keys held, over all token versions
 * @param confirmedAt when the newest good answer was asked for; null when there was none
 * @param lastFailure the reason the newest fetch failed, for the operator; empty when it did not
 * @param fetches fetches begun since the start, background ones included
 * @param failures how many of them gave no keys
 */
public record KeyStatus(
        Guid tenant,
        boolean usable,
        int keys,
        @Nullable Instant confirmedAt,
        String lastFailure,
        long fetches,
        long failures) {}
