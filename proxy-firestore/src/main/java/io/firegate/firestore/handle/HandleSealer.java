package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.firegate.firestore.handle.Subkeys.Subkey;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals handles and opens them again, on any replica with the same key. Safe for any thread; never waits, and takes a few
 * microseconds for a small handle.
 *
 * <p>A handle is, in bytes:
 *
 * <pre>
 *  1  version, {@value #VERSION}
 *  4  id of the shared key
 * 16  salt of the process that sealed it
 * 12  nonce: four zeros and the number of the seal under this salt
 *  n  content, AES-256-GCM
 * 16  tag
 * </pre>
 *
 * <p>The AES key is HKDF-SHA256 of the shared key under the salt. A salt is random and belongs to one process, whose counter never
 * gives a number twice, so no two handles anywhere have both key and nonce in common. The tag covers, beside the content, the
 * version, key id and salt, the kind, and the length and bytes of the binding.
 */
public final class HandleSealer {
    /** Longest content, in bytes: Firestore's own handles have some hundred. Replicas must agree, so it is no setting. */
    public static final int CONTENT_BYTES_MAX = 12 * 1024;

    private static final byte VERSION = 1;
    private static final int KEY_ID_AT = 1;
    private static final int SALT_AT = 5;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_AT = SALT_AT + SALT_BYTES;
    private static final int NONCE_BYTES = 12;
    private static final int HEADER_BYTES = NONCE_AT + NONCE_BYTES;
    private static final int TAG_BYTES = 16;

    /** What sealing adds, in bytes. */
    static final int OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

    /** Longest handle. Anything longer was not made here and is refused before any work. */
    public static final int SEALED_BYTES_MAX = CONTENT_BYTES_MAX + OVERHEAD_BYTES;

    /**
     * Seals under one salt. A counter may go on much longer; GCM's margin shrinks with the square of the blocks under one key, and
     * a new salt costs one derivation in days.
     */
    static final long SEALS_PER_SALT = 1L << 32;

    private static final byte[] INFO = "firegate handle 1".getBytes(US_ASCII);

    /** Looking a Cipher up among the providers costs as much as sealing. Event loops are few, so each thread keeps its own. */
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(HandleSealer::newCipher);

    private final HandleKeys keys;
    private final long sealsPerSalt;
    private final Derivation derivation;
    private final SecureRandom random = new SecureRandom();
    private final Subkeys others = new Subkeys();
    private final AtomicReference<Own> own;

    /** Makes the key under a salt. */
    @FunctionalInterface
    interface Derivation {
        byte[] derive(HandleKeys.Key key, byte[] salt);
    }

    /** What this process seals with: never among the others, so they cannot push it out. */
    private record Own(Subkey subkey, AtomicLong seals) {}

    public HandleSealer(HandleKeys keys) {
        this(keys, SEALS_PER_SALT, (key, salt) -> key.derive(salt, INFO));
    }

    HandleSealer(HandleKeys keys, long sealsPerSalt, Derivation derivation) {
        this.keys = keys;
        this.sealsPerSalt = sealsPerSalt;
        this.derivation = derivation;
        this.own = new AtomicReference<>(newOwn());
    }

    /**
     * Seals a handle.
     *
     * @param binding what must be the same when it comes back, see {@link Binding}
     * @param content at most {@link #CONTENT_BYTES_MAX} bytes
     * @throws IllegalArgumentException if the content is longer
     */
    public byte[] seal(HandleKind kind, byte[] binding, byte[] content) {
        if (content.length > CONTENT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a handle of " + content.length + " bytes; at most " + CONTENT_BYTES_MAX + " can be sealed");
        }
        Own sealing = own.get();
        long seal = sealing.seals().getAndIncrement();
        while (seal >= sealsPerSalt) {
            own.compareAndSet(sealing, newOwn());
            sealing = own.get();
            seal = sealing.seals().getAndIncrement();
        }
        Subkey subkey = sealing.subkey();
        byte[] sealed = new byte[OVERHEAD_BYTES + content.length];
        sealed[0] = VERSION;
        Bytes.putInt(sealed, KEY_ID_AT, subkey.keyId());
        Bytes.putLong(sealed, SALT_AT, subkey.saltHigh());
        Bytes.putLong(sealed, SALT_AT + Long.BYTES, subkey.saltLow());
        Bytes.putLong(sealed, NONCE_AT + NONCE_BYTES - Long.BYTES, seal);
        try {
            Cipher cipher = ready(Cipher.ENCRYPT_MODE, subkey.secret(), kind, binding, sealed);
            cipher.doFinal(content, 0, content.length, sealed, HEADER_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM seals anything", e);
        }
    }

    /**
     * The content of a handle that was sealed with one of our keys as this kind and under this binding; null for anything else.
     * Does not say what is wrong with it, so that nobody learns.
     */
    public byte @Nullable [] open(HandleKind kind, byte[] binding, byte[] sealed) {
        if (sealed.length < OVERHEAD_BYTES || sealed.length > SEALED_BYTES_MAX || sealed[0] != VERSION) {
            return null;
        }
        int keyId = Bytes.getInt(sealed, KEY_ID_AT);
        long saltHigh = Bytes.getLong(sealed, SALT_AT);
        long saltLow = Bytes.getLong(sealed, SALT_AT + Long.BYTES);
        Subkey subkey = own.get().subkey();
        boolean isNew = false;
        if (!subkey.is(keyId, saltHigh, saltLow)) {
            subkey = others.find(keyId, saltHigh, saltLow);
            if (subkey == null) {
                HandleKeys.Key key = keys.find(keyId);
                if (key == null) {
                    return null;
                }
                subkey = subkey(key, saltHigh, saltLow);
                isNew = true;
            }
        }
        try {
            Cipher cipher = ready(Cipher.DECRYPT_MODE, subkey.secret(), kind, binding, sealed);
            byte[] content = cipher.doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
            if (isNew) {
                others.keep(subkey);
            }
            return content;
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM opens what is long enough, or finds a bad tag", e);
        }
    }

    /** A cipher that has the key, the nonce in the header, and everything the tag covers beside the content. */
    private static Cipher ready(int mode, SecretKey key, HandleKind kind, byte[] binding, byte[] sealed)
            throws GeneralSecurityException {
        Cipher cipher = CIPHER.get();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, sealed, NONCE_AT, NONCE_BYTES));
        cipher.updateAAD(sealed, 0, NONCE_AT);
        byte[] kindAndLength = new byte[1 + Integer.BYTES];
        kindAndLength[0] = kind.code();
        Bytes.putInt(kindAndLength, 1, binding.length);
        cipher.updateAAD(kindAndLength);
        cipher.updateAAD(binding);
        return cipher;
    }

    private Own newOwn() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new Own(
                subkey(keys.newest(), Bytes.getLong(salt, 0), Bytes.getLong(salt, Long.BYTES)), new AtomicLong());
    }

    private Subkey subkey(HandleKeys.Key key, long saltHigh, long saltLow) {
        byte[] salt = new byte[SALT_BYTES];
        Bytes.putLong(salt, 0, saltHigh);
        Bytes.putLong(salt, Long.BYTES, saltLow);
        return new Subkey(key.id(), saltHigh, saltLow, new SecretKeySpec(derivation.derive(key, salt), "AES"));
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** The ids of its keys, never a key. */
    @Override
    public String toString() {
        return "HandleSealer" + keys;
    }
}
