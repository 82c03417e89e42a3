package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;

/**
 * A transaction that firegate begins for a request. firegate's to end, from the answer that tells of it until Firestore has ended it or the
 * client was told of it. For the thread of its exchange.
 */
final class BegunTransaction {
    private ByteString id = ByteString.EMPTY;
    private boolean open;

    /** Firestore has begun it. */
    void begun(ByteString as) {
        id = as;
        open = true;
    }

    /** Firestore's id of it, also when it has ended; empty when there never was one. */
    ByteString id() {
        return id;
    }

    /** It has ended, or somebody else will end it. */
    void settled() {
        open = false;
    }

    /** Whether it is firegate's to end. */
    boolean isOpen() {
        return open;
    }
}
