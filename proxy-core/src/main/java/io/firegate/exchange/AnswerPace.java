package io.firegate.exchange;

import io.firegate.firestore.upstream.ByteCredit;

/**
 * Keeps a fast upstream to a slow client's pace where answers are rewritten on the way, so that bytes in are not bytes out. Belongs
 * to the event loop of its exchange.
 *
 * <p>Bytes are given back to the upstream's window as they are read, because a message may be longer than the window; but while more
 * than {@link #AHEAD_BYTES_MAX} rendered bytes wait for the client, they are kept back until those have gone out. What waits is
 * therefore bounded by that plus what one window of answer renders to.
 */
final class AnswerPace implements AnswerCredit {
    /** Rendered bytes that may wait for the client before the upstream is held: a stream window of the official clients. */
    static final int AHEAD_BYTES_MAX = 65_536;

    private final ByteCredit upstream;
    private final ByteBudget budget;
    private int waiting;
    private int owed;

    /**
     * The pace of one answer.
     *
     * @param upstream is told what has been read
     * @param budget bytes of answers held by all exchanges: a client that reads nothing holds its answers when their exchanges have
     *     long ended
     */
    AnswerPace(ByteCredit upstream, ByteBudget budget) {
        this.upstream = upstream;
        this.budget = budget;
    }

    @Override
    public void queued(int bytes) {
        waiting += bytes;
        budget.hold(bytes);
    }

    /** Answer bytes have been read. */
    void read(int bytes) {
        owed += bytes;
        settle();
    }

    @Override
    public void consumed(int bytes) {
        waiting -= bytes;
        budget.giveBack(bytes);
        settle();
    }

    private void settle() {
        if (owed > 0 && waiting <= AHEAD_BYTES_MAX) {
            int due = owed;
            owed = 0;
            upstream.consumed(due);
        }
    }
}
