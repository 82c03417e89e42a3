package io.firegate.auth.entra;

import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import io.firegate.policy.Standing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token whose every check passed. Only the verifier makes one.
 *
 * <p>Remembers the principal's standing under the newest snapshot it was asked for; a race costs one more computation, never a
 * wrong answer, because a standing names its snapshot.
 */
public final class VerifiedToken {
    private final Principal principal;
    private final Instant usableUntil;
    private final long usableUntilMillis;
    private final TenantKeys keys;
    private final TokenVersion version;
    private final TrustedKey key;
    private volatile @Nullable Standing standing;

    VerifiedToken(Principal principal, Instant usableUntil, TenantKeys keys, TokenVersion version, TrustedKey key) {
        this.principal = principal;
        this.usableUntil = usableUntil;
        this.usableUntilMillis = usableUntil.toEpochMilli();
        this.keys = keys;
        this.version = version;
        this.key = key;
    }

    /**
     * Whether the token would still be accepted: it has not expired, and the very key that signed it is still published. Asked each
     * time a verdict is used again, by whoever remembered it. Costs a map look-up.
     */
    public boolean holds(long nowMillis) {
        return nowMillis < usableUntilMillis && keys.stillAccepts(version, key, nowMillis);
    }

    /** Who calls. */
    public Principal principal() {
        return principal;
    }

    /** The token's {@code exp} plus the tolerated clock skew: from then on it is refused. */
    public Instant usableUntil() {
        return usableUntil;
    }

    /** The principal's standing under a snapshot. */
    public Standing standing(PolicySnapshot snapshot) {
        Standing known = standing;
        if (known == null || known.snapshot() != snapshot) {
            known = snapshot.standing(principal);
            standing = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "VerifiedToken[" + principal.tenant() + "/" + principal.oid() + "]";
    }
}
