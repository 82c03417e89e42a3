package io.firegate.firestore.enforce;

import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;

/** A request whose bytes have passed the walk and read the same to everybody: the very bytes that will be forwarded. */
final class RequestMessage {
    private final byte[] data;
    private final MessageWalk walk;

    RequestMessage(byte[] data, MessageWalk walk) {
        this.data = data;
        this.walk = walk;
    }

    /** The array that holds them, not copied. */
    byte[] data() {
        return data;
    }

    /** The walk they have passed. */
    MessageWalk walk() {
        return walk;
    }

    /** A refusal of the field the cursor stands on. */
    Reading.Unreadable refuse(RequestProblem problem, FieldCursor field) {
        return new Reading.Unreadable(problem, walk.place(field.tagAt()));
    }
}
