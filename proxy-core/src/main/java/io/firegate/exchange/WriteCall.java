package io.firegate.exchange;

import io.firegate.audit.OutcomeLine;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.Verification;
import io.firegate.auth.entra.VerifiedToken;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.WriteStream;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.IpAddress;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Standing;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Write stream: each message of it one Commit with Firestore, one after the other. Belongs to the event loop of its exchange; nothing
 * here waits.
 *
 * <p>Each write is judged by the clock and the policy of the moment it is read, and has a record of its own; the handshake's is the
 * exchange's. The stream ends with the first write that does not come out well, with the caller's token, and when the policy no longer
 * lets it be opened.
 */
final class WriteCall implements StreamedCall, StreamedCommit.Stream {
    /** What a write that has been sent may still take when its stream has to end: cut off, nobody would know whether it happened. */
    private static final long LAST_WRITE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ExchangeServices services;
    private final Worker worker;
    private final RequestHead head;
    private final VerifiedToken token;
    private final long deadlineNanos;
    private final Owner owner;
    private final WriteStream stream;
    private final AnswerPace pace;
    private final long startNanos = System.nanoTime();

    private @Nullable PolicySnapshot judgedBy;
    private boolean open;
    private @Nullable StreamedCommit writing;
    /** Why the stream ends when the write under way has, and when it ends at the latest. */
    private @Nullable Failure ending;

    private long endingByNanos;

    WriteCall(
            ExchangeServices services,
            Worker worker,
            RequestHead head,
            @Nullable IpAddress client,
            VerifiedToken token,
            long deadlineNanos,
            Owner owner) {
        this.services = services;
        this.worker = worker;
        this.head = head;
        this.token = token;
        this.deadlineNanos = deadlineNanos;
        this.owner = owner;
        this.stream = services.enforcer()
                .writeStream(token.principal(), owner.record().decisionId(), head.namedTier(), client);
        // Who does not read its answers writes no further.
        this.pace = new AnswerPace(bytes -> next(), services.answerBudget());
    }

    @Override
    public void message(byte[] message) {
        Instant now = services.clock().instant();
        if (!token.holds(now.toEpochMilli())) {
            fail(expired());
            return;
        }
        PolicySnapshot snapshot = services.policy().get();
        Standing standing = standing(snapshot);
        if (standing == null) {
            return;
        }
        ExchangeRecord record = open ? owner.another() : owner.record();
        record.judged(snapshot);
        if (open) {
            record.received(message.length);
        }
        WriteStream.Turn turn = stream.next(message, standing, now, new WriteTexts(record.decisionId()));
        switch (turn) {
            case WriteStream.Turn.Goodbye(byte[] answer) -> {
                owner.send(answer, pace);
                owner.end();
            }
            case WriteStream.Turn.Judged(Admission admission) -> {
                if (open) {
                    StreamedCommit commit = commit(record);
                    writing = commit;
                    commit.judged(admission);
                } else {
                    handshake(admission, snapshot, record);
                }
            }
        }
    }

    private void handshake(Admission admission, PolicySnapshot snapshot, ExchangeRecord record) {
        switch (admission) {
            case Admission.Answered opened -> {
                record.lasts();
                if (record.answered(opened)) {
                    open = true;
                    judgedBy = snapshot;
                    owner.send(opened.message(), pace);
                    pace.read(1);
                } else {
                    owner.fail(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
                }
            }
            case Admission.Denied denied -> {
                record.denied(denied);
                owner.fail(Failures.of(denied.deny()));
            }
            case Admission.Invalid(var problem, var place) -> fail(Failures.of(problem, place));
            case Admission.Admitted admitted -> throw new IllegalStateException("a handshake is forwarded to nobody");
            case Admission.Guarded guarded -> throw new IllegalStateException("a handshake writes nothing");
        }
    }

    private StreamedCommit commit(ExchangeRecord record) {
        long writeDeadline =
                Math.min(deadlineNanos, System.nanoTime() + services.timeoutNanos(FirestoreMethod.Shape.UNARY));
        return new StreamedCommit(services, worker, head, writeDeadline, record, this);
    }

    @Override
    public void committed(byte[] answer) {
        writing = null;
        byte[] response = stream.answer(answer);
        if (response == null) {
            owner.fail(Failures.of(UpstreamFailure.PROTOCOL));
            return;
        }
        owner.send(response, pace);
        Failure end = ending;
        if (end != null) {
            owner.fail(end);
        } else {
            pace.read(1);
        }
    }

    @Override
    public void refused(GrpcStatus status, Http2Headers trailers) {
        writing = null;
        owner.end(status, trailers);
    }

    @Override
    public void failed(Failure failure) {
        writing = null;
        owner.fail(failure);
    }

    private void next() {
        if (!owner.isOver()) {
            owner.next();
        }
    }

    @Override
    public void halfClosed() {
        // Who asked for nothing is told nothing, as by Firestore.
        owner.end();
    }

    @Override
    public void look() {
        if (writing != null) {
            writing.look();
        }
        if (owner.isOver()) {
            return;
        }
        Instant now = services.clock().instant();
        if (ending != null) {
            if (System.nanoTime() - endingByNanos >= 0) {
                fail(ending);
            }
        } else if (!token.holds(now.toEpochMilli())) {
            end(expired(), LAST_WRITE_NANOS);
        } else if (open) {
            judgeAnew(services.policy().get(), now);
        } else if (System.nanoTime() - startNanos >= services.bodyIdleNanos()) {
            fail(Failure.of(ErrorCode.REQUEST_INCOMPLETE, "firegate: the stream's first message did not arrive"));
        }
    }

    /** The caller's standing; null when its groups cannot be told at once, and the stream has ended. */
    private @Nullable Standing standing(PolicySnapshot snapshot) {
        switch (CallerStanding.atOnce(services, token, snapshot)) {
            case CallerStanding.Known(var standing) -> {
                return standing;
            }
            case CallerStanding.Unknown(var failure) -> fail(failure);
            case CallerStanding.Awaited awaited -> throw new IllegalStateException("nothing is awaited at once");
        }
        return null;
    }

    /** Only whether the stream may be open at all: each write is judged as it comes. */
    private void judgeAnew(PolicySnapshot snapshot, Instant now) {
        if (snapshot == judgedBy) {
            return;
        }
        judgedBy = snapshot;
        Standing standing = standing(snapshot);
        if (standing == null) {
            return;
        }
        Decision.Deny deny = stream.denial(standing, now);
        DatabaseName database = stream.database();
        if (deny != null && database != null) {
            ExchangeRecord record = owner.another();
            record.judged(snapshot);
            record.denied(new Admission.Denied(database, List.of(), deny));
            Failure failure = Failures.of(deny).decidedAs(record.decisionId());
            record.ended(failure.status(), OutcomeLine.Source.FIREGATE, OutcomeLine.End.COMPLETE, 0);
            end(failure, LAST_WRITE_NANOS);
        }
    }

    @Override
    public void drain() {
        end(
                Failure.of(ErrorCode.DRAINING, "firegate: the connection is ending; open another stream"),
                services.timeoutNanos(FirestoreMethod.Shape.UNARY));
    }

    /** Ends the stream at once, or when the write under way is done, which is given some time. */
    private void end(Failure failure, long lastWriteNanos) {
        if (writing == null) {
            fail(failure);
        } else if (ending == null) {
            ending = failure;
            endingByNanos = System.nanoTime() + lastWriteNanos;
        }
    }

    private void fail(Failure failure) {
        owner.record().refused(failure);
        owner.fail(failure);
    }

    @Override
    public void drop() {
        if (!open) {
            owner.record().refusedUnlessDecided(ErrorCode.CANCELLED);
        }
        StreamedCommit left = writing;
        writing = null;
        if (left != null) {
            left.drop();
        }
    }

    private static Failure expired() {
        return Failures.of(new Verification.Refused(TokenProblem.EXPIRED));
    }
}
