package io.firegate.benchmarks;

import io.firegate.audit.AuditLog;
import io.firegate.audit.AuditSink;
import io.firegate.audit.DecisionId;
import io.firegate.audit.DecisionIds;
import io.firegate.audit.DecisionLine;
import io.firegate.audit.OutcomeLine;
import io.firegate.error.GrpcStatus;
import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Operation;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the record costs an event loop: both lines of a GetDocument, encoded and queued. The disk is left out. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecordBenchmark {
    /** Far more than one thread can make while the writer sleeps. */
    private static final int LINES_MAX = 1_048_576;

    private final AuditLog log = AuditLog.start(new Nowhere(), LINES_MAX);
    private final DecisionIds ids = new DecisionIds();
    private final Clock clock = Clock.systemUTC();
    private final DatabaseName database = new DatabaseName("p", "(default)");
    private final DecisionLine.Permitted permitted = permitted();

    private DecisionLine.Permitted permitted() {
        PolicySnapshot snapshot = Policies.compile(Policies.files(10));
        Standing standing = snapshot.standing(Policies.CALLER);
        Access access = Access.of(
                Operation.GET,
                new Resource.Document(
                        ResourcePath.parse("tenants/t0/kind1/alice").orElseThrow()));
        if (snapshot.decide(standing, new AccessRequest(database, List.of(access), null, Instant.EPOCH))
                instanceof Decision.Permit permit) {
            return new DecisionLine.Permitted(permit, snapshot.id());
        }
        throw new IllegalStateException("not the verdict to be measured");
    }

    @Benchmark
    public boolean decisionAndOutcome() {
        DecisionId id = ids.next();
        boolean kept = log.decision(new DecisionLine(
                id, clock.instant(), null, Policies.CALLER, "127.0.0.1", null, "GetDocument", database, permitted));
        log.outcome(new OutcomeLine(
                id,
                clock.instant(),
                GrpcStatus.OK,
                OutcomeLine.Source.UPSTREAM,
                1_234_567,
                1,
                53,
                937,
                OutcomeLine.End.COMPLETE));
        return kept;
    }

    @TearDown
    public void close() {
        log.close();
        if (log.linesDropped() > 0) {
            throw new IllegalStateException("the queue was full, and a refusal is cheaper than a line");
        }
    }

    /** Takes every line and keeps none. */
    private static final class Nowhere implements AuditSink {
        @Override
        public void open() {
            // There is nothing to open.
        }

        @Override
        public void write(ByteBuffer lines) {
            lines.position(lines.limit());
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }
}
