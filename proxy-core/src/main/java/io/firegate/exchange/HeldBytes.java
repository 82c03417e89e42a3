package io.firegate.exchange;

import io.firegate.config.Limit;
import io.firegate.config.Limits;

/**
 * How many bytes of requests and of answers may be held at once: as many as the limits say, and as there is memory for.
 *
 * <p>What is held lies in buffers outside the heap, of which a virtual machine takes as many bytes as its heap may have unless it is told
 * otherwise ({@code -XX:MaxDirectMemorySize}). Without room no connection can be read, not even to say so, so of that memory requests and
 * answers get a third each and the network the last.
 *
 * @param requests bytes of requests
 * @param answers bytes of answers
 */
public record HeldBytes(long requests, long answers) {
    private static final int SHARES = 3;

    /**
     * By the limits {@code requestBytesTotal} and {@code answerBytesTotal}.
     *
     * @param memory bytes of buffers the virtual machine may take
     */
    public static HeldBytes of(Limits limits, long memory) {
        long share = memory / SHARES;
        return new HeldBytes(
                Math.min(limits.get(Limit.REQUEST_BYTES_TOTAL), share),
                Math.min(limits.get(Limit.ANSWER_BYTES_TOTAL), share));
    }

    /** Whether both are what the limits say. */
    public boolean isAsSaid(Limits limits) {
        return requests == limits.get(Limit.REQUEST_BYTES_TOTAL) && answers == limits.get(Limit.ANSWER_BYTES_TOTAL);
    }
}
