package io.firegate.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record: a bounded queue of encoded lines and one thread, {@code firegate-audit}, that writes them. Safe for any thread; nothing
 * here makes a caller wait for the disk.
 *
 * <p><b>Room.</b> What is queued and not written, plus one outcome for each recorded decision that still owes one, never exceeds the
 * limit {@code auditQueueLines}, nor 1 KiB a line in bytes. So a decision is accepted only when its outcome will fit too, and an
 * exchange that was admitted can always write how it ended. In turn no more exchanges can be under way than the queue has lines.
 * Listen targets and Write streams are not among them: thousands may be open for hours, and would leave no room for anybody's calls. Their
 * outcomes are queued beyond the limits, each as large as a fraction of what it had kept in memory until then.
 *
 * <p><b>Speed.</b> A caller encodes into a buffer of its own thread and copies the bytes into the queue under a lock held for that
 * copy alone. The writer takes everything queued at once, writes it with one call, then waits up to 2 ms for more, so that under load
 * it makes few large writes; it is woken only when it had nothing to do or the queue is half full. A line that finds the writer
 * idle is written at once.
 *
 * <p><b>Failure.</b> When the sink fails, decisions are refused from then on ({@link #decision} answers false) while outcomes still find
 * the room kept for them. The writer tries again after 100 ms, then ever more rarely up to every 5 s, with nothing lost or written
 * twice, and decisions are accepted again as soon as it succeeds.
 */
public final class AuditLog implements AutoCloseable {
    /** Holds any line, and at 50,000 exchanges a second what comes in 2 ms. */
    private static final int CHUNK_BYTES = 256 * 1024;
    /** Chunks kept for reuse: one being filled, one being written. */
    private static final int CHUNKS_KEPT = 2;

    private static final long BYTES_PER_LINE = 1024;
    /** Room for a few of the longest lines however short the queue is. */
    private static final long BYTES_MIN = 4L * CHUNK_BYTES;

    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long RETRY_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    private final AuditSink sink;
    private final int linesMax;
    private final long bytesMax;
    private final ThreadLocal<LineEncoder> encoders = ThreadLocal.withInitial(LineEncoder::new);
    private final Thread writer = new Thread(this::run, "firegate-audit");

    /** Guards every field below it. */
    private final Object lock = new Object();

    private final Deque<ByteBuffer> spare = new ArrayDeque<>();
    private Deque<ByteBuffer> filling = new ArrayDeque<>();
    private int linesFilling;
    private int linesQueued;
    private long bytesQueued;
    private int outcomesOwed;
    private int lastingOwed;
    private long linesWritten;
    private long linesDropped;
    private long failures;
    private boolean idle;
    private boolean hurried;
    private boolean closed;
    private boolean stopped;

    /** Set by the writer alone. */
    private volatile @Nullable String problem;

    /** Non-zero once the log is closed: the {@link System#nanoTime} at which the writer gives up. */
    private volatile long closeBy;

    private AuditLog(AuditSink sink, int linesMax) {
        this.sink = sink;
        this.linesMax = linesMax;
        this.bytesMax = Math.max(BYTES_MIN, linesMax * BYTES_PER_LINE);
        writer.setDaemon(true);
    }

    /**
     * A record in a file, created when it is not there (for owner and group to read) and appended to when it is.
     *
     * <p>Opens the file before it returns, so that {@link #problem} tells at once about a wrong directory or a missing permission.
     *
     * @param file where the lines go
     * @param linesMax the limit {@code auditQueueLines}
     */
    public static AuditLog start(Path file, int linesMax) {
        return start(new FileSink(file), linesMax);
    }

    /**
     * A record in some other place.
     *
     * @param sink where the lines go; the log closes it
     * @param linesMax the limit {@code auditQueueLines}
     */
    public static AuditLog start(AuditSink sink, int linesMax) {
        AuditLog log = new AuditLog(sink, linesMax);
        log.tryOpen();
        log.writer.start();
        return log;
    }

    /**
     * Queues the first line of an exchange, before anything is forwarded or refused.
     *
     * @return whether it will be written. False when the queue is full, the sink fails or the log is closed: the line is dropped and
     *     counted, and there must be no {@link #outcome} for it
     */
    public boolean decision(DecisionLine line) {
        return decision(line, false);
    }

    /** The same of what may last for hours; its outcome is a {@link #lastingOutcome}. */
    public boolean lastingDecision(DecisionLine line) {
        return decision(line, true);
    }

    private boolean decision(DecisionLine line, boolean lasting) {
        if (problem != null) {
            return dropped();
        }
        LineEncoder encoder = encoders.get();
        encoder.encode(line);
        int length = encoder.length();
        boolean wake;
        synchronized (lock) {
            if (closed || !hasRoomWithOutcome(length)) {
                return dropped();
            }
            if (lasting) {
                lastingOwed++;
            } else {
                outcomesOwed++;
            }
            wake = enqueue(encoder.array(), length);
        }
        if (wake) {
            LockSupport.unpark(writer);
        }
        return true;
    }

    /**
     * Queues the second line of an exchange: exactly once for each {@link #decision} that answered true, for which there is always
     * room. Without such a decision the line is dropped and counted.
     */
    public void outcome(OutcomeLine line) {
        outcome(line, false);
    }

    /** The same of a {@link #lastingDecision}. */
    public void lastingOutcome(OutcomeLine line) {
        outcome(line, true);
    }

    private void outcome(OutcomeLine line, boolean lasting) {
        LineEncoder encoder = encoders.get();
        encoder.encode(line);
        boolean wake;
        synchronized (lock) {
            if ((lasting ? lastingOwed : outcomesOwed) == 0 || stopped) {
                dropped();
                return;
            }
            if (lasting) {
                lastingOwed--;
            } else {
                outcomesOwed--;
            }
            wake = enqueue(encoder.array(), encoder.length());
        }
        if (wake) {
            LockSupport.unpark(writer);
        }
    }

    private boolean dropped() {
        synchronized (lock) {
            linesDropped++;
        }
        return false;
    }

    private boolean hasRoomWithOutcome(int length) {
        return linesQueued + outcomesOwed + 2 <= linesMax
                && bytesQueued + length + (outcomesOwed + 1L) * LineEncoder.OUTCOME_BYTES_MAX <= bytesMax;
    }

    /** Adds a line, lock held; whether the writer is to be woken. */
    private boolean enqueue(byte[] line, int length) {
        chunkFor(length).put(line, 0, length);
        linesFilling++;
        linesQueued++;
        bytesQueued += length;
        boolean tight = linesQueued > (linesMax - outcomesOwed) / 2 || bytesQueued > bytesMax / 2;
        boolean wake = idle || (tight && !hurried);
        hurried |= tight;
        idle = false;
        return wake;
    }

    /** A line never spans two chunks, so that each chunk ends in a newline. */
    private ByteBuffer chunkFor(int length) {
        ByteBuffer last = filling.peekLast();
        if (last != null && last.remaining() >= length) {
            return last;
        }
        ByteBuffer kept = spare.pollLast();
        ByteBuffer chunk = kept == null ? ByteBuffer.allocate(CHUNK_BYTES) : kept;
        filling.addLast(chunk);
        return chunk;
    }

    /** Whether decisions are accepted, room permitting. */
    public boolean healthy() {
        return problem == null && closeBy == 0;
    }

    /** Why the record cannot be written, naming the place, for the operator; null while it can. */
    public @Nullable String problem() {
        return problem;
    }

    /** Lines the sink has taken. */
    public long linesWritten() {
        synchronized (lock) {
            return linesWritten;
        }
    }

    /** Lines that were refused or given up. */
    public long linesDropped() {
        synchronized (lock) {
            return linesDropped;
        }
    }

    /** Lines waiting to be written. */
    public int linesQueued() {
        synchronized (lock) {
            return linesQueued;
        }
    }

    /** Failed attempts to open the sink or to write to it. */
    public long failures() {
        synchronized (lock) {
            return failures;
        }
    }

    /**
     * Accepts no more decisions, writes what is queued, closes the sink and returns; gives up after 5 s, and then the lines left count
     * as dropped. Outcomes that come before the writer is done are still written. Waits, so not for an event loop.
     */
    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                closeBy = (System.nanoTime() + CLOSE_NANOS) | 1;
            }
            idle = false;
        }
        LockSupport.unpark(writer);
        try {
            writer.join(TimeUnit.NANOSECONDS.toMillis(CLOSE_NANOS) + 100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- Below: the writer's thread ----

    private void run() {
        try {
            openAgain();
            boolean busy = false;
            while (!isOver()) {
                if (writeQueued()) {
                    busy = true;
                    LockSupport.parkNanos(this, LINGER_NANOS);
                } else if (busy) {
                    busy = false; // waits once more, so that a steady trickle of lines does not need a wake-up for each
                    LockSupport.parkNanos(this, LINGER_NANOS);
                } else {
                    awaitLines();
                }
            }
            sink.close();
        } catch (IOException e) {
            LOG.error("audit: closing failed, the last lines may not be on the disk: {}", reason(e));
        } finally {
            end();
        }
    }

    private void openAgain() {
        for (long wait = RETRY_NANOS_MIN; problem != null && closeBy == 0; wait = longer(wait)) {
            LockSupport.parkNanos(this, wait);
            tryOpen();
        }
    }

    /** Whether the log is closed and either all is written or the time for it has passed. From then on no line is taken. */
    private boolean isOver() {
        synchronized (lock) {
            stopped = closed && (linesFilling == 0 || isLate());
            return stopped;
        }
    }

    private boolean isLate() {
        return closeBy != 0 && System.nanoTime() - closeBy >= 0;
    }

    private void awaitLines() {
        synchronized (lock) {
            if (linesFilling > 0 || closed) {
                return;
            }
            idle = true;
        }
        while (isIdle()) {
            LockSupport.park(this);
        }
    }

    private boolean isIdle() {
        synchronized (lock) {
            return idle;
        }
    }

    /** Writes all that is queued, however many tries it takes; false when there was nothing. */
    private boolean writeQueued() {
        Deque<ByteBuffer> batch;
        int lines;
        synchronized (lock) {
            hurried = false;
            if (linesFilling == 0) {
                return false;
            }
            batch = filling;
            lines = linesFilling;
            filling = new ArrayDeque<>();
            linesFilling = 0;
        }
        long bytes = 0;
        for (ByteBuffer chunk : batch) {
            chunk.flip();
            bytes += chunk.remaining();
            if (!writeWhole(chunk)) {
                return true;
            }
        }
        synchronized (lock) {
            linesWritten += lines;
            linesQueued -= lines;
            bytesQueued -= bytes;
            while (spare.size() < CHUNKS_KEPT && !batch.isEmpty()) {
                spare.addLast(batch.removeLast().clear());
            }
        }
        return true;
    }

    /** False when the log was closed and the time to write has passed. */
    private boolean writeWhole(ByteBuffer chunk) {
        for (long wait = RETRY_NANOS_MIN; !isLate(); wait = longer(wait)) {
            try {
                sink.write(chunk);
                recovered();
                return true;
            } catch (IOException e) {
                failed(e);
            }
            LockSupport.parkNanos(this, wait);
        }
        return false;
    }

    private static long longer(long wait) {
        return Math.min(2 * wait, RETRY_NANOS_MAX);
    }

    private void tryOpen() {
        try {
            sink.open();
            recovered();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException e) {
        synchronized (lock) {
            failures++;
        }
        String reason = reason(e);
        if (!reason.equals(problem)) {
            LOG.error("audit: the record cannot be written, trying again: {}", reason);
        }
        problem = reason;
    }

    private void recovered() {
        if (problem != null) {
            problem = null;
            LOG.warn(
                    "audit: the record is being written again: {}; lines dropped since the start: {}",
                    sink,
                    linesDropped());
        }
    }

    private String reason(IOException e) {
        String text = e.getMessage();
        String place = sink.toString();
        if (text == null) {
            return place + ": " + e.getClass().getSimpleName();
        }
        return text.startsWith(place) ? text : place + ": " + text;
    }

    private void end() {
        problem = sink + ": the record is closed";
        synchronized (lock) {
            closed = true;
            stopped = true;
            if (linesQueued > 0) {
                LOG.error("audit: {} lines were not written", linesQueued);
            }
            linesDropped += linesQueued;
            linesQueued = 0;
        }
    }
}
