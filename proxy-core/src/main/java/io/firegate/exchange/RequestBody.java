package io.firegate.exchange;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The bytes of a request that wait to be judged. Belongs to the event loop of its exchange. */
final class RequestBody {
    /** What became of a piece. */
    enum Kept {
        KEPT,
        /** The whole is longer than a request may be. */
        TOO_LARGE,
        /** All that requests hold together has reached its limit. */
        NO_BUDGET
    }

    private static final int BYTES_MIN = 256;

    private final int bytesMax;
    private final ByteBudget budget;
    private @Nullable ByteBuf bytes;
    private int budgeted;

    /**
     * An empty body.
     *
     * @param bytesMax longest body
     * @param budget bytes held by all exchanges
     */
    RequestBody(int bytesMax, ByteBudget budget) {
        this.bytesMax = bytesMax;
        this.budget = budget;
    }

    /**
     * Keeps a piece. Does not take over the reference.
     *
     * @param judgedNow whether the body is whole with it and judged at once, so that it may be used where it lies
     */
    Kept keep(ByteBuf piece, boolean judgedNow) {
        int length = piece.readableBytes();
        ByteBuf into = bytes;
        if (budgeted + length > bytesMax) {
            return Kept.TOO_LARGE;
        }
        if (into == null && judgedNow) {
            // The usual case, a request in one frame.
            bytes = piece.retain();
            return Kept.KEPT;
        }
        if (!budget.take(length)) {
            return Kept.NO_BUDGET;
        }
        budgeted += length;
        if (into == null) {
            // A copy: the piece lies in a read buffer many times its size.
            into = piece.alloc().buffer(Math.max(length, BYTES_MIN));
            bytes = into;
        }
        into.writeBytes(piece, piece.readerIndex(), length);
        return Kept.KEPT;
    }

    /** Prepares for a wait: what lies in a read buffer moves into one of its own. False when the budget is spent. */
    boolean settle() {
        ByteBuf where = bytes;
        if (where == null || budgeted > 0) {
            return true;
        }
        int length = where.readableBytes();
        if (!budget.take(length)) {
            return false;
        }
        budgeted = length;
        ByteBuf own = where.alloc().buffer(Math.max(length, BYTES_MIN));
        own.writeBytes(where, where.readerIndex(), length);
        where.release();
        bytes = own;
        return true;
    }

    /** All of it, or null when nothing was kept. The caller owns the reference; the budget is still held. */
    @Nullable
    ByteBuf take() {
        ByteBuf taken = bytes;
        bytes = null;
        return taken;
    }

    /** Lets go of what is left and of the budget. */
    void release() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
        if (budgeted > 0) {
            budget.giveBack(budgeted);
            budgeted = 0;
        }
    }
}
