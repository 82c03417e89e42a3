package io.firegate.firestore.upstream;

/** Who waits for bytes of an answer to leave towards the client before more may come. On the exchange's event loop. */
public interface ByteCredit {
    /** Says that so many bytes have gone out, or never will. */
    void consumed(int bytes);
}
