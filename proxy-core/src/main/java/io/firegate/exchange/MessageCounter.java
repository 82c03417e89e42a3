package io.firegate.exchange;

import io.netty.buffer.ByteBuf;

/** Counts the gRPC messages that pass by in pieces (Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md). */
final class MessageCounter {
    private static final int PREFIX_BYTES = 5;

    private long messages;
    private int prefixBytesSeen;
    private long length;
    private long messageBytesLeft;

    /** Looks at the readable bytes without moving the reader index. */
    void pass(ByteBuf data) {
        int index = data.readerIndex();
        int end = data.writerIndex();
        while (index < end) {
            if (messageBytesLeft > 0) {
                long step = Math.min(messageBytesLeft, end - index);
                index += (int) step;
                messageBytesLeft -= step;
                continue;
            }
            length =
                    (prefixBytesSeen == 0 ? 0 : length << 8) | (prefixBytesSeen == 0 ? 0 : data.getUnsignedByte(index));
            index++;
            if (++prefixBytesSeen == PREFIX_BYTES) {
                prefixBytesSeen = 0;
                messages++;
                messageBytesLeft = length;
                length = 0;
            }
        }
    }

    /** Messages begun so far. */
    long messages() {
        return messages;
    }

    /** Whether the bytes seen end at the end of a message. */
    boolean isBetweenMessages() {
        return prefixBytesSeen == 0 && messageBytesLeft == 0;
    }
}
