package io.firegate.auth.entra;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of a whole token, as a map key of four longs.
 *
 * <p>Of the whole token and not of its signed part: a copy with another signature must not be found by it.
 */
record TokenDigest(long a, long b, long c, long d) {
    private static final int BYTES = 32;

    /** Making a MessageDigest costs as much as hashing a short token, so each thread keeps one with its output buffer. */
    private static final ThreadLocal<Hasher> HASHER = ThreadLocal.withInitial(Hasher::new);

    static TokenDigest of(byte[] bytes, int offset, int length) {
        return HASHER.get().hash(bytes, offset, length);
    }

    /** Any part of a digest is as good a hash as another. */
    @Override
    public int hashCode() {
        return (int) a;
    }

    private static final class Hasher {
        private final MessageDigest sha256;
        private final byte[] out = new byte[BYTES];
        private final ByteBuffer longs = ByteBuffer.wrap(out);

        Hasher() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        TokenDigest hash(byte[] bytes, int offset, int length) {
            sha256.update(bytes, offset, length);
            try {
                sha256.digest(out, 0, BYTES);
            } catch (DigestException e) {
                throw new IllegalStateException("SHA-256 has 32 bytes", e);
            }
            return new TokenDigest(longs.getLong(0), longs.getLong(8), longs.getLong(16), longs.getLong(24));
        }
    }
}
