package io.firegate.exchange;

import io.firegate.auth.credential.Credential;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.enforce.GuardedCall;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.enforce.WriteCondition;
import io.firegate.firestore.upstream.UpstreamCall;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.Decision;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the turns of one guarded call with Firestore. Belongs to the event loop of its exchange; nothing here waits. */
@SuppressWarnings("FutureReturnValueIgnored") // a pause that is not ended by its timer is ended by the exchange
final class GuardedTurns {
    /** The exchange, as far as this concerns it. */
    interface Owner {
        /** Whether it has ended, so that nothing may be done any more. */
        boolean isOver();

        /** The call that is under way, or null in between. */
        void calls(@Nullable UpstreamCall opened);

        /** The client's own request goes out now. */
        void writes();

        /** It is known what the request comes to. */
        void judged(Admission admission);

        /** The good end. */
        void answer(byte[] message);

        /** Firestore's own end. */
        void relay(Http2Headers trailers, AnswerExaminer ending);

        /** An end that has been recorded as decided. */
        void decided(Failure failure);

        /** An end nobody has decided. */
        void failed(Failure failure);
    }

    private static final Logger log = LoggerFactory.getLogger(GuardedTurns.class);

    private final ExchangeServices services;
    private final Worker worker;
    private final RequestHead head;
    private final long deadlineNanos;
    private final ExchangeRecord record;
    private final GuardedCall guarded;
    private final Owner owner;
    private final GivenUp givenUp;
    private @Nullable CollectedAnswer collecting;
    /** The question under way that begins a transaction. */
    private @Nullable UpstreamCall beginning;

    private @Nullable ApartCommits apart;

    GuardedTurns(
            ExchangeServices services,
            Worker worker,
            RequestHead head,
            long deadlineNanos,
            ExchangeRecord record,
            GuardedCall guarded,
            Owner owner) {
        this.services = services;
        this.worker = worker;
        this.head = head;
        this.deadlineNanos = deadlineNanos;
        this.record = record;
        this.guarded = guarded;
        this.owner = owner;
        this.givenUp = new GivenUp(services, worker, head);
    }

    /** Takes the first turn, or after a pause the first one again. */
    void begin() {
        if (!owner.isOver()) {
            next(guarded::begin, null);
        }
    }

    /** A fault in working a turn out is this call's alone, and not that of whoever shares its connection to Firestore. */
    private void next(Supplier<GuardedCall.Turn> turn, @Nullable Http2Headers trailers) {
        GuardedCall.Turn taken;
        try {
            taken = turn.get();
        } catch (RuntimeException e) {
            // The class alone: a message could hold what is stored.
            log.error("a guarded call could not be judged: {}", e.getClass().getName());
            owner.failed(Failure.of(ErrorCode.INTERNAL, "firegate: the request could not be judged"));
            return;
        }
        if (taken == GuardedCall.Turn.Relay.INSTANCE && trailers != null) {
            if (isRecorded(List.of())) {
                owner.relay(trailers, guarded.ending());
            }
        } else {
            take(taken);
        }
    }

    /** It is over: nothing is held any more, and no transaction is left behind. May be called again. */
    void drop() {
        CollectedAnswer answer = collecting;
        UpstreamCall waited = beginning;
        if (answer != null && waited != null) {
            // Only the answer tells which transaction it was.
            givenUp.within(() -> {
                waited.cancel();
                answer.drop();
            });
        } else if (answer != null) {
            answer.drop();
        }
        collecting = null;
        giveUp();
        if (apart != null) {
            apart.drop();
        }
    }

    private void giveUp() {
        PermittedCall rollback = guarded.leftOpen();
        if (rollback != null) {
            givenUp.send(rollback, record.caller());
        }
    }

    private void take(GuardedCall.Turn turn) {
        switch (turn) {
            case GuardedCall.Turn.Ask ask -> ask(ask);
            case GuardedCall.Turn.Pause(long millis) -> {
                giveUp();
                worker.loop().schedule(this::begin, millis, TimeUnit.MILLISECONDS);
            }
            case GuardedCall.Turn.Apart parted -> apart(parted);
            case GuardedCall.Turn.Answer answer -> {
                if (isRecorded(answer.refused())) {
                    owner.answer(answer.bytes());
                }
            }
            case GuardedCall.Turn.Refuse(Decision.Deny deny) -> {
                record.denied(guarded.database(), deny);
                owner.decided(Failures.of(deny));
            }
            case GuardedCall.Turn.Judged(var admission) -> owner.judged(admission);
            case GuardedCall.Turn.Fail(WriteCondition condition) -> {
                if (isRecorded(List.of())) {
                    owner.decided(Failures.of(condition));
                }
            }
            case GuardedCall.Turn.Relay.INSTANCE -> throw new IllegalStateException("relayed with its trailers");
            case GuardedCall.Turn.Broken.INSTANCE -> unanswered(Failures.of(UpstreamFailure.PROTOCOL));
        }
    }

    private void apart(GuardedCall.Turn.Apart parted) {
        // What is left of the request may be nothing, and then there is no decision about it.
        if (!parted.refused().isEmpty() && !record.settled(guarded.database(), parted.rest(), parted.refused())) {
            owner.decided(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
            return;
        }
        apart = new ApartCommits(
                services,
                worker,
                head,
                deadlineNanos,
                record,
                parted,
                () -> next(() -> parted.ends().whole(), null));
        apart.start();
    }

    /** Whether the decision is in the record; where it cannot be, nothing is answered that depends on it. */
    private boolean isRecorded(List<Decision.Deny> refused) {
        boolean recorded = record.settled(guarded.database(), guarded.permit(), refused);
        if (!recorded) {
            owner.decided(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
        }
        return recorded;
    }

    private void unanswered(Failure failure) {
        GuardedCall.Turn left = guarded.unanswered();
        if (left == null) {
            owner.failed(failure);
        } else {
            take(left);
        }
    }

    private void ask(GuardedCall.Turn.Ask ask) {
        PermittedCall asked = ask.call();
        if (ask.purpose() == GuardedCall.Purpose.WRITES) {
            if (!record.settled(guarded.database(), asked.permit(), asked.refused())) {
                asked.release();
                owner.decided(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
                return;
            }
            owner.writes();
        }
        services.withCredential(
                asked,
                record.caller(),
                worker.loop(),
                owner::isOver,
                credential -> ask(ask, credential),
                owner::failed);
    }

    private void ask(GuardedCall.Turn.Ask ask, Credential credential) {
        record.forwarded();
        Answers answers = new Answers();
        CollectedAnswer answer = new CollectedAnswer(
                services.answerMessageBytesMax(), services.guardBytesMax(), services.answerBudget(), answers);
        collecting = answer;
        boolean begins = ask.purpose() == GuardedCall.Purpose.BEGINS;
        long left = deadlineNanos - System.nanoTime() + (begins ? GivenUp.WAIT_NANOS : 0);
        UpstreamCall opened =
                worker.upstream().open(ask.call(), credential.authorization(), left, head.traceparent(), answer);
        if (answers.over) {
            return;
        }
        answer.from(opened);
        if (begins) {
            // Not for the exchange to cancel.
            beginning = opened;
        } else {
            owner.calls(opened);
        }
    }

    /** What comes of a question. */
    private final class Answers implements CollectedAnswer.Reader {
        /** Whether it has come to something. */
        private boolean over;

        /** Whether the exchange still waits for it. What nobody has heard may have begun a transaction. */
        private boolean isHeard(@Nullable List<byte[]> unheard) {
            over = true;
            beginning = null;
            if (unheard != null) {
                guarded.unheard(unheard);
            }
            if (owner.isOver()) {
                giveUp();
            }
            return !owner.isOver();
        }

        @Override
        public void collected(List<byte[]> messages, Http2Headers trailers) {
            if (!isHeard(owner.isOver() ? messages : null)) {
                return;
            }
            owner.calls(null);
            GrpcStatus status = GrpcStatus.parse(trailers.get("grpc-status"));
            if (status == null) {
                owner.failed(Failures.of(UpstreamFailure.PROTOCOL));
                return;
            }
            next(() -> guarded.answered(messages, status.code()), trailers);
        }

        @Override
        public void notCollected(List<byte[]> messages, UpstreamFailure failure) {
            if (isHeard(messages)) {
                unanswered(Failures.of(failure));
            }
        }

        @Override
        public void tooLarge(List<byte[]> messages) {
            UpstreamCall waited = beginning;
            if (waited != null) {
                waited.cancel();
            }
            if (!isHeard(messages)) {
                return;
            }
            unanswered(Failure.of(
                    ErrorCode.ANSWER_TOO_LARGE,
                    "firegate: the documents that decide about this request are larger than guardBytes ("
                            + services.guardBytesMax() + ")"));
        }
    }
}
