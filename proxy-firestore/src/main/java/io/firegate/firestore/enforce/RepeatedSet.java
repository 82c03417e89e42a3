package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a whole set of documents that is told again, with nothing changed in it, from the client of a narrowed query: what has changed then
 * is hidden, and must make no sound. The emulator tells the whole set at every change in the collection; Firestore itself, of which
 * deltas are known, tells it when it has lost track. Belongs to its target.
 *
 * <p>Of what the client has, a sum over the versions of its documents is kept and not the documents: a word, however many they are. It is known
 * after a whole set, until a delta comes.
 */
final class RepeatedSet {
    /** Most that is held of a set until it is known to be another one; a larger one is told in any case. */
    private static final int HELD_BYTES_MAX = 1 << 20;

    private final boolean fromNothing;
    private final List<ByteString> held = new ArrayList<>(0);
    private int heldBytes;
    private boolean holding;
    private boolean counting;
    private long sum;
    private long count;
    private boolean known;
    private long toldSum;
    private long toldCount;

    /**
     * Of a target that has just been added.
     *
     * @param fromNothing whether Firestore begins with a whole set, and not where the client stood before
     */
    RepeatedSet(boolean fromNothing) {
        this.fromNothing = fromNothing;
    }

    /** The target is taken. */
    void begins() {
        counting = fromNothing;
    }

    /** A whole set begins again. When it does in the middle of one, the client has been told a part of that. */
    void beginsAgain() {
        known = known && !counting;
        counting = true;
        holding = known;
        sum = 0;
        count = 0;
    }

    /** Whether what is told is held back for now. */
    boolean isHolding() {
        return holding;
    }

    /** Holds a message back; false when there is too much, and all that is held must be told. */
    boolean hold(ByteString message) {
        held.add(message);
        heldBytes += message.size();
        return heldBytes <= HELD_BYTES_MAX;
    }

    /** A document is told. */
    void document(String name, Timestamp version) {
        if (!counting) {
            known = false;
            return;
        }
        MessageDigest digest = sha256();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(version.getSeconds())
                .putInt(version.getNanos())
                .flip());
        sum += ByteBuffer.wrap(digest.digest()).getLong();
        count++;
    }

    /** Begun for each document: kept for each target it would be most of what a target that hears nothing costs. */
    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The set is whole: true when it is the one the client has, so that what was held is forgotten. */
    boolean isWhole() {
        boolean same = holding && counting && sum == toldSum && count == toldCount;
        if (counting) {
            known = true;
            toldSum = sum;
            toldCount = count;
        }
        counting = false;
        if (same) {
            takeHeld();
        }
        return same;
    }

    /** Something happened that is no whole set: nothing is known any more. */
    void disturbed() {
        known = false;
        counting = false;
    }

    /** What is held, to be told after all. */
    List<ByteString> takeHeld() {
        List<ByteString> taken = List.copyOf(held);
        held.clear();
        heldBytes = 0;
        holding = false;
        return taken;
    }
}
