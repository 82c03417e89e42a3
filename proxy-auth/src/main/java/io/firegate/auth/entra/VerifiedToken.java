package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import io.firegate.policy.Standing;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token whose every check passed. Only the verifier makes one.
 *
 * <p>Remembers the principal's standing under the newest snapshot it was asked for; a race costs one more computation, never a
 * wrong answer, because a standing names its snapshot.
 */
public final class VerifiedToken {
    private final Principal principal;
    private final long usableUntilMillis;
    private final Tenant tenant;
    private final boolean takesChallenges;
    private final boolean groupsElsewhere;
    private final TokenVersion version;
    private final TrustedKey key;
    private volatile @Nullable Standing standing;

    /**
     * A good token.
     *
     * @param takesChallenges whether the client declared that it understands a claims challenge
     * @param groupsElsewhere whether the principal's groups are not in the token
     */
    VerifiedToken(
            Principal principal,
            Instant usableUntil,
            Tenant tenant,
            boolean takesChallenges,
            boolean groupsElsewhere,
            TokenVersion version,
            TrustedKey key) {
        this.principal = principal;
        this.usableUntilMillis = usableUntil.toEpochMilli();
        this.tenant = tenant;
        this.takesChallenges = takesChallenges;
        this.groupsElsewhere = groupsElsewhere;
        this.version = version;
        this.key = key;
    }

    /**
     * Whether the token would still be accepted: it has not expired, and the very key that signed it is still published. Asked each
     * time a verdict is used again, by whoever remembered it. Costs a map look-up.
     */
    public boolean holds(long nowMillis) {
        return nowMillis < usableUntilMillis && tenant.keys().stillAccepts(version, key, nowMillis);
    }

    /** Who calls. */
    public Principal principal() {
        return principal;
    }

    /** The token's {@code exp} plus the tolerated clock skew: from then on it is refused. */
    public Instant usableUntil() {
        return Instant.ofEpochMilli(usableUntilMillis);
    }

    /**
     * The value for {@code WWW-Authenticate} that makes the client meet an authentication context; empty when the client did not declare
     * that it understands one, or no person is there to sign in.
     *
     * @param context its id, such as {@code c1}
     */
    public Optional<String> stepUp(String context) {
        return takesChallenges && principal.kind() == Principal.Kind.USER
                ? Optional.of(tenant.stepUp(context))
                : Optional.empty();
    }

    /**
     * Whether Entra left the groups out of the token: {@link #principal} then has none, and only {@link #standing(PolicySnapshot, Set)}
     * tells what it may do.
     */
    public boolean groupsElsewhere() {
        return groupsElsewhere;
    }

    /**
     * The principal's standing under a snapshot.
     *
     * @throws IllegalStateException when its groups are elsewhere: no groups must never stand in for groups nobody knows
     */
    public Standing standing(PolicySnapshot snapshot) {
        if (groupsElsewhere) {
            throw new IllegalStateException("the groups have to be looked up first");
        }
        Standing known = standing;
        if (known == null || known.snapshot() != snapshot) {
            known = snapshot.standing(principal);
            standing = known;
        }
        return known;
    }

    /**
     * The same of a principal whose groups are elsewhere.
     *
     * @param groups those of the groups the snapshot names that the principal is in
     */
    public Standing standing(PolicySnapshot snapshot, Set<Guid> groups) {
        Standing known = standing;
        if (known == null
                || known.snapshot() != snapshot
                || !known.principal().groups().equals(groups)) {
            known = snapshot.standing(principal.inGroups(groups));
            standing = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "VerifiedToken[" + principal.tenant() + "/" + principal.oid() + "]";
    }
}
