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

    Tenant(TenantSettings settings, KeyBounds bounds, InstantSource clock) {
        this.settings = settings;
        this.keys = new TenantKeys(settings.id(), settings.keys(), bounds, clock);
        for (TokenVersion version : TokenVersion.values()) {
            issuers.put(version, settings.authority().issuer(settings.id(), version));
        }
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

    String scope() {
        return settings.scope();
    }

    /** The names of the claims a policy may use. */
    Set<String> claims() {
        return settings.claims();
    }

    /** The one accepted spelling of {@code iss}. */
    String issuer(TokenVersion version) {
        return issuers.getOrDefault(version, "");
    }

    TenantKeys keys() {
        return keys;
    }
}
