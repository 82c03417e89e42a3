package io.firegate.exchange;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Puts the messages of an answer together from gRPC frames cut anywhere (Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md).
 * Belongs to the event loop of its exchange; holds one message at most, and none longer than the limit.
 */
final class MessageAssembler {
    private static final int PREFIX_BYTES = 5;

    /** What stopped it. */
    enum Trouble {
        /** Not uncompressed gRPC frames. */
        BROKEN,
        /** A message longer than the limit. */
        TOO_LONG,
        /** The budget for messages held in part is used up. */
        NO_BUDGET
    }

    private final int messageBytesMax;
    private final ByteBudget budget;
    /** What has been read of a prefix: its first byte is the highest of five. */
    private long prefix;

    private int prefixBytes;
    private byte @Nullable [] message;
    private int filled;
    private int budgeted;
    private @Nullable Trouble trouble;

    /**
     * An assembler.
     *
     * @param messageBytesMax longest message
     * @param budget bytes held in part by all exchanges
     */
    MessageAssembler(int messageBytesMax, ByteBudget budget) {
        this.messageBytesMax = messageBytesMax;
        this.budget = budget;
    }

    /** The next whole message, or null when the data is used up or there is {@link #trouble}. Moves the data's reader index. */
    byte @Nullable [] next(ByteBuf data) {
        while (trouble == null) {
            byte[] into = message;
            if (into == null) {
                while (prefixBytes < PREFIX_BYTES) {
                    if (!data.isReadable()) {
                        return null;
                    }
                    prefix = prefix << 8 | data.readUnsignedByte();
                    prefixBytes++;
                }
                begin(data.readableBytes());
                continue;
            }
            int step = Math.min(into.length - filled, data.readableBytes());
            data.readBytes(into, filled, step);
            filled += step;
            if (filled < into.length) {
                return null;
            }
            message = null;
            prefix = 0;
            prefixBytes = 0;
            release();
            return into;
        }
        return null;
    }

    private void begin(int available) {
        long length = prefix & 0xFFFF_FFFFL;
        if (prefix != length) {
            trouble = Trouble.BROKEN;
        } else if (length > messageBytesMax) {
            trouble = Trouble.TOO_LONG;
        } else if (length > available && !budget.take((int) length)) {
            trouble = Trouble.NO_BUDGET;
        } else {
            budgeted = length > available ? (int) length : 0;
            message = new byte[(int) length];
            filled = 0;
        }
    }

    /** Whether no message has begun that is not whole. */
    boolean isBetweenMessages() {
        return message == null && prefixBytes == 0;
    }

    /** What is wrong with the answer, or null. */
    @Nullable
    Trouble trouble() {
        return trouble;
    }

    /** Lets go of a message held in part. */
    void release() {
        if (budgeted > 0) {
            budget.giveBack(budgeted);
            budgeted = 0;
        }
        message = null;
    }
}
