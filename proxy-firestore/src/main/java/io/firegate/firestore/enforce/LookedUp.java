package io.firegate.firestore.enforce;

/** What a message of Firestore on a Listen stream tells of documents that conditions look up. */
public enum LookedUp {
    /** Nothing new. */
    SAME,
    /** They are other ones than before: every target must be judged anew before the client sees the message. */
    CHANGED,
    /** Firestore does not show them to firegate's credential: no target can go on. */
    REFUSED,
    /** Nothing more is told of some of them: the stream must begin anew. */
    LOST
}
