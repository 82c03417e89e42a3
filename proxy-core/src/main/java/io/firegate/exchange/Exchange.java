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
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.enforce.GuardedCall;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.upstream.AnswerSink;
import io.firegate.firestore.upstream.UpstreamCall;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request, from its first byte to its record. Belongs to the event loop of its connection; nothing here waits.
 *
 * <p>The straight line, to be read downwards: {@link #begin} (headers) → {@link #verified} → {@link #body} (bytes, still
 * unread) → {@link #judge} (decode, decide, constrain) → {@link #forward} → the {@link AnswerSink} methods → {@link #close}.
 *
 * <pre>
 *   AUTHENTICATING ──► RECEIVING ──► (GUARDING ──►) FORWARDED ──► OVER
 *          │               │              │             ├─────────▲   (refused, failed, cancelled, too late)
 *          ├───────────────┴──────────────┴─────────────┘         │
 *          └──────────────────────────────────────► STREAMED ─────┘   (messages flow both ways)
 * </pre>
 *
 * Bytes may arrive while the token is still being verified, or the caller's groups are looked up: they are kept, unread, within the
 * stream's window.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
public final class Exchange extends Deadlines.Entry implements AnswerSink {
    private enum State {
        AUTHENTICATING,
        RECEIVING,
        /** Which groups the caller is in is being asked. */
        LOOKING_UP,
        /** Its verdict waits for what Firestore has stored. */
        GUARDING,
        FORWARDED,
        /** A call whose messages flow both ways. */
        STREAMED,
        OVER
    }

    private final ExchangeServices services;
    private final Worker worker;
    private final Responder responder;
    private RequestHead head;
    private final Instant now;
    private final long startNanos;
    private final ExchangeRecord record;
    private final MessageCounter answerMessages = new MessageCounter();
    private State state = State.AUTHENTICATING;
    private @Nullable VerifiedToken token;
    private final RequestBody held;
    private int bodyBytesUnreturned;
    private boolean bodyWhole;
    private boolean lookedUp;
    private long callerDeadlineNanos;
    private @Nullable UpstreamCall call;
    private @Nullable AnswerExaminer examiner;
    /** Null while frames are relayed unread. */
    private @Nullable AnswerReader reader;
    /** Takes the turns of a guarded call. */
    private @Nullable GuardedTurns guarding;
    /** Set when messages flow both ways. */
    private @Nullable ExchangeStream stream;

    Exchange(
            ExchangeServices services,
            Worker worker,
            Responder responder,
            RequestHead head,
            Instant now,
            ExchangeRecord record) {
        this.services = services;
        this.worker = worker;
        this.responder = responder;
        this.head = head;
        this.now = now;
        this.startNanos = System.nanoTime();
        this.record = record;
        this.held = new RequestBody(services.requestBytesMax(), services.bodyBudget());
    }

    /** Starts with the headers. The remembered token is one this very header value was verified to, or null. */
    public void begin(@Nullable VerifiedToken remembered) {
        FirestoreMethod method = head.method();
        FirestoreMethod.Shape shape = method == null ? FirestoreMethod.Shape.UNARY : method.shape();
        long timeout = Math.min(services.timeoutNanos(shape), head.timeoutNanos());
        callerDeadlineNanos = startNanos + timeout;
        worker.deadlines().join(this, Math.min(callerDeadlineNanos, startNanos + services.bodyIdleNanos()));
        verified(services.verify(head, remembered, now));
    }

    private void verified(Verification verification) {
        switch (verification) {
            case Verification.Verified(VerifiedToken good) -> authenticated(good);
            case Verification.Refused refused -> refuse(Failures.of(refused));
            case Verification.Pending(var result) -> result.whenComplete(this::verifiedLater);
        }
    }

    /** On whatever thread fetched the key. */
    private void verifiedLater(@Nullable Verification outcome, @Nullable Throwable fault) {
        Verification known =
                outcome == null || fault != null ? new Verification.Refused(TokenProblem.KEYS_UNAVAILABLE) : outcome;
        worker.loop().execute(() -> {
            if (state == State.AUTHENTICATING) {
                verified(known);
            }
        });
    }

    private void authenticated(VerifiedToken good) {
        token = good;
        head = record.head(); // without the token: a stream lives long, and 2 KB of secret would with it
        record.caller(good.principal());
        Failure refusal = head.refusal();
        FirestoreMethod method = head.method();
        if (refusal != null) {
            refuse(refusal);
        } else if (method != null && method.refusal() != null) {
            refuse(Failure.of(ErrorCode.METHOD_REFUSED, "firegate: " + method.rpcName() + ": " + method.refusal()));
        } else if (method != null && method.shape() == FirestoreMethod.Shape.BIDIRECTIONAL) {
            stream(method, good);
        } else {
            state = State.RECEIVING;
            int held = bodyBytesUnreturned;
            bodyBytesUnreturned = 0;
            if (held > 0) {
                responder.received(held);
            }
            if (bodyWhole) {
                judge();
            } else {
                responder.bodyWanted();
            }
        }
    }

    private void stream(FirestoreMethod method, VerifiedToken good) {
        if (standing(good, () -> stream(method, good)) == null) {
            return;
        }
        if (!services.streams().enter(good.principal())) {
            refuse(Failure.of(
                    ErrorCode.OVERLOADED,
                    "firegate: the caller has as many streams open as streamsPerPrincipal allows"));
            return;
        }
        state = State.STREAMED;
        deadlineNanos = callerDeadlineNanos;
        worker.deadlines().watch(this);
        bodyBytesUnreturned = 0;
        ExchangeStream opened = new ExchangeStream(
                services,
                responder,
                record,
                this,
                owner -> services.streamed(method, worker, head, record.client(), good, callerDeadlineNanos, owner));
        stream = opened;
        ByteBuf early = held.take();
        held.release();
        opened.data(early == null ? Unpooled.EMPTY_BUFFER : early, bodyWhole);
        if (early != null) {
            early.release();
        }
    }

    /**
     * A piece of the request's body, and whether it is the last. Does not take over the reference.
     *
     * @return how many bytes the client may send in their place at once
     */
    public int body(ByteBuf data, boolean last) {
        int bytes = data.readableBytes();
        if (state == State.OVER) {
            return bytes;
        }
        if (stream != null) {
            stream.data(data, last);
            return 0;
        }
        if (state == State.FORWARDED || state == State.GUARDING || (state == State.LOOKING_UP && bodyWhole)) {
            // A unary or server-streaming call has one message, and it has been forwarded.
            failLate(Failure.of(ErrorCode.REQUEST_INVALID, "firegate: bytes after the end of the request"));
            return bytes;
        }
        if (!hold(data, last)) {
            return bytes;
        }
        if (state == State.AUTHENTICATING || state == State.LOOKING_UP) {
            bodyBytesUnreturned += bytes;
            return 0;
        }
        deadlineNanos = Math.min(callerDeadlineNanos, System.nanoTime() + services.bodyIdleNanos());
        if (last) {
            judge();
        }
        return bytes;
    }

    /** Keeps a piece of the body; false when that broke a limit and the exchange is over. */
    private boolean hold(ByteBuf data, boolean last) {
        bodyWhole = last;
        switch (held.keep(data, last && state == State.RECEIVING)) {
            case KEPT -> {
                return true;
            }
            case TOO_LARGE -> refuse(services.tooLarge());
            case NO_BUDGET -> refuse(services.noBodyBudget());
        }
        return false;
    }

    /**
     * The caller's standing now. Null while its groups are asked for, after which it goes on with what is given; and when nobody can tell
     * them, and the exchange is over.
     */
    private @Nullable Standing standing(VerifiedToken caller, Runnable again) {
        switch (CallerStanding.of(services, caller, services.policy().get())) {
            case CallerStanding.Known(var standing) -> {
                return standing;
            }
            case CallerStanding.Unknown(var failure) -> refuse(failure);
            // What was found does not serve: a second wait would be no better.
            case CallerStanding.Awaited once
            when lookedUp -> refuse(Failures.of(new Verification.Refused(TokenProblem.GROUPS_UNAVAILABLE)));
            case CallerStanding.Awaited(var lookup)
            when held.settle() -> {
                lookedUp = true;
                state = State.LOOKING_UP;
                deadlineNanos = callerDeadlineNanos;
                lookup.whenComplete((known, fault) -> worker.loop().execute(() -> {
                    if (state == State.LOOKING_UP) {
                        state = State.RECEIVING;
                        again.run();
                    }
                }));
            }
            case CallerStanding.Awaited noRoom -> refuse(services.noBodyBudget());
        }
        return null;
    }

    private void judge() {
        VerifiedToken caller = token;
        Standing standing = caller == null ? null : standing(caller, this::judge);
        if (caller != null && standing == null) {
            return;
        }
        ByteBuf whole = held.take();
        FirestoreMethod called = head.method();
        if (whole == null || caller == null || standing == null || called == null) {
            if (whole != null) {
                whole.release();
            }
            refuse(Failure.of(ErrorCode.REQUEST_INVALID, "firegate: the request has no message"));
            return;
        }
        record.received(whole.readableBytes());
        switch (head.decoder().decode(whole)) {
            case RequestDecoder.Decoded.Invalid(var failure) -> refuse(failure);
            case RequestDecoder.Decoded.Frame(var frame) -> judge(called, frame, caller, standing);
        }
    }

    private void judge(FirestoreMethod called, ByteBuf frame, VerifiedToken caller, Standing standing) {
        // The body may have come long after the headers.
        Instant at = services.clock().instant();
        if (!caller.holds(at.toEpochMilli())) {
            frame.release();
            refuse(Failures.of(new Verification.Refused(TokenProblem.EXPIRED)));
            return;
        }
        record.judged(standing.snapshot());
        act(services.enforcer()
                .admit(
                        called,
                        frame,
                        standing,
                        head.namedTier(),
                        at,
                        record.client(),
                        new WriteTexts(record.decisionId())));
    }

    private void act(Admission admission) {
        switch (admission) {
            case Admission.Admitted(PermittedCall permitted) -> forward(permitted);
            case Admission.Guarded(GuardedCall guarded) -> {
                state = State.GUARDING;
                responder.permitted(services.filtered(guarded.permit()));
                deadlineNanos = callerDeadlineNanos;
                guarding =
                        new GuardedTurns(services, worker, head, callerDeadlineNanos, record, guarded, new Guarding());
                guarding.begin();
            }
            case Admission.Answered answered -> answer(answered);
            case Admission.Denied denied -> {
                record.denied(denied);
                close(token == null ? Failures.of(denied.deny()) : Failures.of(denied.deny(), token));
            }
            case Admission.Invalid(var problem, var place) -> refuse(Failures.of(problem, place));
        }
    }

    /** A good answer with nothing to forward. */
    private void answer(Admission.Answered answered) {
        if (!record.answered(answered)) {
            close(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
            return;
        }
        if (answered.permit() != null) {
            responder.permitted(services.filtered(answered.permit()));
        }
        answer(answered.message(), OutcomeLine.Source.FIREGATE);
    }

    private void answer(byte[] message, OutcomeLine.Source source) {
        leave();
        responder.start();
        record.answered(responder.message(message, AnswerCredit.NONE));
        record.ended(GrpcStatus.OK, source, OutcomeLine.End.COMPLETE, 1);
        responder.end(GrpcEnd.GOOD);
    }

    /** What a guarded call does to its exchange. */
    private final class Guarding implements GuardedTurns.Owner {
        @Override
        public boolean isOver() {
            return state == State.OVER;
        }

        @Override
        public void calls(@Nullable UpstreamCall opened) {
            call = opened;
        }

        @Override
        public void writes() {
            state = State.FORWARDED;
        }

        @Override
        public void judged(Admission admission) {
            act(admission);
        }

        @Override
        public void answer(byte[] message) {
            Exchange.this.answer(message, OutcomeLine.Source.UPSTREAM);
        }

        @Override
        public void relay(Http2Headers trailers, AnswerExaminer ending) {
            examiner = ending;
            Exchange.this.trailers(trailers);
        }

        @Override
        public void decided(Failure failure) {
            close(failure);
        }

        @Override
        public void failed(Failure failure) {
            failLate(failure);
        }
    }

    /** The connection takes no new calls. One that may never end by itself is ended; all others are waited for. */
    public void drain() {
        if (stream != null && state != State.OVER) {
            stream.drain();
        }
    }

    @Override
    void look() {
        if (stream != null && state != State.OVER) {
            stream.look();
        }
    }

    private void forward(PermittedCall permitted) {
        // Written before a byte goes out; a verdict that cannot be written does not count.
        if (!record.permitted(permitted)) {
            permitted.release();
            close(Failure.of(ErrorCode.RECORD_UNAVAILABLE, "firegate: the record cannot be written"));
            return;
        }
        deadlineNanos = callerDeadlineNanos;
        services.withCredential(
                permitted,
                record.caller(),
                worker.loop(),
                this::isOver,
                credential -> forward(permitted, credential),
                this::close);
    }

    private void forward(PermittedCall permitted, Credential credential) {
        state = State.FORWARDED;
        responder.permitted(services.filtered(permitted.permit()));
        examiner = permitted.answers();
        record.forwarded();
        long left = callerDeadlineNanos - System.nanoTime();
        UpstreamCall opened =
                worker.upstream().open(permitted, credential.authorization(), left, head.traceparent(), this);
        if (state == State.FORWARDED) {
            call = opened;
            if (responder.rendersMessages() || !permitted.answers().leavesUntouched()) {
                reader = new AnswerReader(services, responder, permitted.answers(), opened);
            }
        }
    }

    @Override
    public void headers() {
        // Firestore answers, so it has the request; until then, however slow it is, the body counts as held.
        held.release();
        // What is examined may yet turn out to be nothing: a hidden document must begin and end as a missing one.
        if (state == State.FORWARDED && reader == null) {
            responder.start();
        }
    }

    @Override
    public void data(ByteBuf data) {
        UpstreamCall from = call;
        if (state != State.FORWARDED || from == null) {
            data.release();
            return;
        }
        answerMessages.pass(data);
        record.answered(data.readableBytes());
        AnswerReader reading = reader;
        if (reading == null) {
            responder.frames(data, from);
            return;
        }
        Failure failure;
        try {
            failure = reading.read(data);
        } finally {
            data.release();
        }
        if (failure != null) {
            failLate(failure);
        }
    }

    @Override
    public void trailers(Http2Headers trailers) {
        GrpcStatus status = GrpcStatus.parse(trailers.get("grpc-status"));
        if (status == null || (status == GrpcStatus.OK && !answerMessages.isBetweenMessages())) {
            failed(UpstreamFailure.PROTOCOL);
            return;
        }
        switch (UpstreamEnd.of(trailers, examiner)) {
            case UpstreamEnd.Failed(Failure failure) -> close(failure);
            case UpstreamEnd.Told told -> end(told);
        }
    }

    private void end(UpstreamEnd.Told told) {
        if (told.last() != null) {
            Failure failure = reader == null ? Failures.of(UpstreamFailure.PROTOCOL) : reader.send(told.last());
            if (failure != null) {
                failLate(failure);
                return;
            }
        }
        leave();
        record.ended(told.status(), told.source(), OutcomeLine.End.COMPLETE, answerMessages.messages());
        responder.end(told.trailers());
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (state != State.OVER) {
            close(Failures.of(failure));
        }
    }

    /** The client has given up, or its connection is gone: nothing can be answered any more. */
    public void clientGone() {
        if (state == State.OVER) {
            return;
        }
        UpstreamCall open = call;
        leave();
        if (open != null) {
            open.cancel();
        }
        record.refusedUnlessDecided(ErrorCode.CANCELLED);
        record.ended(
                GrpcStatus.CANCELLED,
                OutcomeLine.Source.FIREGATE,
                OutcomeLine.End.CANCELLED,
                answerMessages.messages());
    }

    @Override
    void deadlinePassed() {
        if (state == State.OVER) {
            return;
        }
        boolean callersOwn = System.nanoTime() - callerDeadlineNanos >= 0;
        fail(
                callersOwn
                        ? Failure.of(ErrorCode.DEADLINE_EXCEEDED, "firegate: the deadline passed")
                        : Failure.of(ErrorCode.REQUEST_INCOMPLETE, "firegate: the request's body stopped arriving"));
    }

    /** The caller's token, once it is verified. */
    public @Nullable VerifiedToken token() {
        return token;
    }

    /** Whether it has ended. What it answered may still be on its way to the client. */
    public boolean isOver() {
        return state == State.OVER;
    }

    /** Ends the exchange with a failure, wherever it is. */
    private void fail(Failure failure) {
        if (state == State.STREAMED) {
            // What is decided in a stream has records of its own; the stream itself was refused only if nothing was.
            close(failure);
        } else {
            failLate(failure);
        }
    }

    private void failLate(Failure failure) {
        UpstreamCall open = call;
        if (open != null) {
            open.cancel();
        }
        if (state == State.FORWARDED) {
            close(failure);
        } else {
            refuse(failure);
        }
    }

    /** Ends the exchange before any verdict of the policy. */
    private void refuse(Failure failure) {
        record.refused(failure);
        close(failure);
    }

    /** Ends the exchange with a failure; what has been decided is in the record. */
    void close(Failure failure) {
        leave();
        OutcomeLine.End end =
                failure.status() == GrpcStatus.DEADLINE_EXCEEDED ? OutcomeLine.End.DEADLINE : OutcomeLine.End.COMPLETE;
        record.ended(failure.status(), OutcomeLine.Source.FIREGATE, end, answerMessages.messages());
        responder.fail(failure.decidedAs(record.decisionId()));
    }

    /** It is over: nothing is held any more. */
    void leave() {
        state = State.OVER;
        worker.deadlines().leave(this);
        held.release();
        if (reader != null) {
            reader.release();
        }
        if (guarding != null) {
            guarding.drop();
        }
        if (stream != null && token != null) {
            services.streams().leave(token.principal());
            stream.drop();
        }
        if (bodyBytesUnreturned > 0) {
            int held = bodyBytesUnreturned;
            bodyBytesUnreturned = 0;
            responder.received(held);
        }
    }
}
