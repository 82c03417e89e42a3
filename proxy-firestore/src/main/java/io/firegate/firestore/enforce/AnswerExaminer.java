package io.firegate.firestore.enforce;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a permit demands of the answer: sees each message before the client does, and makes it fit. One object belongs to one call,
 * may remember what it has seen, and is for the thread of its exchange. Made together with the permit, so that forwarding without
 * it does not compile.
 */
public abstract class AnswerExaminer {
    private static final Logger log = LoggerFactory.getLogger(AnswerExaminer.class);

    /** Nothing has to change in any message. */
    static final AnswerExaminer UNTOUCHED = new AnswerExaminer() {
        @Override
        public boolean leavesUntouched() {
            return true;
        }

        @Override
        public Examined examine(byte[] message) {
            return new Examined.Send(message);
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
     */
    public abstract Examined examine(byte[] message);

    /**
     * The same, for whoever shares a thread with other calls: a fault in making a message fit is this call's alone.
     *
     * @param message a whole protobuf message, without a frame; may be changed and given back
     */
    public final Examined examined(byte[] message) {
        try {
            return examine(message);
        } catch (RuntimeException e) {
            // The class alone: a message could hold what is stored.
            log.error("an answer could not be made fit: {}", e.getClass().getName());
            return Examined.NotAnAnswer.INSTANCE;
        }
    }

    /**
     * How the answer ends for the client; null when as Firestore ended it.
     *
     * @param status Firestore's gRPC status code
     * @param text its words, as they stand in the trailer
     */
    public @Nullable AnswerEnd end(int status, String text) {
        return null;
    }

    /** This one first, and the other on what it lets out. */
    final AnswerExaminer then(AnswerExaminer next) {
        AnswerExaminer first = this;
        if (next.equals(UNTOUCHED)) {
            return first;
        }
        // What both read is read once.
        AnswerExaminer both = first instanceof DocumentExaminer one && next instanceof DocumentExaminer other
                ? one.thenOfSame(other)
                : null;
        return new AnswerExaminer() {
            @Override
            public boolean leavesUntouched() {
                return first.leavesUntouched() && next.leavesUntouched();
            }

            @Override
            public Examined examine(byte[] message) {
                if (both != null) {
                    return both.examine(message);
                }
                Examined examined = first.examine(message);
                return examined instanceof Examined.Send(var left) ? next.examine(left) : examined;
            }

            @Override
            public @Nullable AnswerEnd end(int status, String text) {
                AnswerEnd end = first.end(status, text);
                if (end == null) {
                    return next.end(status, text);
                }
                if (end.last() == null) {
                    return end;
                }
                return next.examine(end.last()) instanceof Examined.Send(var last)
                        ? new AnswerEnd(last, end.status(), end.text())
                        : AnswerEnd.UNTOLD;
            }
        };
    }
}
