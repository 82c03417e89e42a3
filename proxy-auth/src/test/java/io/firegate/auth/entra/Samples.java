package io.firegate.auth.entra;

import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import io.firegate.policy.Guid;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tenant, API and bounds the tests share. */
final class Samples {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final Guid TENANT = new Guid("11111111-2222-4333-8444-555555555555");
    static final String API = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    static final String CLIENT = "cccccccc-0000-4000-8000-00000000000c";
    static final String OID = "99999999-0000-4000-8000-000000000001";
    static final String ISSUER = Cloud.GLOBAL.authority().issuer(TENANT, TokenVersion.V2);

    static final TokenBounds TOKEN_BOUNDS =
            new TokenBounds(24_576, Duration.ofHours(2), Duration.ofSeconds(60), 10_000);
    static final KeyBounds KEY_BOUNDS = new KeyBounds(
            262_144, 50, Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofSeconds(30), KeyBounds.AGE_MAX_DEFAULT);

    private Samples() {}

    static TenantSettings tenant(KeySource keys) {
        return new TenantSettings(
                TENANT,
                Set.of(TokenVersion.V2),
                Set.of(API),
                Demands.scope("Data.Access"),
                Cloud.GLOBAL.authority(),
                keys);
    }

    static TokenVerifier verifier(TestClock clock, KeySource keys) {
        return new TokenVerifier(List.of(tenant(keys)), TOKEN_BOUNDS, KEY_BOUNDS, clock);
    }

    /** A person's claims, free to change. */
    static Map<String, Object> claims(Instant now) {
        Map<String, Object> claims = TokenMint.claims(ISSUER, TENANT.value(), API, CLIENT, OID, now, 4000);
        claims.put("scp", "Data.Access");
        claims.put("uti", "u1");
        return claims;
    }

    static String token(SigningKey key, Instant now) {
        return TokenMint.mint(TokenMint.header(key), claims(now), key);
    }

    static Verification verify(TokenVerifier verifier, String token) {
        byte[] header = ("Bearer " + token).getBytes(StandardCharsets.ISO_8859_1);
        return verifier.verify(header, 0, header.length);
    }
}
