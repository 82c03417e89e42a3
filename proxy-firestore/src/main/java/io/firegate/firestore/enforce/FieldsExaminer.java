package io.firegate.firestore.enforce;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of each message what its caller may not see. What firegate does not know goes with it, because nobody has judged it.
 *
 * @param <A> the RPC's answers
 */
final class FieldsExaminer<A extends Message> extends AnswerExaminer {
    private final Parser<A> known;
    private final Redaction<A> redaction;

    FieldsExaminer(Parser<A> parser, Redaction<A> redaction) {
        this.known = DiscardUnknownFieldsParser.wrap(parser);
        this.redaction = redaction;
    }

    /** What is left of an answer; null when it is none to this request. */
    @FunctionalInterface
    interface Redaction<A> {
        @Nullable
        A redact(A answer);
    }

    @Override
    public Examined examine(byte[] message) {
        A answer;
        try {
            answer = known.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        A left = redaction.redact(answer);
        return left == null ? Examined.NotAnAnswer.INSTANCE : new Examined.Send(left.toByteArray());
    }
}
