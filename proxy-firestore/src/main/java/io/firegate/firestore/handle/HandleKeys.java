package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys handles are sealed with, newest first: the first one seals, all of them open.
 *
 * <p>To replace a key without breaking a handle: add the new one as the last line on every replica, then move it to the top on every
 * replica, then drop the old one when its handles are of no use any more.
 */
public final class HandleKeys {
    /** AES-256 and SHA-256 strength. */
    static final int KEY_BYTES = 32;

    /** A rotation needs two; more than a few are keys nobody dares to remove. */
    static final int KEYS_MAX = 8;

    private final List<Key> keys;

    /** A key. Not a record, which would print it. */
    static final class Key {
        private static final String ID_LABEL = "firegate handle key id 1";

        private final byte[] secret;
        private final int id;

        private Key(byte[] secret) {
            this.secret = secret;
            try {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                sha256.update(ID_LABEL.getBytes(US_ASCII));
                this.id = Bytes.getInt(sha256.digest(secret), 0);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        /** The name of the key in a handle: four bytes of a digest, which tell nothing about 32 random ones. */
        int id() {
            return id;
        }

        /** The subkey under a salt. */
        byte[] derive(byte[] salt, byte[] info) {
            return Hkdf.expand(Hkdf.extract(salt, secret), info, KEY_BYTES);
        }

        @Override
        public String toString() {
            return HexFormat.of().toHexDigits(id);
        }
    }

    private HandleKeys(List<Key> keys) {
        this.keys = keys;
    }

    /** One new key: handles do not outlive the process, and other replicas do not know them. */
    public static HandleKeys random() {
        byte[] secret = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(secret);
        return new HandleKeys(List.of(new Key(secret)));
    }

    /** Keys somebody checked: 1 to {@link #KEYS_MAX} of {@link #KEY_BYTES} bytes each, none twice, newest first. */
    static HandleKeys of(List<byte[]> secrets) {
        if (secrets.isEmpty() || secrets.size() > KEYS_MAX) {
            throw new IllegalArgumentException("1 to " + KEYS_MAX + " keys");
        }
        return new HandleKeys(secrets.stream()
                .map(secret -> {
                    if (secret.length != KEY_BYTES) {
                        throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes");
                    }
                    return new Key(secret.clone());
                })
                .toList());
    }

    /** The key that seals. */
    Key newest() {
        return keys.get(0);
    }

    /** A key by its id, or null. Should two share one (a chance of 1 in 2^32), the newer is found and the older opens nothing. */
    @Nullable
    Key find(int id) {
        for (Key key : keys) {
            if (key.id == id) {
                return key;
            }
        }
        return null;
    }

    /** The keys' ids, never the keys: replicas that print the same open each other's handles. */
    @Override
    public String toString() {
        return keys.stream().map(Key::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
