package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.util.Set;

/**
 * One tenant whose tokens are accepted. Agents and guests of it are refused.
 *
 * @param id the tenant ({@code tid})
 * @param versions the token versions accepted; at least one
 * @param audiences the values of {@code aud} accepted: exact, case-sensitive strings; at least one
 * @param scope the scope a person's token must have in {@code scp}
 * @param authority the tenant's cloud
 * @param keys where the tenant's signing keys come from
 * @param claims the names of the claims a policy may use
 */
public record TenantSettings(
        Guid id,
        Set<TokenVersion> versions,
        Set<String> audiences,
        String scope,
        Authority authority,
        KeySource keys,
        Set<String> claims) {
    /** Settings of a tenant that lets a policy use no claims. */
    public TenantSettings(
            Guid id,
            Set<TokenVersion> versions,
            Set<String> audiences,
            String scope,
            Authority authority,
            KeySource keys) {
        this(id, versions, audiences, scope, authority, keys, Set.of());
    }

    /**
     * Settings of one tenant.
     *
     * @throws IllegalArgumentException when a set is empty or the scope is not one scope token
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
        if (!isScopeToken(scope)) {
            throw new IllegalArgumentException(
                    "tenant " + id + ": scope must be one scope name without spaces, quotes or backslashes");
        }
    }

    /** RFC 6749 section 3.3, {@code scope-token}. */
    private static boolean isScopeToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '"' && c != '\\');
    }
}
