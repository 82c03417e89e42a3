package io.firegate.exchange;

import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.enforce.Examined;
import io.firegate.firestore.upstream.ByteCredit;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer message by message, because something in it may have to change or the client wants it rendered, and sends on what
 * may be seen. Belongs to the event loop of its exchange.
 */
final class AnswerReader {
    private final ExchangeServices services;
    private final Responder responder;
    private final AnswerExaminer examiner;
    private final MessageAssembler assembler;
    private final AnswerPace pace;
    private int bytesKept;

    AnswerReader(ExchangeServices services, Responder responder, AnswerExaminer examiner, ByteCredit upstream) {
        this.services = services;
        this.responder = responder;
        this.examiner = examiner;
        this.assembler = new MessageAssembler(services.answerMessageBytesMax(), services.answerBudget());
        this.pace = new AnswerPace(upstream, services.answerBudget());
    }

    /** Reads some more, all that is there; the failure when the answer cannot go on. Does not take over the reference. */
    @Nullable
    Failure read(ByteBuf data) {
        int bytes = data.readableBytes();
        for (byte[] message = assembler.next(data); message != null; message = assembler.next(data)) {
            Failure failure = services.answerBudget().isSpent() ? noBudget() : examine(message);
            if (failure != null) {
                return failure;
            }
        }
        Failure trouble = switch (assembler.trouble()) {
            case null -> null;
            case BROKEN -> Failures.of(UpstreamFailure.PROTOCOL);
            case TOO_LONG ->
                Failure.of(
                        ErrorCode.ANSWER_TOO_LARGE,
                        "firegate: a message of the answer is longer than answerMessageBytes ("
                                + services.answerMessageBytesMax() + ")");
            case NO_BUDGET -> noBudget();
        };
        if (trouble == null) {
            pace.read(bytes);
        }
        return trouble;
    }

    private @Nullable Failure examine(byte[] message) {
        return switch (examiner.examined(message)) {
            case Examined.Send(var fit) -> send(fit);
            case Examined.Withheld(var kept) -> {
                services.answerBudget().hold(kept);
                bytesKept += kept;
                yield null;
            }
            case Examined.NotAnAnswer.INSTANCE -> Failures.of(UpstreamFailure.PROTOCOL);
        };
    }

    /** Sends one message of a good answer; the failure when it cannot be sent. */
    @Nullable
    Failure send(byte[] message) {
        responder.start();
        int sent = responder.message(message, pace);
        if (sent == Responder.TOO_LONG) {
            return Failure.of(
                    ErrorCode.ANSWER_TOO_LARGE,
                    "firegate: a message of the answer is too long as JSON; prettyPrint=false makes it shorter");
        }
        if (sent < 0) {
            return Failures.of(UpstreamFailure.PROTOCOL);
        }
        pace.queued(sent);
        return null;
    }

    private static Failure noBudget() {
        return Failure.of(ErrorCode.OVERLOADED, "firegate: answers held at once exceed answerBytesTotal");
    }

    /** Lets go of what is held. */
    void release() {
        services.answerBudget().giveBack(bytesKept);
        bytesKept = 0;
        assembler.release();
    }
}
