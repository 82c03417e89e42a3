package io.firegate.exchange;

import io.firegate.firestore.upstream.ByteCredit;

/** Who counts the bytes of messages that wait for the client. On the exchange's event loop. */
public interface AnswerCredit extends ByteCredit {
    /** Counts nothing. */
    AnswerCredit NONE = new AnswerCredit() {
        @Override
        public void queued(int bytes) {
            // Nobody asks.
        }

        @Override
        public void consumed(int bytes) {
            // Nobody asks.
        }
    };

    /** Says that so many bytes wait for the client from now on; each of them will be {@link #consumed}. */
    void queued(int bytes);
}
