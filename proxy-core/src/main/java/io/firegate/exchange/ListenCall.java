package io.firegate.exchange;

import io.firegate.audit.OutcomeLine;
import io.firegate.auth.credential.Credential;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.Verification;
import io.firegate.auth.entra.VerifiedToken;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.ListenAnswer;
import io.firegate.firestore.enforce.ListenStream;
import io.firegate.firestore.enforce.LookedUp;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.upstream.AnswerSink;
import io.firegate.firestore.upstream.UpstreamCall;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.IpAddress;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Listen stream: the client's targets towards Firestore, and what Firestore says about them towards the client. Belongs to the event
 * loop of its exchange; nothing here waits.
 *
 * <p>A target that is refused or revoked is ended inside the stream, because official clients show their user no other error; the stream
 * itself ends when the caller's token does, when rows have changed, and with Firestore's.
 */
final class ListenCall implements StreamedCall, AnswerSink {
    /** What is kept of a target, its names and what was decided about each, in lengths of the message that added it. */
    private static final int KEPT_LENGTHS = 4;

    /**
     * A target Firestore knows of.
     *
     * @param record its two lines
     * @param bytes what it holds of the budget of request bytes
     */
    private record Listened(ExchangeRecord record, int bytes) {}

    /**
     * A target that waits for what is looked up for it. The client's next message waits as well.
     *
     * @param bytes what it will hold of the budget of request bytes
     */
    private record Waiting(ExchangeRecord record, int bytes) {}

    private final ExchangeServices services;
    private final Worker worker;
    private final RequestHead head;
    private final VerifiedToken token;
    private final long deadlineNanos;
    private final Owner owner;
    private final ListenStream stream;
    private final MessageAssembler assembler;
    private final Map<Integer, Listened> listened = new HashMap<>(1);
    private @Nullable Waiting waiting;
    /** What the documents that are looked up hold of the budget of request bytes. */
    private int watchedBytes;

    private @Nullable PolicySnapshot judgedBy;
    private int judgements;
    private @Nullable Instant boundary;
    private @Nullable UpstreamCall upstream;
    private @Nullable AnswerPace pace;
    private long lastSentNanos = System.nanoTime();

    ListenCall(
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
        this.stream =
                services.enforcer().listen(token.principal(), head.namedTier(), client, services.listenTargetsMax());
        this.assembler = new MessageAssembler(services.answerMessageBytesMax(), services.answerBudget());
    }

    @Override
    public void message(byte[] message) {
        Instant now = services.clock().instant();
        PolicySnapshot snapshot = services.policy().get();
        if (snapshot != judgedBy) {
            judgeAnew(snapshot, now);
        }
        if (owner.isOver()) {
            return;
        }
        Standing standing = standing(snapshot);
        if (standing == null) {
            return;
        }
        ExchangeRecord record = owner.another();
        record.received(message.length);
        record.judged(snapshot);
        settle(stream.asked(message, standing, now), record, KEPT_LENGTHS * message.length);
    }

    /**
     * Does what comes of a message of the client.
     *
     * @param bytes what a target holds of the budget of request bytes
     */
    private void settle(ListenStream.Asked asked, ExchangeRecord record, int bytes) {
        switch (asked) {
            case ListenStream.Asked.Permitted(int number, var call) -> permitted(number, call, record, bytes);
            case ListenStream.Asked.LookUp(var call) -> {
                waiting = new Waiting(record, bytes);
                whenStillJudgedSo(call, credential -> sendUp(call, credential));
            }
            case ListenStream.Asked.Denied(int target, var database, var accesses, var deny) ->
                denied(target, database, accesses, deny, record);
            case ListenStream.Asked.Refused(int target, var problem, var place) -> {
                Failure failure = Failures.of(problem, place);
                record.refused(failure);
                record.ended(failure.status(), OutcomeLine.Source.FIREGATE, OutcomeLine.End.COMPLETE, 0);
                answerLast(target, failure, record);
            }
            case ListenStream.Asked.Removed(var call) -> {
                if (call != null) {
                    sendUp(call);
                }
                release();
                owner.next();
            }
            case ListenStream.Asked.Invalid(var problem, var place) -> {
                Failure failure = Failures.of(problem, place);
                record.refused(failure);
                record.ended(failure.status(), OutcomeLine.Source.FIREGATE, OutcomeLine.End.COMPLETE, 0);
                owner.fail(failure);
            }
        }
    }

    private void permitted(int number, PermittedCall call, ExchangeRecord record, int bytes) {
        if (!services.bodyBudget().take(bytes)) {
            call.release();
            Failure failure = services.noBodyBudget();
            record.refused(failure);
            record.ended(failure.status(), OutcomeLine.Source.FIREGATE, OutcomeLine.End.COMPLETE, 0);
            owner.fail(failure);
            return;
        }
        record.lasts();
        if (!record.permitted(call)) {
            services.bodyBudget().giveBack(bytes);
            call.release();
            owner.fail(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
            return;
        }
        listened.put(number, new Listened(record, bytes));
        whenStillJudgedSo(call, credential -> {
            record.forwarded();
            sendUp(call, credential);
            if (!owner.isOver()) {
                owner.next();
            }
        });
    }

    /** Goes on with the credential of a call, unless what was decided has been judged anew since. */
    private void whenStillJudgedSo(PermittedCall call, Consumer<Credential> then) {
        int judged = judgements;
        services.withCredential(
                call,
                token.principal(),
                worker.loop(),
                owner::isOver,
                credential -> {
                    if (judged == judgements && services.policy().get() == judgedBy) {
                        then.accept(credential);
                    } else {
                        // Waited for the credential, and what was permitted may be no more.
                        call.release();
                        owner.fail(otherRows());
                    }
                },
                owner::fail);
    }

    private static Failure otherRows() {
        return Failure.of(
                ErrorCode.ROWS_CHANGED, "firegate: what this stream may see is no longer the same; listen again");
    }

    private void sendUp(PermittedCall call, Credential credential) {
        if (upstream != null) {
            upstream.send(call);
        } else {
            open(call, credential);
        }
    }

    private void open(PermittedCall call, Credential credential) {
        long left = deadlineNanos - System.nanoTime();
        UpstreamCall opened = worker.upstream().open(call, credential.authorization(), left, head.traceparent(), this);
        if (!owner.isOver()) {
            upstream = opened;
            pace = new AnswerPace(opened, services.answerBudget());
        }
    }

    private void sendUp(PermittedCall call) {
        if (upstream == null) {
            call.release();
        } else {
            upstream.send(call);
        }
    }

    /** Tells Firestore what need not be watched any more. */
    private void release() {
        stream.takeReleased().forEach(this::sendUp);
        holdWatched();
    }

    /** Counts what is held of documents that are looked up; ends the stream when there is no room for it. */
    private void holdWatched() {
        int bytes = (int) Math.min(Integer.MAX_VALUE, KEPT_LENGTHS * stream.watchedBytes());
        if (bytes <= watchedBytes) {
            services.bodyBudget().giveBack(watchedBytes - bytes);
            watchedBytes = bytes;
        } else if (services.bodyBudget().take(bytes - watchedBytes)) {
            watchedBytes = bytes;
        } else {
            owner.fail(services.noBodyBudget());
        }
    }

    private void denied(
            int target, DatabaseName database, List<Access> accesses, Decision.Deny deny, ExchangeRecord record) {
        answerLast(target, recorded(database, accesses, deny, record), record);
    }

    private static Failure recorded(
            DatabaseName database, List<Access> accesses, Decision.Deny deny, ExchangeRecord record) {
        Failure failure = Failures.of(deny);
        record.denied(new Admission.Denied(database, accesses, deny));
        record.ended(failure.status(), OutcomeLine.Source.FIREGATE, OutcomeLine.End.COMPLETE, 0);
        return failure;
    }

    /** Ends a target that never was one. The next message waits until this is out: who does not read is not served. */
    private void answerLast(int target, Failure failure, ExchangeRecord record) {
        send(ended(target, failure, record.decisionId()), new AnswerCredit() {
            @Override
            public void queued(int bytes) {
                services.answerBudget().hold(bytes);
            }

            @Override
            public void consumed(int bytes) {
                services.answerBudget().giveBack(bytes);
                if (!owner.isOver()) {
                    owner.next();
                }
            }
        });
    }

    private static byte[] ended(int target, Failure failure, String decisionId) {
        return ListenStream.removed(target, Failures.status(failure, decisionId));
    }

    private void send(byte[] message, AnswerCredit credit) {
        lastSentNanos = System.nanoTime();
        owner.send(message, credit);
    }

    @Override
    public void halfClosed() {
        owner.end();
    }

    @Override
    public void look() {
        Instant now = services.clock().instant();
        if (!token.holds(now.toEpochMilli())) {
            owner.fail(Failures.of(new Verification.Refused(TokenProblem.EXPIRED)));
            return;
        }
        PolicySnapshot snapshot = services.policy().get();
        Instant next = boundary;
        if (snapshot != judgedBy || (next != null && !now.isBefore(next))) {
            judgeAnew(snapshot, now);
        }
        if (!owner.isOver() && System.nanoTime() - lastSentNanos >= services.listenHeartbeatNanos()) {
            send(ListenStream.heartbeat(), AnswerCredit.NONE);
        }
    }

    private void judgeAnew(PolicySnapshot snapshot, Instant now) {
        judgedBy = snapshot;
        judgements++;
        Standing standing = standing(snapshot);
        if (standing == null) {
            return;
        }
        boundary = earlier(
                standing.nextChange(now),
                token.groupsElsewhere() ? services.groups().lookAgain(token.principal(), now) : null);
        for (ListenStream.Change change : stream.judgedAnew(standing, now)) {
            switch (change) {
                case ListenStream.Change.Elsewhere.INSTANCE -> {
                    owner.fail(otherRows());
                    return;
                }
                case ListenStream.Change.Revoked(
                        int target,
                        int number,
                        var database,
                        var accesses,
                        var deny,
                        var call) -> {
                    sendUp(call);
                    ExchangeRecord record = owner.another();
                    record.judged(snapshot);
                    Failure failure = recorded(database, accesses, deny, record);
                    over(number, failure.status(), OutcomeLine.Source.FIREGATE, 0);
                    send(ended(target, failure, record.decisionId()), AnswerCredit.NONE);
                }
                case ListenStream.Change.OtherFields(int target, int number, var call) -> {
                    sendUp(call);
                    Failure failure = Failure.of(
                            ErrorCode.FIELDS_CHANGED,
                            "firegate: the policy changed which fields may be seen; listen again");
                    Listened was = listened.get(number);
                    over(number, failure.status(), OutcomeLine.Source.FIREGATE, 0);
                    send(ended(target, failure, was == null ? "" : was.record().decisionId()), AnswerCredit.NONE);
                }
            }
        }
        release();
    }

    /**
     * The caller's standing; null when its groups cannot be told at once, which ends the stream: the client begins anew, and waits for them
     * before its next one.
     */
    private @Nullable Standing standing(PolicySnapshot snapshot) {
        return switch (CallerStanding.atOnce(services, token, snapshot)) {
            case CallerStanding.Known(var standing) -> standing;
            case CallerStanding.Unknown(var failure) -> {
                owner.fail(failure);
                yield null;
            }
            case CallerStanding.Awaited awaited -> throw new IllegalStateException("nothing is awaited at once");
        };
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }

    /** Records the end of a target. */
    private void over(int number, GrpcStatus status, OutcomeLine.Source source, long documents) {
        Listened was = listened.remove(number);
        if (was != null) {
            services.bodyBudget().giveBack(was.bytes());
            was.record().ended(status, source, OutcomeLine.End.COMPLETE, documents);
        }
    }

    @Override
    public void drain() {
        owner.fail(Failure.of(ErrorCode.DRAINING, "firegate: the connection is ending; listen again"));
    }

    @Override
    public void drop() {
        assembler.release();
        UpstreamCall open = upstream;
        if (open != null) {
            open.cancel();
        }
        for (Listened was : listened.values()) {
            services.bodyBudget().giveBack(was.bytes());
            was.record().ended(GrpcStatus.CANCELLED, OutcomeLine.Source.FIREGATE, OutcomeLine.End.CANCELLED, 0);
        }
        listened.clear();
        services.bodyBudget().giveBack(watchedBytes);
        watchedBytes = 0;
        Waiting unsettled = waiting;
        if (unsettled != null) {
            waiting = null;
            unsettled.record().refusedUnlessDecided(ErrorCode.CANCELLED);
            unsettled.record().ended(GrpcStatus.CANCELLED, OutcomeLine.Source.FIREGATE, OutcomeLine.End.CANCELLED, 0);
        }
    }

    @Override
    public void headers() {
        // The client hears from the stream when there is something to say.
    }

    @Override
    public void data(ByteBuf data) {
        AnswerPace paced = pace;
        if (owner.isOver() || paced == null) {
            data.release();
            return;
        }
        int bytes = data.readableBytes();
        try {
            for (byte[] message = assembler.next(data); message != null; message = assembler.next(data)) {
                if (!told(message, paced)) {
                    return;
                }
            }
        } finally {
            data.release();
        }
        if (assembler.trouble() != null) {
            owner.fail(
                    assembler.trouble() == MessageAssembler.Trouble.NO_BUDGET
                            ? noBudget()
                            : Failures.of(UpstreamFailure.PROTOCOL));
            return;
        }
        paced.read(bytes);
    }

    /** One message of Firestore; false when the stream is over. */
    private boolean told(byte[] message, AnswerPace paced) {
        if (services.answerBudget().isSpent()) {
            owner.fail(noBudget());
            return false;
        }
        if (!looksUp(stream.seen(message))) {
            return false;
        }
        ListenAnswer answer = stream.answered(message);
        if (answer == null) {
            owner.fail(Failures.of(UpstreamFailure.PROTOCOL));
            return false;
        }
        for (byte[] shown : answer.bytes()) {
            send(shown, paced);
        }
        for (ListenAnswer.Ended ended : answer.ended()) {
            GrpcStatus status = GrpcStatus.of(ended.status());
            over(ended.number(), status, OutcomeLine.Source.UPSTREAM, ended.documents());
        }
        release();
        goOn();
        return !owner.isOver();
    }

    /** Takes in what is told of documents that are looked up, before the client sees it; false when the stream is over. */
    private boolean looksUp(LookedUp lookedUp) {
        switch (lookedUp) {
            case SAME -> {}
            case CHANGED -> judgeAnew(services.policy().get(), services.clock().instant());
            case REFUSED -> upstreamDenied();
            case LOST ->
                owner.fail(Failure.of(
                        ErrorCode.UPSTREAM_UNAVAILABLE,
                        "firegate: Firestore tells no more of a document that the policy looks up; listen again"));
        }
        return !owner.isOver();
    }

    /** Goes on with the target that waits, when all is known that it needs. */
    private void goOn() {
        Waiting ready = waiting;
        PolicySnapshot snapshot = judgedBy;
        if (owner.isOver() || ready == null || snapshot == null || !stream.isLookedUp()) {
            return;
        }
        Standing standing = standing(snapshot);
        if (standing == null) {
            return;
        }
        waiting = null;
        ready.record().judged(snapshot);
        settle(stream.lookedUp(standing, services.clock().instant()), ready.record(), ready.bytes());
        release();
    }

    private static Failure noBudget() {
        return Failure.of(ErrorCode.OVERLOADED, "firegate: answers held at once exceed answerBytesTotal");
    }

    @Override
    public void trailers(Http2Headers trailers) {
        upstream = null;
        GrpcStatus status = GrpcStatus.parse(trailers.get("grpc-status"));
        switch (status) {
            case null -> owner.fail(Failures.of(UpstreamFailure.PROTOCOL));
            case OK ->
                owner.fail(Failure.of(
                        ErrorCode.UPSTREAM_UNAVAILABLE, "firegate: Firestore ended the stream; listen again"));
            case UNAUTHENTICATED ->
                owner.fail(Failure.of(
                        ErrorCode.UPSTREAM_UNAUTHENTICATED,
                        "firegate: Firestore did not accept firegate's own credential; your token is not the cause"));
            case PERMISSION_DENIED -> upstreamDenied();
            default -> {
                CharSequence text = trailers.get("grpc-message");
                owner.end(
                        status,
                        stream.withholdsWords()
                                ? GrpcEnd.of(
                                        status,
                                        "Firestore's words are withheld, because they may tell of what the policy hides")
                                : GrpcEnd.of(status, text == null ? "" : text.toString()));
            }
        }
    }

    /** Every target ends for itself, because clients show their users no stream's end. */
    private void upstreamDenied() {
        Failure failure = Failure.of(
                ErrorCode.UPSTREAM_DENIED,
                "firegate: permitted by the policy, refused by Google IAM for firegate's credential");
        for (int target : stream.targets()) {
            send(ended(target, failure, ""), AnswerCredit.NONE);
        }
        owner.fail(failure);
    }

    @Override
    public void failed(UpstreamFailure failure) {
        upstream = null;
        if (!owner.isOver()) {
            owner.fail(Failures.of(failure));
        }
    }
}
