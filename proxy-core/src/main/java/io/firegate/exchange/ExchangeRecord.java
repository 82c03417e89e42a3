package io.firegate.exchange;

import io.firegate.audit.AuditLog;
import io.firegate.audit.DecisionId;
import io.firegate.audit.DecisionLine;
import io.firegate.audit.OutcomeLine;
import io.firegate.audit.TraceParent;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.metrics.ExchangeCounters;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.IpAddress;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the two lines of one exchange, and counts them: exactly one decision, written before anything is forwarded or answered, and then
 * exactly one outcome. Belongs to the exchange's event loop.
 */
final class ExchangeRecord {
    private final AuditLog log;
    private final boolean servesUnrecorded;
    private final ExchangeCounters counters;
    private final InstantSource clock;
    private final DecisionId id;
    private final Instant time;
    private final Origin origin;
    private final RequestHead head;
    private final long startNanos = System.nanoTime();

    private @Nullable Principal principal;
    private @Nullable PolicySnapshot snapshot;
    private boolean decided;
    private boolean lasts;
    private boolean owesOutcome;
    private boolean over;
    private long forwardedNanos;
    private long bytesIn;
    private long bytesOut;

    /**
     * The record of one exchange.
     *
     * @param servesUnrecorded {@code audit.onFailure: allow}
     * @param time when the request arrived
     * @param head without what the caller proves itself by
     */
    ExchangeRecord(
            AuditLog log,
            boolean servesUnrecorded,
            ExchangeCounters counters,
            InstantSource clock,
            DecisionId id,
            Instant time,
            Origin origin,
            RequestHead head) {
        this.log = log;
        this.servesUnrecorded = servesUnrecorded;
        this.counters = counters;
        this.clock = clock;
        this.id = id;
        this.time = time;
        this.origin = origin;
        this.head = head;
    }

    /** A record for what is decided within this exchange, of the same caller. The exchange then owes no decision of its own. */
    ExchangeRecord another(DecisionId as, Instant at) {
        ExchangeRecord inner = new ExchangeRecord(log, servesUnrecorded, counters, clock, as, at, origin, head);
        inner.principal = principal;
        inner.snapshot = snapshot;
        decided = true;
        return inner;
    }

    /** The address the request was first sent from, or null. */
    @Nullable
    IpAddress client() {
        return origin.client();
    }

    /** What was asked, without what the caller proves itself by. */
    RequestHead head() {
        return head;
    }

    String decisionId() {
        return id.toString();
    }

    void caller(Principal verified) {
        principal = verified;
        counters.tokenAccepted();
    }

    /** Who calls; only of a request whose token was verified. */
    Principal caller() {
        if (principal == null) {
            throw new IllegalStateException("nobody has been verified");
        }
        return principal;
    }

    void received(int requestBytes) {
        bytesIn += requestBytes;
    }

    /** What is permitted next may go on for hours. */
    void lasts() {
        lasts = true;
    }

    void judged(PolicySnapshot by) {
        snapshot = by;
    }

    /** Records a permit; false when it could not be, and the call must not be forwarded. */
    boolean permitted(PermittedCall call) {
        DecisionLine.Verdict verdict = call.refused().isEmpty()
                ? new DecisionLine.Permitted(call.permit(), call.form(), snapshotId())
                : new DecisionLine.WriteByWrite(call.permit(), call.refused(), snapshotId());
        return decide(call.database(), verdict, null) || servesUnrecorded;
    }

    /** Records the verdict on what is not forwarded and yet answered; false when it is a permit that could not be recorded. */
    boolean answered(Admission.Answered answered) {
        Decision.Permit permit = answered.permit();
        if (permit != null) {
            return decide(answered.database(), new DecisionLine.Permitted(permit, snapshotId()), null)
                    || servesUnrecorded;
        }
        decide(
                answered.database(),
                new DecisionLine.WriteByWrite(null, answered.refused(), snapshotId()),
                answered.refused().get(0).reason());
        return true;
    }

    /** Records a denial. A line that cannot be written changes nothing for the caller: the answer is no either way. */
    void denied(Admission.Denied denied) {
        decide(
                denied.database(),
                new DecisionLine.Denied(denied.deny(), denied.accesses(), snapshotId()),
                denied.deny().reason());
    }

    /** Records the denial of a guarded write, unless an earlier turn of it was permitted. */
    void denied(DatabaseName database, Decision.Deny deny) {
        if (!decided) {
            Access refused = deny.refused();
            decide(
                    database,
                    new DecisionLine.Denied(deny, refused == null ? List.of() : List.of(refused), snapshotId()),
                    deny.reason());
        }
    }

    /** Records what permits a guarded write, once; false when it could not be, and nothing must be written. */
    boolean settled(DatabaseName database, Decision.Permit permit, List<Decision.Deny> refused) {
        if (decided) {
            return true;
        }
        DecisionLine.Verdict verdict = refused.isEmpty()
                ? new DecisionLine.Permitted(permit, snapshotId())
                : new DecisionLine.WriteByWrite(permit, refused, snapshotId());
        return decide(database, verdict, null) || servesUnrecorded;
    }

    /** Records a refusal before any verdict. */
    void refused(Failure failure) {
        if (!decided) {
            decide(
                    null,
                    new DecisionLine.Refused(
                            failure.reason(), failure.metadata().get("field")),
                    failure.reason());
        }
    }

    /** Records that nothing was decided, when that is so. */
    void refusedUnlessDecided(ErrorCode code) {
        if (!decided) {
            decide(null, new DecisionLine.Refused(code, null), code);
        }
    }

    void forwarded() {
        forwardedNanos = System.nanoTime();
    }

    void answered(int bytes) {
        bytesOut += bytes;
    }

    /** Records how it ended. */
    void ended(GrpcStatus status, OutcomeLine.Source source, OutcomeLine.End end, long messages) {
        long now = System.nanoTime();
        long upstreamNanos = forwardedNanos == 0 ? -1 : now - forwardedNanos;
        if (!over) {
            over = true;
            counters.ended(head.method(), status, source, now - startNanos, upstreamNanos);
        }
        if (owesOutcome) {
            owesOutcome = false;
            OutcomeLine line = new OutcomeLine(
                    id, clock.instant(), status, source, upstreamNanos, messages, bytesIn, bytesOut, end);
            if (lasts) {
                log.lastingOutcome(line);
            } else {
                log.outcome(line);
            }
        }
    }

    /**
     * Writes and counts the decision.
     *
     * @param reason null for a permit
     */
    private boolean decide(@Nullable DatabaseName database, DecisionLine.Verdict verdict, @Nullable Enum<?> reason) {
        decided = true;
        counters.decided(head.method(), reason);
        String trace = head.traceparent() == null ? null : TraceParent.traceId(head.traceparent());
        DecisionLine line = new DecisionLine(
                id,
                time,
                trace,
                principal,
                origin.peer(),
                origin.recordedClient(),
                head.methodName(),
                database,
                verdict);
        owesOutcome = lasts ? log.lastingDecision(line) : log.decision(line);
        return owesOutcome;
    }

    private String snapshotId() {
        return snapshot == null ? "" : snapshot.id();
    }
}
