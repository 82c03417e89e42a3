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
    private volatile @Nullable Standing standing;

    VerifiedToken(Principal principal, Instant usableUntil) {
        this.principal = principal;
        this.usableUntil = usableUntil;
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
