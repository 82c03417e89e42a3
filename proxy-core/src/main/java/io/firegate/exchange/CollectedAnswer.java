package io.firegate.exchange;

import io.firegate.firestore.upstream.AnswerSink;
import io.firegate.firestore.upstream.ByteCredit;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer of Firestore that firegate itself reads before anything is answered. Bounded: what is held counts against the budget of
 * answers, and against a limit of its own. Belongs to the event loop of its exchange.
 */
final class CollectedAnswer implements AnswerSink {
    /** Who wants it. Exactly one of the methods is called, once, unless it is {@link #drop dropped}. */
    interface Reader {
        /** The answer is whole. */
        void collected(List<byte[]> messages, Http2Headers trailers);

        /**
         * There is no whole answer.
         *
         * @param messages what there was of it
         */
        void notCollected(List<byte[]> messages, UpstreamFailure failure);

        /**
         * It is larger than may be held.
         *
         * @param messages what there was of it before
         */
        void tooLarge(List<byte[]> messages);
    }

    private final MessageAssembler assembler;
    private final ByteBudget budget;
    private final int bytesMax;
    private final Reader reader;
    private final List<byte[]> messages = new ArrayList<>();
    private @Nullable ByteCredit upstream;
    private int held;
    private boolean over;

    /**
     * A collector.
     *
     * @param bytesMax of all messages together
     */
    CollectedAnswer(int messageBytesMax, int bytesMax, ByteBudget budget, Reader reader) {
        this.assembler = new MessageAssembler(messageBytesMax, budget);
        this.bytesMax = bytesMax;
        this.budget = budget;
        this.reader = reader;
    }

    /** Says who lets more bytes come. */
    void from(ByteCredit call) {
        upstream = call;
    }

    @Override
    public void headers() {
        // Nothing is answered before the answer is whole.
    }

    @Override
    public void data(ByteBuf data) {
        int bytes = data.readableBytes();
        try {
            for (byte[] message = assembler.next(data); message != null && !over; message = assembler.next(data)) {
                if (message.length > bytesMax - held || !budget.take(message.length)) {
                    stop();
                    reader.tooLarge(messages);
                    return;
                }
                held += message.length;
                messages.add(message);
            }
        } finally {
            data.release();
        }
        if (!over && assembler.trouble() != null) {
            boolean broken = assembler.trouble() == MessageAssembler.Trouble.BROKEN;
            stop();
            if (broken) {
                reader.notCollected(messages, UpstreamFailure.PROTOCOL);
            } else {
                reader.tooLarge(messages);
            }
        }
        if (upstream != null) {
            upstream.consumed(bytes);
        }
    }

    @Override
    public void trailers(Http2Headers trailers) {
        if (!over) {
            boolean whole = assembler.isBetweenMessages();
            stop();
            if (whole) {
                reader.collected(messages, trailers);
            } else {
                reader.notCollected(messages, UpstreamFailure.PROTOCOL);
            }
        }
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (!over) {
            stop();
            reader.notCollected(messages, failure);
        }
    }

    /** Nobody wants it any more. */
    void drop() {
        if (!over) {
            stop();
        }
    }

    private void stop() {
        over = true;
        assembler.release();
        budget.giveBack(held);
    }
}
