package io.firegate.auth.entra;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.interfaces.RSAPublicKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One published signing key, tied to RS256 and to the issuer it was published for. Immutable; safe for any thread. */
final class TrustedKey {
    /** The only algorithm; the token's own header never chooses one (RFC 8725 section 3.1). */
    private static final JWSHeader RS256 = new JWSHeader(JWSAlgorithm.RS256);

    private final String kid;
    private final @Nullable String issuer;
    private final RSAPublicKey publicKey;
    private final RSASSAVerifier verifier;

    /**
     * A key.
     *
     * @param issuer the entry's {@code issuer}, possibly with {@code {tenantid}} in it; null when the set has none (v1, files)
     */
    TrustedKey(String kid, @Nullable String issuer, RSAPublicKey publicKey) {
        this.kid = kid;
        this.issuer = issuer;
        this.publicKey = publicKey;
        this.verifier = new RSASSAVerifier(publicKey);
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

    /** Whether the signature over the input is this key's. About 70 microseconds for a 2048-bit key, on the calling thread. */
    boolean verifies(byte[] signingInput, String signatureBase64Url) {
        try {
            return verifier.verify(RS256, signingInput, new Base64URL(signatureBase64Url));
        } catch (JOSEException e) {
            return false;
        }
    }

    /** Whether another entry publishes exactly this key. */
    boolean sameAs(TrustedKey other) {
        return kid.equals(other.kid)
                && Objects.equals(issuer, other.issuer)
                && publicKey.getModulus().equals(other.publicKey.getModulus())
                && publicKey.getPublicExponent().equals(other.publicKey.getPublicExponent());
    }
}
