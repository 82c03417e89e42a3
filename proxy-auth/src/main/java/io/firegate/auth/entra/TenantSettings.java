package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.util.Set;

/**
 * One tenant whose tokens are accepted.
 *
 * @param id the tenant ({@code tid})
 * @param versions the token versions accepted; at least one
 * @param audiences the values of {@code aud} accepted: exact, case-sensitive strings; at least one
 * @param demands what its tokens must show
 * @param authority the tenant's cloud
 * @param keys where the tenant's signing keys come from
 * @param claims the names of the claims a policy may use
 * @param groupsLookedUp whether somebody can look up the groups of a caller whose token does not hold them all; such a token is refused
 *     else
 */
public record TenantSettings(
        Guid id,
        Set<TokenVersion> versions,
        Set<String> audiences,
        Demands demands,
        Authority authority,
        KeySource keys,
        Set<String> claims,
        boolean groupsLookedUp) {
    /** Settings of a tenant that lets a policy use no claims and of which no groups are looked up. */
    public TenantSettings(
            Guid id,
            Set<TokenVersion> versions,
            Set<String> audiences,
            Demands demands,
            Authority authority,
            KeySource keys) {
        this(id, versions, audiences, demands, authority, keys, Set.of(), false);
    }

    /**
     * Settings of one tenant.
     *
     * @throws IllegalArgumentException when a set is empty
     */
    public TenantSettings {
        versions = Set.copyOf(versions);
        audiences = Set.copyOf(audiences);
        claims = Set.copyOf(claims);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("tenant " + id + ": versions is empty; write [\"2.0\"]");
        }
        if (audiences.isEmpty() || audiences.contains("")) {
            throw new IllegalArgumentException(
                    "tenant " + id + ": audiences needs the client id of the API registration");
        }
    }
}
