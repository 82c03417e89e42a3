package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** A configured tenant with its issuers spelled out and its keys. Safe for any thread. */
final class Tenant {
    private final TenantSettings settings;
    private final Map<TokenVersion, String> issuers = new EnumMap<>(TokenVersion.class);
    private final TenantKeys keys;
    private final String clientId;
    private final SharedGuids sharedGuids;

    Tenant(TenantSettings settings, KeyBounds bounds, InstantSource clock, SharedGuids sharedGuids) {
        this.sharedGuids = sharedGuids;
        this.settings = settings;
        this.keys = new TenantKeys(settings.id(), settings.keys(), bounds, clock);
        this.clientId = clientId(settings.audiences());
        for (TokenVersion version : TokenVersion.values()) {
            issuers.put(version, settings.authority().issuer(settings.id(), version));
        }
    }

    /** The API's client id: an audience that is one, in v2 tokens or behind {@code api://}; else the audience as it stands. */
    private static String clientId(Set<String> audiences) {
        return audiences.stream()
                .sorted()
                .map(audience -> audience.replaceFirst("^api://", ""))
                .filter(audience -> Guid.parse(audience).isPresent())
                .findFirst()
                .orElseGet(() -> audiences.stream().sorted().findFirst().orElse(""));
    }

    Guid id() {
        return settings.id();
    }

    Set<TokenVersion> versions() {
        return settings.versions();
    }

    Set<String> audiences() {
        return settings.audiences();
    }

    boolean groupsLookedUp() {
        return settings.groupsLookedUp();
    }

    Demands demands() {
        return settings.demands();
    }

    /** The value for {@code WWW-Authenticate} that sends a person of this tenant to meet an authentication context. */
    String stepUp(String context) {
        return Challenge.forContext(context, settings.authority().url(), clientId);
    }

    /** The names of the claims a policy may use. */
    Set<String> claims() {
        return settings.claims();
    }

    /** The one accepted spelling of {@code iss}. */
    String issuer(TokenVersion version) {
        return issuers.getOrDefault(version, "");
    }

    /** The ids of groups and applications that tokens have named, of all tenants. */
    SharedGuids sharedGuids() {
        return sharedGuids;
    }

    TenantKeys keys() {
        return keys;
    }
}
