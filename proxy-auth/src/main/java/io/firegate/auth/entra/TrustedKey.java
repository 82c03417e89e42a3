package io.firegate.auth.entra;

import java.security.interfaces.RSAPublicKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One published signing key, tied to the issuer it was published for and to RS256: the token's own header never chooses an algorithm
 * (RFC 8725 section 3.1). Immutable; safe for any thread.
 */
final class TrustedKey {
    private final String kid;
    private final @Nullable String issuer;
    private final RSAPublicKey publicKey;
    private final Rs256 rs256;

    /**
     * A key.
     *
     * @param issuer the entry's {@code issuer}, possibly with {@code {tenantid}} in it; null when the set has none (v1, files)
     */
    TrustedKey(String kid, @Nullable String issuer, RSAPublicKey publicKey) {
        this.kid = kid;
        this.issuer = issuer;
        this.publicKey = publicKey;
        this.rs256 = Rs256.of(publicKey);
    }

    String kid() {
        return kid;
    }

    /**
     * Whether the key may sign for an issuer. v1 issuers are compared in their v2 form, because that is how the v2 sets name them.
     *
     * @param tenant the tenant put in for {@code {tenantid}}
     */
    boolean signsFor(String tenant, String issuerV2) {
        return issuer == null || issuer.replace("{tenantid}", tenant).equals(issuerV2);
    }

    /**
     * Whether the signature over the first so many bytes is this key's. Some 20 to 70 microseconds for a 2048-bit key, on the calling
     * thread.
     */
    boolean verifies(byte[] bytes, int length, byte[] signature) {
        return rs256.verifies(bytes, length, signature);
    }

    /** Whether another entry publishes exactly this key. */
    boolean sameAs(TrustedKey other) {
        return kid.equals(other.kid)
                && Objects.equals(issuer, other.issuer)
                && publicKey.getModulus().equals(other.publicKey.getModulus())
                && publicKey.getPublicExponent().equals(other.publicKey.getPublicExponent());
    }
}
