package io.firegate.auth.entra;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RS256 (RFC 7518 section 3.3) with one key, by the fastest provider at hand: the Amazon Corretto Crypto Provider where its library loads,
 * which takes two thirds of the time, the JDK's own elsewhere. The provider does this and nothing else: it is not registered. Immutable;
 * safe for any thread.
 */
final class Rs256 {
    private static final Logger log = LoggerFactory.getLogger(Rs256.class);
    private static final String ALGORITHM = "SHA256withRSA";
    private static final String CORRETTO = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    /** Of keys as they are: unusual ones, for which the library has limits of its own, are left to the JDK. */
    private static final int MODULUS_BITS_MAX = 4096;

    private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);

    /** A key nobody has the private half of, and its signature of {@link #KNOWN_TEXT}: made once, with the JDK. */
    private static final String KNOWN_MODULUS =
            "tPjNYLm4Lc1ChMo4C3OEC09SKPx2D_HDEbKOHPkXDYZAjf4g0dPfVZBZgsKIKQ1L670ZLKw34PfGEDA5CPefuzA9i5k4lFHH5haK7PwY2G-1kT"
                    + "sxlWsEBh44bpomdtdSUMeFySvtTLcwTh0ahM538ZDzHcOKoTOrN9E9TXo_rDnC6jdYpNTpTGYa7tybgnIZUHsO6Htea1V9VbVhhk0aSWYiJ4lq"
                    + "xZppVUk1ltkpJO0yWL1bIRYR153kgDHyQDO4Dng5X75ZflhuyaScsWUkPbnq82_hDvudOE1EGWI5dseIhdBrk7nrQKvIgxdAFNso77yW7J77nw"
                    + "GkJxIYlgCFcQ";

    private static final String KNOWN_SIGNATURE =
            "KYcSuNkBEprpFmzbsoTseKS2kopC2pxjZMdLxmjBlS02bMJ4MoLWkXJwESp3J4cHT8Q9Wt1CpGXSqarAB4SQ70GXiPOxtSvJlPyojh0EfIH-iS"
                    + "ctePEi92w4R8liyZhim9kfN-jgif39UPCYR-EYCyvvNMwqdSXHMnDIjO75-BO-OXfg4pXln-VGsiJKhdSRyYpHOeqb9Kr1e-wwvziQMI-h1m1y"
                    + "Gv3vJQSQg5vp43uJPEJS4JzbjIa_Uwzt3eSzYoW964YdXvsZkqSqlRHGvvVdAKZEaXmbPy57lgSGrvA7qELLKcF0uQl9JjMhA-YVL8E5l2ztwi"
                    + "HbuE5ZWhU_Jg";

    private static final String KNOWN_TEXT = "firegate";

    /** Null stands for the JDK. */
    private static final @Nullable Provider NATIVE = corretto();

    private final RSAPublicKey key;
    private final @Nullable Provider provider;
    /** Making one and giving it the key is a twentieth of the work, so each thread keeps its own; after a verdict it is as new. */
    @SuppressWarnings("ThreadLocalUsage") // one for each key, and keys are few and live long
    private final ThreadLocal<@Nullable Signature> ready = new ThreadLocal<>();

    private Rs256(RSAPublicKey key, @Nullable Provider provider) {
        this.key = key;
        this.provider = provider;
    }

    /** With this key. */
    static Rs256 of(RSAPublicKey key) {
        boolean usual = key.getModulus().bitLength() <= MODULUS_BITS_MAX
                && key.getPublicExponent().equals(EXPONENT);
        try {
            return NATIVE == null || !usual ? new Rs256(key, null) : translated(key, NATIVE);
        } catch (GeneralSecurityException e) {
            return new Rs256(key, null);
        }
    }

    /** Who does the work, for the log. */
    static String provider() {
        try {
            Provider used = NATIVE == null ? Signature.getInstance(ALGORITHM).getProvider() : NATIVE;
            return used.getName() + " " + used.getVersionStr();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    /**
     * Whether a signature over some bytes is the key's.
     *
     * @param length how many of the bytes are signed, from the first on
     */
    boolean verifies(byte[] bytes, int length, byte[] signature) {
        try {
            Signature verifier = ready.get();
            if (verifier == null) {
                verifier = provider == null
                        ? Signature.getInstance(ALGORITHM)
                        : Signature.getInstance(ALGORITHM, provider);
                verifier.initVerify(key);
                ready.set(verifier);
            }
            verifier.update(bytes, 0, length);
            return verifier.verify(signature);
        } catch (SignatureException notOne) {
            // What state it is in now is not specified.
            ready.remove();
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was read can be used", e);
        }
    }

    private static Rs256 translated(RSAPublicKey key, Provider by) throws GeneralSecurityException {
        return new Rs256((RSAPublicKey) KeyFactory.getInstance("RSA", by).translateKey(key), by);
    }

    /** By name: it is there for some platforms only. A library that cannot tell a good signature from a bad one is not taken. */
    private static @Nullable Provider corretto() {
        try {
            Provider found =
                    (Provider) Class.forName(CORRETTO).getField("INSTANCE").get(null);
            BigInteger modulus = new BigInteger(1, Base64.getUrlDecoder().decode(KNOWN_MODULUS));
            byte[] signature = Base64.getUrlDecoder().decode(KNOWN_SIGNATURE);
            byte[] text = KNOWN_TEXT.getBytes(StandardCharsets.US_ASCII);
            Rs256 tried = translated(
                    (RSAPublicKey)
                            KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, EXPONENT)),
                    found);
            boolean right =
                    tried.verifies(text, text.length, signature) && !tried.verifies(text, text.length - 1, signature);
            return right ? found : null;
        } catch (ReflectiveOperationException | GeneralSecurityException | LinkageError | RuntimeException e) {
            log.atDebug().log("RSA by the JDK: {}", e.toString());
            return null;
        }
    }
}
