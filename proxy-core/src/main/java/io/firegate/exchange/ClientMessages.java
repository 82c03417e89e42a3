package io.firegate.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The messages a client sends on a stream, handed over one at a time. Belongs to the event loop of its exchange.
 *
 * <p>While a message is being dealt with, what comes behind it stays unread, and the client's window with it: a client can have one
 * message and one window of bytes in here, and no more. The message counts as held until then.
 */
final class ClientMessages {
    private final MessageAssembler assembler;
    private final ByteBudget budget;
    private final Receiver receiver;
    private @Nullable ByteBuf unread;
    /** Length of the message that is being dealt with. */
    private int inHand;

    private boolean busy;
    private boolean last;
    private boolean pumping;
    private boolean over;

    /** Who gets them. */
    interface Receiver {
        /** One message; the next comes after {@link ClientMessages#next}. */
        void message(byte[] message);

        /** There are no more. */
        void ended();

        /** They cannot be read any further. */
        void broken(MessageAssembler.Trouble trouble);

        /** So many bytes more may be sent. */
        void received(int bytes);
    }

    ClientMessages(int messageBytesMax, ByteBudget budget, Receiver receiver) {
        this.assembler = new MessageAssembler(messageBytesMax, budget);
        this.budget = budget;
        this.receiver = receiver;
    }

    /** A piece of what the client sends, and whether it is the last. Does not take over the reference. */
    void data(ByteBuf data, boolean isLast) {
        last |= isLast;
        if (over || !data.isReadable()) {
            pump(data);
            return;
        }
        ByteBuf before = unread;
        if (before != null) {
            // What is read of it is let go, or it would grow with all that was ever sent.
            before.discardReadBytes();
            before.writeBytes(data, data.readerIndex(), data.readableBytes());
            pump(before);
            return;
        }
        int start = data.readerIndex();
        pump(data);
        if (data.isReadable() && !over) {
            // A copy: the piece lies in a read buffer many times its size.
            unread = data.alloc()
                    .buffer(data.readableBytes())
                    .writeBytes(data, data.readerIndex(), data.readableBytes());
        }
        data.readerIndex(start);
    }

    /** The message handed over last is done with. */
    void next() {
        busy = false;
        letGo();
        ByteBuf left = unread;
        if (!pumping) {
            pump(left == null ? Unpooled.EMPTY_BUFFER : left);
        }
    }

    /** Hands nothing over any more and lets go of what is held. */
    void release() {
        over = true;
        assembler.release();
        letGo();
        if (!pumping) {
            dropUnread();
        }
    }

    private void pump(ByteBuf data) {
        if (pumping) {
            return;
        }
        pumping = true;
        while (!busy && !over) {
            int before = data.readableBytes();
            byte[] message = assembler.next(data);
            int read = before - data.readableBytes();
            if (read > 0) {
                receiver.received(read);
            }
            MessageAssembler.Trouble trouble = assembler.trouble();
            if (trouble != null) {
                over = true;
                receiver.broken(trouble);
            } else if (message != null) {
                busy = true;
                inHand = message.length;
                budget.hold(inHand);
                receiver.message(message);
            } else {
                break;
            }
        }
        pumping = false;
        boolean used = !data.isReadable();
        if (over || (unread != null && !unread.isReadable())) {
            dropUnread();
        }
        if (last && !busy && !over && unread == null && used) {
            over = true;
            if (assembler.isBetweenMessages()) {
                receiver.ended();
            } else {
                receiver.broken(MessageAssembler.Trouble.BROKEN);
            }
        }
    }

    private void letGo() {
        budget.giveBack(inHand);
        inHand = 0;
    }

    private void dropUnread() {
        ByteBuf left = unread;
        unread = null;
        if (left != null) {
            left.release();
        }
    }
}
