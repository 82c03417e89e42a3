package io.firegate.exchange;

import io.firegate.audit.AuditLog;
import io.firegate.audit.DecisionIds;
import io.firegate.auth.credential.Absence;
import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialLookup;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.credential.CredentialProvider;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.entra.Verification;
import io.firegate.auth.entra.VerifiedToken;
import io.firegate.auth.graph.MemberGroups;
import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.firestore.enforce.Enforcer;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.metrics.ExchangeCounters;
import io.firegate.policy.Decision;
import io.firegate.policy.IpAddress;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What every exchange uses and none owns. Immutable; its parts are safe for any thread and never wait. */
public final class ExchangeServices {
    private final InstantSource clock;
    private final TokenVerifier verifier;
    private final MemberGroups groups;
    private final Supplier<PolicySnapshot> policy;
    private final Enforcer enforcer;
    private final Map<String, CredentialProvider> credentials;
    private final AuditLog log;
    private final boolean servesUnrecorded;
    private final boolean tellsFiltered;
    private final ExchangeCounters counters;
    private final DecisionIds decisionIds = new DecisionIds();
    private final ByteBudget bodyBudget;
    private final ByteBudget answerBudget;
    private final int requestBytesMax;
    private final int answerMessageBytesMax;
    private final int guardBytesMax;
    private final long unaryTimeoutNanos;
    private final long streamTimeoutNanos;
    private final long streamLifeNanos;
    private final StreamCounts streams;
    private final int listenTargetsMax;
    private final long listenHeartbeatNanos;
    private final long bodyIdleNanos;

    /**
     * The services of a gateway.
     *
     * @param groups tells the groups of callers whose token does not
     * @param policy the snapshot in force
     * @param credentials by the names tiers use
     * @param servesUnrecorded {@code audit.onFailure: allow}
     * @param tellsFiltered {@code answers.filteredHeader}
     * @param held what of requests and answers may be in memory
     */
    public ExchangeServices(
            InstantSource clock,
            TokenVerifier verifier,
            MemberGroups groups,
            Supplier<PolicySnapshot> policy,
            Enforcer enforcer,
            Map<String, ? extends CredentialProvider> credentials,
            AuditLog log,
            boolean servesUnrecorded,
            boolean tellsFiltered,
            ExchangeCounters counters,
            HeldBytes held,
            Limits limits) {
        this.log = log;
        this.counters = counters;
        this.servesUnrecorded = servesUnrecorded;
        this.tellsFiltered = tellsFiltered;
        this.clock = clock;
        this.verifier = verifier;
        this.groups = groups;
        this.policy = policy;
        this.enforcer = enforcer;
        this.credentials = Map.copyOf(credentials);
        this.bodyBudget = new ByteBudget(held.requests());
        this.answerBudget = new ByteBudget(held.answers());
        this.answerMessageBytesMax = limits.getInt(Limit.ANSWER_MESSAGE_BYTES);
        this.guardBytesMax = limits.getInt(Limit.GUARD_BYTES);
        this.requestBytesMax = limits.getInt(Limit.REQUEST_BYTES);
        this.unaryTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(limits.get(Limit.UPSTREAM_CALL_MILLIS));
        this.streamTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(limits.get(Limit.UPSTREAM_STREAM_MILLIS));
        this.streamLifeNanos = TimeUnit.MILLISECONDS.toNanos(limits.get(Limit.STREAM_LIFE_MILLIS));
        this.streams = new StreamCounts(limits.getInt(Limit.STREAMS_PER_PRINCIPAL));
        this.listenTargetsMax = limits.getInt(Limit.LISTEN_TARGETS);
        this.listenHeartbeatNanos = TimeUnit.MILLISECONDS.toNanos(limits.get(Limit.LISTEN_HEARTBEAT_MILLIS));
        this.bodyIdleNanos = TimeUnit.MILLISECONDS.toNanos(limits.get(Limit.BODY_IDLE_MILLIS));
    }

    /** An exchange whose headers have arrived. */
    public Exchange exchange(Worker worker, Responder responder, RequestHead head, Origin origin) {
        Instant now = clock.instant();
        return new Exchange(
                this,
                worker,
                responder,
                head,
                now,
                new ExchangeRecord(
                        log,
                        servesUnrecorded,
                        counters,
                        clock,
                        decisionIds.next(),
                        now,
                        origin,
                        head.withoutCredentials()));
    }

    /** What the caller of a permitted request is told of the rules it falls under. */
    Filtered filtered(Decision.Permit permit) {
        return tellsFiltered ? Filtered.of(permit) : Filtered.NOT;
    }

    /** The refusal of a request, or of a message of one, that is longer than it may be. */
    Failure tooLarge() {
        return Failure.of(
                ErrorCode.REQUEST_TOO_LARGE,
                "firegate: the request is larger than requestBytes (" + requestBytesMax + ")");
    }

    /** The refusal of bytes for which there is no room. */
    Failure noBodyBudget() {
        return Failure.of(ErrorCode.OVERLOADED, "firegate: requests held at once exceed requestBytesTotal");
    }

    /** A record for what is decided within an exchange, whose own record this is. */
    ExchangeRecord another(ExchangeRecord record) {
        return record.another(decisionIds.next(), clock.instant());
    }

    /** What is done with a call of a method whose messages flow both ways. */
    StreamedCall streamed(
            FirestoreMethod method,
            Worker worker,
            RequestHead head,
            @Nullable IpAddress client,
            VerifiedToken token,
            long deadlineNanos,
            StreamedCall.Owner owner) {
        return switch (method) {
            case WRITE -> new WriteCall(this, worker, head, client, token, deadlineNanos, owner);
            case LISTEN -> new ListenCall(this, worker, head, client, token, deadlineNanos, owner);
            default -> throw new IllegalArgumentException(method + " has one message");
        };
    }

    StreamCounts streams() {
        return streams;
    }

    /** Listen and Write streams open now. */
    public int streamsOpen() {
        return streams.total();
    }

    int listenTargetsMax() {
        return listenTargetsMax;
    }

    long listenHeartbeatNanos() {
        return listenHeartbeatNanos;
    }

    InstantSource clock() {
        return clock;
    }

    /** Bytes of request bodies held now. */
    public long requestBytesHeld() {
        return bodyBudget.held();
    }

    /**
     * What the headers of a request prove about who calls.
     *
     * @param remembered what this very header value was verified to before, or null
     */
    Verification verify(RequestHead head, @Nullable VerifiedToken remembered, Instant now) {
        TokenProblem misplaced = head.credentialProblem();
        AsciiString value = head.authorization();
        if (misplaced != null) {
            return new Verification.Refused(misplaced);
        }
        if (remembered != null && remembered.holds(now.toEpochMilli())) {
            return new Verification.Verified(remembered);
        }
        return value == null
                ? new Verification.Refused(TokenProblem.MISSING)
                : verifier.verify(value.array(), value.arrayOffset(), value.length());
    }

    MemberGroups groups() {
        return groups;
    }

    Supplier<PolicySnapshot> policy() {
        return policy;
    }

    Enforcer enforcer() {
        return enforcer;
    }

    ByteBudget bodyBudget() {
        return bodyBudget;
    }

    /** For messages of answers held in part, because they are rewritten on the way. */
    ByteBudget answerBudget() {
        return answerBudget;
    }

    int guardBytesMax() {
        return guardBytesMax;
    }

    int answerMessageBytesMax() {
        return answerMessageBytesMax;
    }

    int requestBytesMax() {
        return requestBytesMax;
    }

    long bodyIdleNanos() {
        return bodyIdleNanos;
    }

    /** How long a call may take whose caller names no deadline; also the longest any caller may ask for. */
    long timeoutNanos(FirestoreMethod.Shape shape) {
        return switch (shape) {
            case UNARY -> unaryTimeoutNanos;
            case SERVER_STREAM -> streamTimeoutNanos;
            case BIDIRECTIONAL -> streamLifeNanos;
        };
    }

    /**
     * Hands the caller's credential over: at once when it is at hand, else later and on the same loop. Where there is none, or nobody waits
     * any more, the call is released.
     *
     * @param isOver whether whoever waits has ended
     * @param none told why there is no credential
     */
    void withCredential(
            PermittedCall call,
            Principal caller,
            EventLoop loop,
            BooleanSupplier isOver,
            Consumer<Credential> use,
            Consumer<Failure> none) {
        String name = call.permit().credential();
        CredentialProvider provider = credentials.get(name);
        if (provider == null) {
            call.release();
            none.accept(Failure.of(
                    ErrorCode.CREDENTIAL_UNAVAILABLE, "firegate: no credential is configured for this tier"));
            return;
        }
        switch (provider.lookup(caller)) {
            case CredentialLookup.Ready(var credential) -> use.accept(credential);
            case CredentialLookup.Missing(var absence) -> {
                call.release();
                none.accept(Failures.of(absence, name));
            }
            case CredentialLookup.Pending(var later) ->
                later.whenComplete((found, fault) -> {
                    try {
                        loop.execute(() -> {
                            if (isOver.getAsBoolean()) {
                                call.release();
                            } else if (found instanceof CredentialLookup.Ready(var credential)) {
                                use.accept(credential);
                            } else {
                                call.release();
                                none.accept(Failures.of(
                                        found instanceof CredentialLookup.Missing(var absence)
                                                ? absence
                                                : new Absence(CredentialProblem.NOT_FETCHED_YET, Duration.ofSeconds(1)),
                                        name));
                            }
                        });
                    } catch (RejectedExecutionException ended) {
                        call.release();
                    }
                });
        }
    }
}
