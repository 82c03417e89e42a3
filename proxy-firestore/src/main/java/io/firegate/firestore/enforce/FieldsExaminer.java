package io.firegate.firestore.enforce;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of each message what its caller may not see. What firegate does not know goes with it, because nobody has judged it.
 *
 * @param <A> the RPC's answers
 */
final class FieldsExaminer<A extends Message> extends MessageExaminer<A> {
    private final Redaction<A> redaction;

    FieldsExaminer(Parser<A> parser, Redaction<A> redaction) {
        super(parser);
        this.redaction = redaction;
    }

    /** What is left of an answer; null when it is none to this request. */
    @FunctionalInterface
    interface Redaction<A> {
        @Nullable
        A redact(A answer);
    }

    @Override
    Judged<A> judge(A answer) {
        A left = redaction.redact(answer);
        return left == null ? new Judged.Kept<>(Examined.NotAnAnswer.INSTANCE) : new Judged.Changed<>(left);
    }
}
