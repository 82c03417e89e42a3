package io.firegate.auth.entra;

import io.firegate.auth.input.StrictJson;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON Web Key Set and keeps the keys that are fit to verify RS256. Stateless.
 *
 * <p>Read by hand from the JSON, because libraries drop Entra's per-key {@code issuer} and check certificates nobody needs.
 */
final class KeySetReader {
    /** RFC 7518 section 3.3: RS256 needs 2048 bits or more. */
    private static final int MODULUS_BITS_MIN = 2048;

    /** Larger ones would only make verification slow. */
    private static final int MODULUS_BITS_MAX = 8192;

    private static final int EXPONENT_BITS_MAX = 64;
    private static final int KID_CHARS_MAX = 128;

    private KeySetReader() {}

    /** What a set holds. */
    sealed interface Result {
        /** At least one usable key. */
        record Keys(Map<String, TrustedKey> byKid) implements Result {}

        /** The set as a whole is of no use. */
        record Unusable(String reason) implements Result {}
    }

    /** Reads a set; entries that are unfit are left out, and so is a {@code kid} that names two different keys. */
    static Result read(byte[] json, int keysMax) {
        Map<String, Object> set = StrictJson.object(json, StrictJson.Duplicates.REFUSED);
        if (set == null || !(set.get("keys") instanceof List<?> entries)) {
            return new Result.Unusable("the key set is not a JSON object with keys");
        }
        if (entries.size() > keysMax) {
            return new Result.Unusable("the key set has " + entries.size() + " keys, more than " + keysMax);
        }
        Map<String, TrustedKey> byKid = new HashMap<>();
        Set<String> ambiguous = new HashSet<>();
        for (Object entry : entries) {
            TrustedKey key = entry instanceof Map<?, ?> members ? key(members) : null;
            if (key == null) {
                continue;
            }
            TrustedKey known = byKid.putIfAbsent(key.kid(), key);
            if (known != null && !known.sameAs(key)) {
                ambiguous.add(key.kid());
            }
        }
        byKid.keySet().removeAll(ambiguous);
        return byKid.isEmpty()
                ? new Result.Unusable("the key set has no usable RSA key among " + entries.size())
                : new Result.Keys(Map.copyOf(byKid));
    }

    private static @Nullable TrustedKey key(Map<?, ?> members) {
        boolean forUs = "RSA".equals(members.get("kty"))
                && (!members.containsKey("use") || "sig".equals(members.get("use")))
                && (!members.containsKey("alg") || "RS256".equals(members.get("alg")))
                // A set with private halves in it is somebody's accident: such a key is anybody's.
                && !members.containsKey("d");
        boolean issuerFit = !members.containsKey("issuer") || members.get("issuer") instanceof String;
        if (!forUs
                || !issuerFit
                || !(members.get("kid") instanceof String kid)
                || kid.isEmpty()
                || kid.length() > KID_CHARS_MAX
                || !(members.get("n") instanceof String n)
                || !(members.get("e") instanceof String e)) {
            return null;
        }
        RSAPublicKey publicKey = publicKey(n, e);
        return publicKey == null ? null : new TrustedKey(kid, (String) members.get("issuer"), publicKey);
    }

    private static @Nullable RSAPublicKey publicKey(String n, String e) {
        try {
            BigInteger modulus = new BigInteger(1, Base64.getUrlDecoder().decode(n));
            BigInteger exponent = new BigInteger(1, Base64.getUrlDecoder().decode(e));
            boolean fit = modulus.bitLength() >= MODULUS_BITS_MIN
                    && modulus.bitLength() <= MODULUS_BITS_MAX
                    && modulus.testBit(0)
                    && exponent.bitLength() <= EXPONENT_BITS_MAX
                    && exponent.testBit(0)
                    // An exponent of 1 verifies everything.
                    && exponent.compareTo(BigInteger.TWO) > 0;
            return fit
                    ? (RSAPublicKey)
                            KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent))
                    : null;
        } catch (IllegalArgumentException | GeneralSecurityException unreadable) {
            return null;
        }
    }
}
