package io.firegate.exchange;

import io.firegate.audit.OutcomeLine;
import io.firegate.auth.credential.Credential;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.enforce.Examined;
import io.firegate.firestore.enforce.GuardedCall;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.upstream.UpstreamCall;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write of a Write stream on its way to Firestore: a Commit of its own, with a record of its own. Belongs to the event loop of its
 * exchange; nothing here waits.
 */
final class StreamedCommit implements GuardedTurns.Owner, CollectedAnswer.Reader {
    /** The stream it belongs to. Exactly one of the methods is called, once, unless it is {@link #drop dropped}. */
    interface Stream {
        /** It is written, and this is the answer to the Commit. */
        void committed(byte[] answer);

        /** It is not, and Firestore says why. */
        void refused(GrpcStatus status, Http2Headers trailers);

        /** It is not, or nobody knows, and firegate says why. */
        void failed(Failure failure);
    }

    private final ExchangeServices services;
    private final Worker worker;
    private final RequestHead head;
    private final long deadlineNanos;
    private final ExchangeRecord record;
    private final Stream stream;

    private @Nullable AnswerExaminer examiner;
    private @Nullable CollectedAnswer collecting;
    private @Nullable GuardedTurns guarding;
    private @Nullable UpstreamCall call;
    private boolean over;

    /**
     * A write that has been judged.
     *
     * @param deadlineNanos when it must have been answered, in terms of {@link System#nanoTime}
     */
    StreamedCommit(
            ExchangeServices services,
            Worker worker,
            RequestHead head,
            long deadlineNanos,
            ExchangeRecord record,
            Stream stream) {
        this.services = services;
        this.worker = worker;
        this.head = head;
        this.deadlineNanos = deadlineNanos;
        this.record = record;
        this.stream = stream;
    }

    /** Does what has been judged. */
    @Override
    public void judged(Admission admission) {
        switch (admission) {
            case Admission.Admitted(PermittedCall permitted) -> forward(permitted);
            case Admission.Guarded(GuardedCall guarded) -> {
                guarding = new GuardedTurns(services, worker, head, deadlineNanos, record, guarded, this);
                guarding.begin();
            }
            case Admission.Answered answered -> {
                if (record.answered(answered)) {
                    answer(answered.message());
                } else {
                    decided(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
                }
            }
            case Admission.Denied denied -> {
                record.denied(denied);
                decided(Failures.of(denied.deny()));
            }
            case Admission.Invalid(var problem, var place) -> decided(Failures.of(problem, place));
        }
    }

    private void forward(PermittedCall permitted) {
        if (!record.permitted(permitted)) {
            permitted.release();
            decided(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
            return;
        }
        services.withCredential(
                permitted,
                record.caller(),
                worker.loop(),
                () -> over,
                credential -> forward(permitted, credential),
                this::failed);
    }

    private void forward(PermittedCall permitted, Credential credential) {
        examiner = permitted.answers();
        record.forwarded();
        CollectedAnswer answer = new CollectedAnswer(
                services.answerMessageBytesMax(), services.answerMessageBytesMax(), services.answerBudget(), this);
        collecting = answer;
        long left = deadlineNanos - System.nanoTime();
        UpstreamCall opened =
                worker.upstream().open(permitted, credential.authorization(), left, head.traceparent(), answer);
        if (!over) {
            call = opened;
            answer.from(opened);
        }
    }

    /** Ends it when it takes too long. */
    void look() {
        if (!over && System.nanoTime() - deadlineNanos >= 0) {
            cancel();
            ends(Failure.of(ErrorCode.DEADLINE_EXCEEDED, "firegate: the deadline passed"), OutcomeLine.End.DEADLINE);
        }
    }

    /** Its stream has ended, and nobody waits for the answer. */
    void drop() {
        if (!over) {
            cancel();
            over = true;
            record.refusedUnlessDecided(ErrorCode.CANCELLED);
            record.ended(GrpcStatus.CANCELLED, OutcomeLine.Source.FIREGATE, OutcomeLine.End.CANCELLED, 0);
        }
        letGo();
    }

    @Override
    public void collected(List<byte[]> messages, Http2Headers trailers) {
        AnswerExaminer by = examiner;
        call = null;
        if (GrpcStatus.parse(trailers.get("grpc-status")) != GrpcStatus.OK) {
            relay(trailers, by);
        } else if (by != null
                && messages.size() == 1
                && by.examined(messages.get(0)) instanceof Examined.Send(byte[] fit)) {
            answer(fit);
        } else {
            failed(Failures.of(UpstreamFailure.PROTOCOL));
        }
    }

    @Override
    public void notCollected(List<byte[]> messages, UpstreamFailure failure) {
        failed(Failures.of(failure));
    }

    @Override
    public void tooLarge(List<byte[]> messages) {
        failed(Failure.of(
                ErrorCode.ANSWER_TOO_LARGE,
                "firegate: the answer is longer than answerMessageBytes (" + services.answerMessageBytesMax() + ")"));
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void calls(@Nullable UpstreamCall opened) {
        call = opened;
    }

    @Override
    public void writes() {
        // Before it or after, the stream waits.
    }

    @Override
    public void answer(byte[] message) {
        over = true;
        letGo();
        record.answered(message.length);
        record.ended(GrpcStatus.OK, OutcomeLine.Source.UPSTREAM, OutcomeLine.End.COMPLETE, 1);
        stream.committed(message);
    }

    @Override
    public void relay(Http2Headers trailers, @Nullable AnswerExaminer ending) {
        switch (UpstreamEnd.of(trailers, ending)) {
            case UpstreamEnd.Failed(Failure failure) -> failed(failure);
            case UpstreamEnd.Told told -> {
                over = true;
                letGo();
                record.ended(told.status(), told.source(), OutcomeLine.End.COMPLETE, 0);
                stream.refused(told.status(), told.trailers());
            }
        }
    }

    @Override
    public void decided(Failure failure) {
        ends(failure, OutcomeLine.End.COMPLETE);
    }

    @Override
    public void failed(Failure failure) {
        cancel();
        ends(failure, OutcomeLine.End.COMPLETE);
    }

    private void ends(Failure failure, OutcomeLine.End end) {
        if (!over) {
            over = true;
            letGo();
            record.refused(failure);
            record.ended(failure.status(), OutcomeLine.Source.FIREGATE, end, 0);
            stream.failed(failure.decidedAs(record.decisionId()));
        }
    }

    private void cancel() {
        UpstreamCall open = call;
        call = null;
        if (open != null) {
            open.cancel();
        }
    }

    private void letGo() {
        if (collecting != null) {
            collecting.drop();
        }
        if (guarding != null) {
            guarding.drop();
        }
    }
}
