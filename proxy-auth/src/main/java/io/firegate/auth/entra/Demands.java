package io.firegate.auth.entra;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant asks of every token beyond being good.
 *
 * @param scope the scope a person's token must have in {@code scp}; null when any will do
 * @param roles app roles of which a token must have one; empty when none is asked for. An application needs some role in any case
 * @param agents whether tokens of AI agents are taken
 * @param guests whether tokens of guests are taken
 */
public record Demands(@Nullable String scope, Set<String> roles, boolean agents, boolean guests) {
    /**
     * Demands.
     *
     * @throws IllegalArgumentException when neither a scope nor a role is asked for, or the scope is not one scope token
     */
    public Demands {
        roles = Set.copyOf(roles);
        if (scope == null && roles.isEmpty()) {
            throw new IllegalArgumentException("neither scope nor roles: any token for the API would be taken");
        }
        if (scope != null && !isScopeToken(scope)) {
            throw new IllegalArgumentException("scope must be one scope name without spaces, quotes or backslashes");
        }
    }

    /** A scope, from members of the tenant only. */
    public static Demands scope(String scope) {
        return new Demands(scope, Set.of(), false, false);
    }

    /** Whether a text is one scope: {@code scope-token} of RFC 6749 section 3.3. */
    public static boolean isScopeToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '"' && c != '\\');
    }
}
