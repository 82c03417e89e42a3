package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who gets a tier. A key that is empty was not written.
 *
 * @param tier the tier
 * @param groups Entra group object ids
 * @param roles app roles
 * @param apps client applications
 * @param principals single principals
 * @param grants the values it gives to conditions, by name
 * @param require what it asks beyond that
 * @param until when it stops, or null for never
 */
record Binding(
        Tier tier,
        Set<Guid> groups,
        Set<String> roles,
        Set<Guid> apps,
        Set<PrincipalKey> principals,
        Map<String, Grant> grants,
        Require require,
        @Nullable Instant until) {

    Binding {
        grants = Map.copyOf(grants);
    }

    /** Where the values of a name come from. */
    sealed interface Grant {
        /** The policy says them. */
        record Given(List<PolicyValue> values) implements Grant {
            public Given {
                values = List.copyOf(values);
            }
        }

        /** A claim of the caller's token: its members when it has several values. */
        record FromClaim(String claim) implements Grant {}
    }

    /** A principal's name: the same object id in two tenants is two principals. */
    record PrincipalKey(Guid tenant, Guid oid) {}

    /** Whether it may give its tier for a database: a value from a claim may be any. */
    boolean mayServe(DatabaseName database) {
        for (DatabasePattern pattern : tier.databases()) {
            Map<String, List<PolicyValue>> wanted = pattern.filling(database);
            boolean all = wanted.entrySet().stream().allMatch(want -> switch (grants.get(want.getKey())) {
                case null -> false;
                case Grant.Given(var values) -> values.containsAll(want.getValue());
                case Grant.FromClaim from -> true;
            });
            if (pattern.fits(database) && all) {
                return true;
            }
        }
        return false;
    }

    /** Whether it names people, and not only the application they use. */
    boolean namesPeople() {
        return !groups.isEmpty() || !roles.isEmpty() || !principals.isEmpty();
    }

    /**
     * Whether it is one of the principal's own: for a person an agent acts for, one that names the person; a binding of the agent's
     * application alone is the agent's. A binding that admits agents and names an application alone gives nothing to a person whose token
     * does not say that an agent acts: were that claim left out, the person would have what is the agent's.
     */
    boolean isOwn(Principal principal) {
        boolean agents = principal.attributes().agent() == Principal.Agent.FOR_USER
                || (principal.kind() == Principal.Kind.USER && require.agents());
        return matches(principal) && (!agents || namesPeople());
    }

    /**
     * Whether it is one of the agent's that acts for the principal: it names the agent by its application, or by its object id, which is
     * the same, and asks for nothing a token tells of the person only.
     */
    boolean isOfAgent(Principal principal) {
        return groups.isEmpty()
                && roles.isEmpty()
                && (apps.isEmpty() || apps.contains(principal.app()))
                && (principals.isEmpty() || principals.contains(new PrincipalKey(principal.tenant(), principal.app())));
    }

    /** Whether every key written names the principal. */
    private boolean matches(Principal principal) {
        return any(groups, principal.groups())
                && any(roles, principal.roles())
                && (apps.isEmpty() || apps.contains(principal.app()))
                && (principals.isEmpty() || principals.contains(new PrincipalKey(principal.tenant(), principal.oid())));
    }

    /**
     * What it gives a principal it matches; null when a claim it takes a value from is absent, and then it gives nothing, not even the
     * tier.
     */
    @Nullable
    Map<String, List<PolicyValue>> tuple(Principal principal) {
        if (grants.isEmpty()) {
            return Map.of();
        }
        Map<String, List<PolicyValue>> tuple = new HashMap<>();
        for (Map.Entry<String, Grant> grant : grants.entrySet()) {
            switch (grant.getValue()) {
                case Grant.Given given -> tuple.put(grant.getKey(), given.values());
                case Grant.FromClaim from -> {
                    PolicyValue claim = principal.claims().get(from.claim());
                    if (claim == null) {
                        return null;
                    }
                    tuple.put(grant.getKey(), claim instanceof PolicyValue.Array(var all) ? all : List.of(claim));
                }
            }
        }
        return Map.copyOf(tuple);
    }

    private static boolean any(Set<?> wanted, Collection<?> held) {
        return wanted.isEmpty() || !Collections.disjoint(wanted, held);
    }
}
