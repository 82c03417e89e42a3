package io.firegate.auth.federation;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** A JWT firegate signs itself, in compact form (RFC 7515 section 3.1). */
final class SignedAssertion {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private SignedAssertion() {}

    /** How it is signed. */
    enum Algorithm {
        /** RSASSA-PKCS1-v1_5 and SHA-256: what Google STS takes of an OIDC issuer, beside ES256. */
        RS256("SHA256withRSA"),
        /** RSASSA-PSS and SHA-256: what Entra asks of a client assertion. */
        PS256("RSASSA-PSS");

        private final String signature;

        Algorithm(String signature) {
            this.signature = signature;
        }

        private Signature instance() throws GeneralSecurityException {
            Signature instance = Signature.getInstance(signature);
            if (this == PS256) {
                instance.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            return instance;
        }
    }

    /**
     * Signs. Takes about a millisecond, so never on an event loop.
     *
     * @param header further members of the header; {@code alg} and {@code typ} are added
     * @throws GeneralSecurityException when the key is no RSA key of a usable size
     */
    static String sign(Algorithm algorithm, PrivateKey key, Map<String, Object> header, Map<String, Object> claims)
            throws GeneralSecurityException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("alg", algorithm.name());
        members.put("typ", "JWT");
        members.putAll(header);
        String input = encoded(members) + "." + encoded(claims);
        Signature signature = algorithm.instance();
        signature.initSign(key);
        signature.update(input.getBytes(StandardCharsets.US_ASCII));
        return input + "." + BASE64URL.encodeToString(signature.sign());
    }

    private static String encoded(Map<String, Object> members) {
        return BASE64URL.encodeToString(CompactJson.object(members).getBytes(StandardCharsets.UTF_8));
    }
}
