package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Who calls: a person or an application of one Entra tenant, as one verified token says.
 *
 * <p>The same {@code oid} in two tenants is two principals.
 *
 * @param tenant the tenant that issued the token ({@code tid})
 * @param oid the object id of the person or service principal in that tenant
 * @param kind a person, or an application acting for itself
 * @param app the client application the token was issued to ({@code azp}, {@code appid} in v1)
 * @param groups the complete set of group object ids, or all that the policy names; never the visible part of a larger one
 * @param roles app roles granted for this API
 * @param tokenId {@code uti}, Entra's identifier of the single token; empty when the token has none
 * @param expiresAt {@code exp} of the token, without clock skew
 * @param claims those of the token's other claims that a policy may use, by name; one with several values is an array
 * @param attributes what a binding may ask of the caller beyond who it is
 */
public record Principal(
        Guid tenant,
        Guid oid,
        Kind kind,
        Guid app,
        Set<Guid> groups,
        Set<String> roles,
        String tokenId,
        Instant expiresAt,
        Map<String, PolicyValue> claims,
        Attributes attributes) {

    /** A member of the tenant without an agent, whose sign-in met no further demand. */
    public Principal(
            Guid tenant,
            Guid oid,
            Kind kind,
            Guid app,
            Set<Guid> groups,
            Set<String> roles,
            String tokenId,
            Instant expiresAt,
            Map<String, PolicyValue> claims) {
        this(tenant, oid, kind, app, groups, roles, tokenId, expiresAt, claims, Attributes.NONE);
    }

    /** One whose token has no claim a policy may use. */
    public Principal(
            Guid tenant,
            Guid oid,
            Kind kind,
            Guid app,
            Set<Guid> groups,
            Set<String> roles,
            String tokenId,
            Instant expiresAt) {
        this(tenant, oid, kind, app, groups, roles, tokenId, expiresAt, Map.of());
    }

    /** Whether a person stands behind the call. */
    public enum Kind {
        USER,
        APP
    }

    /** Whether an AI agent acts. Its application is {@link #app()}. */
    public enum Agent {
        /** None: the person or application itself. */
        NONE,
        /** The principal is the agent: an agent identity acting for itself, or an agent's own user account. */
        ITSELF,
        /** An agent acts for the person the principal names. */
        FOR_USER
    }

    /**
     * What a binding's {@code require} looks at.
     *
     * @param authContexts the Conditional Access authentication contexts the sign-in met ({@code acrs}), such as {@code c1}
     * @param agent whether an AI agent acts
     * @param guest whether the person is a guest of the tenant
     */
    public record Attributes(Set<String> authContexts, Agent agent, boolean guest) {
        /** A member, no agent, no authentication context. */
        public static final Attributes NONE = new Attributes(Set.of(), Agent.NONE, false);

        public Attributes {
            authContexts = Set.copyOf(authContexts);
        }

        /** Those; what nearly everybody has is one object. */
        public static Attributes of(Set<String> authContexts, Agent agent, boolean guest) {
            return authContexts.isEmpty() && agent == Agent.NONE && !guest
                    ? NONE
                    : new Attributes(authContexts, agent, guest);
        }
    }

    public Principal {
        groups = GuidSet.of(groups);
        roles = Set.copyOf(roles);
        claims = Map.copyOf(claims);
    }

    /** The same one, in these groups. */
    public Principal inGroups(Set<Guid> others) {
        return new Principal(tenant, oid, kind, app, others, roles, tokenId, expiresAt, claims, attributes);
    }

    /** Who it is, and nothing else of the token: claims can be personal. */
    @Override
    public String toString() {
        return tenant + "/" + oid;
    }
}
