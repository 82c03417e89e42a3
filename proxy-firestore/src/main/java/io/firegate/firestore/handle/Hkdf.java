package io.firegate.firestore.handle;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869). The JDK's own came after the oldest version we run on. */
final class Hkdf {
    private static final String HMAC = "HmacSHA256";
    static final int HASH_BYTES = 32;

    private Hkdf() {}

    /** The pseudorandom key of some keying material (RFC 5869, 2.2). */
    static byte[] extract(byte[] salt, byte[] material) {
        // An empty salt means zeros; HMAC pads its key with zeros anyway, but the JDK refuses an empty one.
        return mac(salt.length == 0 ? new byte[HASH_BYTES] : salt).doFinal(material);
    }

    /** Output keying material (RFC 5869, 2.3). */
    static byte[] expand(byte[] pseudorandomKey, byte[] info, int length) {
        if (length < 1 || length > 255 * HASH_BYTES) {
            throw new IllegalArgumentException("HKDF gives 1 to 8160 bytes");
        }
        Mac mac = mac(pseudorandomKey);
        byte[] out = new byte[length];
        byte[] block = new byte[0];
        for (int done = 0, i = 1; done < length; done += HASH_BYTES, i++) {
            mac.update(block);
            mac.update(info);
            mac.update((byte) i);
            block = mac.doFinal();
            System.arraycopy(block, 0, out, done, Math.min(HASH_BYTES, length - done));
        }
        Arrays.fill(block, (byte) 0);
        return out;
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
