package io.firegate.exchange;

import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.enforce.Examined;
import io.firegate.firestore.upstream.ByteCredit;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer message by message, because something in it may have to change or the client wants it rendered, and sends on what
 * may be seen. Belongs to the event loop of its exchange.
 */
final class AnswerReader {
    /** Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md: one byte of flag, four of length. */
    private static final int PREFIX_BYTES = 5;

    /** Of messages that go out together, before the last of them; as much as may wait for the client before the upstream is held. */
    private static final int GATHERED_BYTES = AnswerPace.AHEAD_BYTES_MAX;

    private final ExchangeServices services;
    private final Responder responder;
    private final AnswerExaminer examiner;
    private final MessageAssembler assembler;
    private final AnswerPace pace;
    /** Messages of the bytes at hand that go out together: each by itself would be a write, a promise and a buffer of its own. */
    private final List<byte[]> gathered = new ArrayList<>();

    private int bytesGathered;
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
        Failure failure = examine(data);
        sendGathered(data.alloc());
        if (failure == null) {
            pace.read(bytes);
        }
        return failure;
    }

    private @Nullable Failure examine(ByteBuf data) {
        for (byte[] message = assembler.next(data); message != null; message = assembler.next(data)) {
            Failure failure = services.answerBudget().isSpent() ? noBudget() : examine(message, data.alloc());
            if (failure != null) {
                return failure;
            }
        }
        return switch (assembler.trouble()) {
            case null -> null;
            case BROKEN -> Failures.of(UpstreamFailure.PROTOCOL);
            case TOO_LONG ->
                Failure.of(
                        ErrorCode.ANSWER_TOO_LARGE,
                        "firegate: a message of the answer is longer than answerMessageBytes ("
                                + services.answerMessageBytesMax() + ")");
            case NO_BUDGET -> noBudget();
        };
    }

    private @Nullable Failure examine(byte[] message, ByteBufAllocator buffers) {
        return switch (examiner.examined(message)) {
            case Examined.Send(var fit) when responder.rendersMessages() -> send(fit);
            case Examined.Send(var fit) -> {
                gathered.add(fit);
                bytesGathered += PREFIX_BYTES + fit.length;
                if (bytesGathered > GATHERED_BYTES) {
                    sendGathered(buffers);
                }
                yield null;
            }
            case Examined.Withheld(var kept) -> {
                services.answerBudget().hold(kept);
                bytesKept += kept;
                yield null;
            }
            case Examined.NotAnAnswer.INSTANCE -> Failures.of(UpstreamFailure.PROTOCOL);
        };
    }

    private void sendGathered(ByteBufAllocator buffers) {
        if (gathered.isEmpty()) {
            return;
        }
        ByteBuf frames = buffers.buffer(bytesGathered, bytesGathered);
        for (byte[] message : gathered) {
            frames.writeByte(0).writeInt(message.length).writeBytes(message);
        }
        responder.start();
        pace.queued(bytesGathered);
        gathered.clear();
        bytesGathered = 0;
        responder.frames(frames, pace);
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
