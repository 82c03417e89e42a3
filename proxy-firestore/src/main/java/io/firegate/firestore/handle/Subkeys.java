package io.firegate.firestore.handle;

import java.util.Arrays;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Subkeys of other processes that opened a handle here, the latest first. Never waits: readers see an array that is never
 * changed. Of two that add at once one may be forgotten, which costs one derivation later.
 *
 * <p>Only a salt under which a handle has opened gets in, so nobody can push others out with salts of his own making.
 */
final class Subkeys {
    /** Replicas and their restarts within the life of a handle. One more costs its handles a derivation, some microseconds. */
    static final int KEPT_MAX = 64;

    private volatile Subkey[] kept = new Subkey[0];

    /** A key derived from the shared one under a salt, which stands in two longs. */
    record Subkey(int keyId, long saltHigh, long saltLow, SecretKey secret) {
        boolean is(int otherKeyId, long otherHigh, long otherLow) {
            return saltLow == otherLow && saltHigh == otherHigh && keyId == otherKeyId;
        }

        @Override
        public String toString() {
            return "Subkey";
        }
    }

    @Nullable
    Subkey find(int keyId, long saltHigh, long saltLow) {
        for (Subkey subkey : kept) {
            if (subkey.is(keyId, saltHigh, saltLow)) {
                return subkey;
            }
        }
        return null;
    }

    /** Keeps a subkey under which a handle has opened; the one kept longest goes when there are too many. */
    void keep(Subkey subkey) {
        Subkey[] before = kept;
        for (Subkey other : before) {
            if (other.is(subkey.keyId(), subkey.saltHigh(), subkey.saltLow())) {
                return;
            }
        }
        Subkey[] after = new Subkey[Math.min(KEPT_MAX, before.length + 1)];
        System.arraycopy(before, 0, after, 1, after.length - 1);
        after[0] = subkey;
        kept = after;
    }

    @Override
    public String toString() {
        return Arrays.toString(kept);
    }
}
