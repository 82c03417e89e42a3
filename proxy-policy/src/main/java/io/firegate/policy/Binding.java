package io.firegate.policy;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
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
 * @param until when it stops, or null for never
 */
record Binding(
        Tier tier,
        Set<Guid> groups,
        Set<String> roles,
        Set<Guid> apps,
        Set<PrincipalKey> principals,
        @Nullable Instant until) {

    /** A principal's name: the same object id in two tenants is two principals. */
    record PrincipalKey(Guid tenant, Guid oid) {}

    /** Whether every key written names the principal. */
    boolean matches(Principal principal) {
        return any(groups, principal.groups())
                && any(roles, principal.roles())
                && (apps.isEmpty() || apps.contains(principal.app()))
                && (principals.isEmpty() || principals.contains(new PrincipalKey(principal.tenant(), principal.oid())));
    }

    private static boolean any(Set<?> wanted, Collection<?> held) {
        return wanted.isEmpty() || !Collections.disjoint(wanted, held);
    }
}
