package io.firegate.exchange;

import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.GuardedCall;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes of one request that are carried out each by itself: Commits with a record of their own, some at a time. Belongs to the event loop
 * of its exchange; nothing here waits.
 */
final class ApartCommits {
    /** How many are under way at a time: half of what an official client puts into one batch, and a few streams of a connection's hundred. */
    static final int AT_ONCE = 10;

    private final ExchangeServices services;
    private final Worker worker;
    private final RequestHead head;
    private final long deadlineNanos;
    private final ExchangeRecord outer;
    private final GuardedCall.Turn.Apart apart;
    private final Runnable whole;
    private final List<StreamedCommit> commits = new ArrayList<>();
    private int open;
    private boolean starting;
    private boolean over;

    /**
     * Writes of which none has begun.
     *
     * @param outer the record of the request
     * @param whole what is done when all have come to an end
     */
    ApartCommits(
            ExchangeServices services,
            Worker worker,
            RequestHead head,
            long deadlineNanos,
            ExchangeRecord outer,
            GuardedCall.Turn.Apart apart,
            Runnable whole) {
        this.services = services;
        this.worker = worker;
        this.head = head;
        this.deadlineNanos = deadlineNanos;
        this.outer = outer;
        this.apart = apart;
        this.whole = whole;
    }

    /** Begins as many as may be under way. */
    void start() {
        // One that ends at once comes back here: without a stack of them.
        if (starting) {
            return;
        }
        starting = true;
        while (!over && open < AT_ONCE && commits.size() < apart.calls().size()) {
            int call = commits.size();
            ExchangeRecord record = services.another(outer);
            StreamedCommit commit =
                    new StreamedCommit(services, worker, head, deadlineNanos, record, new End(call, record));
            commits.add(commit);
            open++;
            commit.judged(new Admission.Guarded(apart.calls().get(call)));
        }
        starting = false;
        if (!over && open == 0) {
            over = true;
            whole.run();
        }
    }

    /** Nobody waits for them any more. */
    void drop() {
        if (!over) {
            over = true;
            commits.forEach(StreamedCommit::drop);
        }
    }

    /** The end of one of them. */
    private final class End implements StreamedCommit.Stream {
        private final int call;
        private final ExchangeRecord record;

        End(int call, ExchangeRecord record) {
            this.call = call;
            this.record = record;
        }

        @Override
        public void committed(byte[] answer) {
            apart.ends().committed(call, answer);
            ended();
        }

        @Override
        public void refused(GrpcStatus status, Http2Headers trailers) {
            CharSequence words = trailers.get("grpc-message");
            apart.ends().failed(call, status.code(), words == null ? "" : words.toString());
            ended();
        }

        @Override
        public void failed(Failure failure) {
            apart.ends().failed(call, Failures.status(failure, record.decisionId()));
            ended();
        }

        private void ended() {
            open--;
            start();
        }
    }
}
