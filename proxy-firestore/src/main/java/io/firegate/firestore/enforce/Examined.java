package io.firegate.firestore.enforce;

/** What becomes of one message of an answer. */
public sealed interface Examined {
    /** The client is sent this. */
    @SuppressWarnings("ArrayRecordComponent") // handed on at once, never compared
    record Send(byte[] message) implements Examined {}

    /**
     * The client is sent nothing for it now.
     *
     * @param kept how many of its bytes are kept for what is sent at the end
     */
    record Withheld(int kept) implements Examined {}

    /** It is not an answer of this method: the call must fail. */
    enum NotAnAnswer implements Examined {
        INSTANCE
    }
}
