package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one credential stands.
 *
 * @param name its entry under {@code credentials}
 * @param usable whether there is a valid one now
 * @param expiresAt of the newest one had; null before the first
 * @param asked whether an attempt has ended, well or not
 * @param problem why the last attempt gave none; null when it did
 * @param detail who answered what then, and what to do; empty when all is well
 * @param refreshes attempts that gave one
 * @param failures attempts that did not, by cause
 */
public record CredentialStatus(
        String name,
        boolean usable,
        @Nullable Instant expiresAt,
        boolean asked,
        @Nullable CredentialProblem problem,
        String detail,
        long refreshes,
        Map<CredentialProblem, Long> failures) {
    public CredentialStatus {
        Map<CredentialProblem, Long> copy = new EnumMap<>(CredentialProblem.class);
        copy.putAll(failures);
        failures = Collections.unmodifiableMap(copy);
    }
}
