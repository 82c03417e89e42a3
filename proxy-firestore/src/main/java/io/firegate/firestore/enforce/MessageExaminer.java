package io.firegate.firestore.enforce;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/**
 * An examiner that reads each message of an answer. Two of one RPC read it once, and it is written once, when it has changed.
 *
 * @param <A> the RPC's answers
 */
abstract class MessageExaminer<A extends Message> extends AnswerExaminer {
    private final Parser<A> parser;
    private final Parser<A> known;

    /** Reads answers without what firegate does not know in them. */
    MessageExaminer(Parser<A> parser) {
        this.parser = parser;
        this.known = DiscardUnknownFieldsParser.wrap(parser);
    }

    /** What becomes of one answer. */
    sealed interface Judged<A> {
        /** The client is sent it as it came, with what firegate does not know in it. */
        record AsItCame<A>() implements Judged<A> {}

        /** The client is sent this. */
        record Changed<A>(A answer) implements Judged<A> {}

        /** The client is not sent it. */
        record Kept<A>(Examined instead) implements Judged<A> {}
    }

    /** Judges one answer. */
    abstract Judged<A> judge(A answer);

    @Override
    public final Examined examine(byte[] message) {
        A answer;
        try {
            answer = known.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        return switch (judge(answer)) {
            case Judged.AsItCame<A> same -> new Examined.Send(message);
            case Judged.Changed<A>(var left) -> new Examined.Send(left.toByteArray());
            case Judged.Kept<A>(var instead) -> instead;
        };
    }

    /** Whether it reads the same answers as another. */
    @SuppressWarnings("ReferenceEquality") // a parser is the only one of its message
    final boolean readsAs(MessageExaminer<?> other) {
        return parser == other.parser;
    }

    /**
     * This one first, and the other on what it lets out.
     *
     * @param next one that {@link #readsAs} this
     */
    @SuppressWarnings("unchecked") // of one parser, so of one message
    final MessageExaminer<A> thenOfSame(MessageExaminer<?> next) {
        MessageExaminer<A> first = this;
        MessageExaminer<A> second = (MessageExaminer<A>) next;
        return new MessageExaminer<>(parser) {
            @Override
            Judged<A> judge(A answer) {
                return switch (first.judge(answer)) {
                    case Judged.AsItCame<A> same -> second.judge(answer);
                    case Judged.Changed<A> changed -> {
                        Judged<A> judged = second.judge(changed.answer());
                        yield judged instanceof Judged.AsItCame<A> ? changed : judged;
                    }
                    case Judged.Kept<A> kept -> kept;
                };
            }
        };
    }
}
