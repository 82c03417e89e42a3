package io.firegate.firestore.enforce;

import org.jspecify.annotations.Nullable;

/**
 * What a permit demands of the answer: sees each message before the client does, and makes it fit. One object belongs to one call,
 * may remember what it has seen, and is for the thread of its exchange. Made together with the permit, so that forwarding without
 * it does not compile.
 */
public abstract class AnswerExaminer {
    /** Nothing has to change in any message. */
    static final AnswerExaminer UNTOUCHED = new AnswerExaminer() {
        @Override
        public boolean leavesUntouched() {
            return true;
        }

        @Override
        public byte[] examine(byte[] message) {
            return message;
        }
    };

    AnswerExaminer() {}

    /** Whether every message goes out as it came, so that frames may be relayed unread. */
    public boolean leavesUntouched() {
        return false;
    }

    /**
     * Makes one message fit for the client.
     *
     * @param message a whole protobuf message, without a frame; may be changed and given back
     * @return what the client is sent, or null when it is not an answer of this method, so that the call must fail
     */
    public abstract byte @Nullable [] examine(byte[] message);
}
