package io.firegate.firestore.enforce;

import org.jspecify.annotations.Nullable;

/**
 * How an answer ends for the client, when that is not as Firestore ended it.
 *
 * @param last a message to be sent before the end, or null
 * @param status the gRPC status code
 * @param text its words, plain ASCII; empty when the status is 0
 */
@SuppressWarnings("ArrayRecordComponent") // handed on at once, never compared
public record AnswerEnd(byte @Nullable [] last, int status, String text) {
    static final int OK = 0;
    static final int INVALID_ARGUMENT = 3;
    static final int NOT_FOUND = 5;
    static final int RESOURCE_EXHAUSTED = 8;

    private static final String HIDDEN =
            "Firestore's words are withheld, because they may tell of what the policy hides";

    /** As the official clients look for them, to begin a transaction anew. */
    private static final String TRANSACTION_EXPIRED = "The referenced transaction has expired or is no longer valid.";

    private static final String TRANSACTION_CLOSED = "Transaction is invalid or closed.";

    /** The last message could not be made: the values a page ends with do not fit its token. */
    static final AnswerEnd UNTOLD =
            of(RESOURCE_EXHAUSTED, "firegate: the page ends with values too long for a page token; order by others");

    /** An end with a status and no message. */
    static AnswerEnd of(int status, String text) {
        return new AnswerEnd(null, status, text);
    }

    /** Firestore's own status without its words, which may name fields, documents and indexes; only a good end stays as it is. */
    static @Nullable AnswerEnd withoutWords(int status, String text) {
        if (status == OK) {
            return null;
        }
        if (status == INVALID_ARGUMENT && text.contains("transaction has expired")) {
            return of(status, TRANSACTION_EXPIRED);
        }
        if (status == INVALID_ARGUMENT && text.equals(TRANSACTION_CLOSED)) {
            return of(status, TRANSACTION_CLOSED);
        }
        return of(status, HIDDEN);
    }
}
