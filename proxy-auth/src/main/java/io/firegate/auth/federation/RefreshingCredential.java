package io.firegate.auth.federation;

import io.firegate.auth.credential.Absence;
import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.credential.CredentialSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One credential, kept fresh. Safe for any thread.
 *
 * <p>Fetched at the start and then at about three quarters of its life, one attempt at a time. An attempt that fails is repeated after a
 * pause that doubles; the credential at hand serves until it expires. No request ever starts or waits for an attempt, so the load on the
 * token services does not depend on the traffic.
 */
final class RefreshingCredential implements CredentialSource {
    private static final Logger log = LoggerFactory.getLogger(RefreshingCredential.class);

    /** Refresh after this share of the life, less up to {@link #REFRESH_SPREAD}: replicas started together drift apart. */
    private static final double REFRESH_AT = 0.75;

    private static final double REFRESH_SPREAD = 0.05;

    /** First pause after a failure; and the longest one while nothing is left and the cause may pass by itself. */
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);

    private static final int DOUBLINGS_MAX = 20;

    /** A token that lives shorter than this is no reason to ask more often. */
    private static final Duration REFRESH_PAUSE_MIN = Duration.ofSeconds(1);

    /** Time on the way to Firestore, so that no credential expires under a call that is being sent. */
    private static final Duration EXPIRY_MARGIN = Duration.ofSeconds(10);

    /** Timers do not count while a machine is suspended, and wall clocks jump: both are looked at this often. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    private final Target account;
    private final TokenSource source;
    private final FetchBounds bounds;
    private final InstantSource clock;
    private final Alarm alarm;
    private final DoubleSupplier random;
    private final Object lock = new Object();

    private volatile @Nullable Held held;
    private volatile History history = new History(0, new EnumMap<>(CredentialProblem.class), 0, null, Instant.EPOCH);

    // Guarded by lock.
    private @Nullable Flight inFlight;
    private long attempts;
    private boolean closed;

    /**
     * A credential that has not been fetched.
     *
     * @param random between 0 and 1
     */
    RefreshingCredential(
            Target account,
            TokenSource source,
            FetchBounds bounds,
            InstantSource clock,
            Alarm alarm,
            DoubleSupplier random) {
        this.account = account;
        this.source = source;
        this.bounds = bounds;
        this.clock = clock;
        this.alarm = alarm;
        this.random = random;
    }

    /** The newest one had and until when it is handed out. */
    private record Held(Credential credential, Instant usableUntil) {}

    /** What came of the attempts. Immutable: replaced whole. */
    private record History(
            long refreshes,
            Map<CredentialProblem, Long> failures,
            int failuresInRow,
            TokenReply.@Nullable Failed last,
            Instant nextAttempt) {}

    /** An attempt under way. */
    private static final class Flight {
        final CompletableFuture<Boolean> landed = new CompletableFuture<>();
        final Instant started;
        final long number;

        Flight(Instant started, long number) {
            this.started = started;
            this.number = number;
        }
    }

    @Override
    public @Nullable Credential current() {
        Held now = held;
        return now != null && clock.instant().isBefore(now.usableUntil()) ? now.credential() : null;
    }

    @Override
    public Absence absence() {
        History so = history;
        Duration wait = Duration.between(clock.instant(), so.nextAttempt());
        return new Absence(
                so.last() == null
                        ? CredentialProblem.NOT_FETCHED_YET
                        : so.last().problem(),
                wait.compareTo(RETRY_FIRST) < 0 ? RETRY_FIRST : wait);
    }

    CredentialStatus status() {
        Held now = held;
        History so = history;
        TokenReply.Failed last = so.last();
        return new CredentialStatus(
                account.name(),
                current() != null,
                now == null ? null : now.credential().expiresAt(),
                so.refreshes() > 0 || last != null,
                last == null ? null : last.problem(),
                last == null ? "" : words(last),
                so.refreshes(),
                so.failures());
    }

    /** Fetches a fresh one, unless that is being done; the stage says whether it came. */
    CompletionStage<Boolean> refresh() {
        Flight mine;
        synchronized (lock) {
            Flight current = inFlight;
            if (current != null) {
                return current.landed;
            }
            if (closed) {
                return CompletableFuture.completedFuture(false);
            }
            attempts++;
            mine = new Flight(clock.instant(), attempts);
            inFlight = mine;
        }
        alarm.after(
                bounds.deadline(),
                () -> land(
                        mine,
                        TokenReply.failed(
                                CredentialProblem.TIMEOUT,
                                "no token for " + account.account() + " within " + bounds.deadline())));
        CompletionStage<TokenReply> reply;
        try {
            reply = source.fetch();
        } catch (RuntimeException bug) {
            reply = CompletableFuture.failedFuture(bug);
        }
        // Nothing waits for the stage handle returns: landing reports through the flight.
        CompletionStage<Boolean> unused = reply.handle((got, error) -> land(mine, got != null ? got : broke(error)));
        return mine.landed;
    }

    /** Ends the background refresh. The credential at hand goes on serving. */
    void close() {
        synchronized (lock) {
            closed = true;
        }
    }

    private static TokenReply broke(@Nullable Throwable error) {
        String what = error == null ? "no answer" : error.getClass().getName();
        return TokenReply.failed(CredentialProblem.MALFORMED_ANSWER, "the token source broke: " + what);
    }

    private boolean land(Flight flight, TokenReply reply) {
        Duration pause;
        History before;
        synchronized (lock) {
            if (inFlight != flight) {
                // The deadline was faster, or slower.
                return false;
            }
            inFlight = null;
            before = history;
            pause = switch (reply) {
                case TokenReply.Issued issued -> take(issued.token(), flight.started);
                case TokenReply.Failed failed -> pauseAfter(failed, before.failuresInRow() + 1);
            };
            history = after(before, reply, clock.instant().plus(pause));
        }
        boolean good = reply instanceof TokenReply.Issued;
        tell(before, reply);
        waitThenRefresh(flight.number, pause, history.nextAttempt());
        flight.landed.complete(good);
        return good;
    }

    private Duration take(FetchedToken token, Instant started) {
        Duration life = Duration.between(started, token.expiresAt());
        Duration margin = life.dividedBy(10);
        held = new Held(
                new Credential(account.name(), "Bearer " + token.text(), token.expiresAt()),
                token.expiresAt().minus(margin.compareTo(EXPIRY_MARGIN) < 0 ? margin : EXPIRY_MARGIN));
        Duration pause = times(life, REFRESH_AT - REFRESH_SPREAD * random.getAsDouble());
        return pause.compareTo(REFRESH_PAUSE_MIN) < 0 ? REFRESH_PAUSE_MIN : pause;
    }

    private Duration pauseAfter(TokenReply.Failed failed, int inRow) {
        boolean urgent = current() == null && failed.problem().passing();
        Duration max = urgent ? RETRY_FIRST : bounds.retryMax();
        Duration backoff = RETRY_FIRST.multipliedBy(1L << Math.min(inRow - 1, DOUBLINGS_MAX));
        Duration pause = times(backoff.compareTo(max) < 0 ? backoff : max, 0.8 + 0.2 * random.getAsDouble());
        Duration asked = failed.retryAfter();
        return asked != null && asked.compareTo(pause) > 0 ? asked : pause;
    }

    private static History after(History before, TokenReply reply, Instant next) {
        return switch (reply) {
            case TokenReply.Issued issued -> new History(before.refreshes() + 1, before.failures(), 0, null, next);
            case TokenReply.Failed failed -> {
                Map<CredentialProblem, Long> failures = new EnumMap<>(CredentialProblem.class);
                failures.putAll(before.failures());
                failures.merge(failed.problem(), 1L, Long::sum);
                yield new History(before.refreshes(), failures, before.failuresInRow() + 1, failed, next);
            }
        };
    }

    /** By the timer or by the wall clock, whichever comes first. */
    private void waitThenRefresh(long attempt, Duration left, Instant due) {
        Duration step = left.compareTo(LOOK_EVERY) < 0 ? left : LOOK_EVERY;
        alarm.after(step, () -> {
            Duration rest = left.minus(step);
            synchronized (lock) {
                if (closed || attempts != attempt) {
                    return;
                }
            }
            if (rest.isPositive() && clock.instant().isBefore(due)) {
                waitThenRefresh(attempt, rest, due);
            } else {
                CompletionStage<Boolean> unused = refresh();
            }
        });
    }

    /** Says what is new: another problem, the same one at every doubling, and the end of it. */
    private void tell(History before, TokenReply reply) {
        switch (reply) {
            case TokenReply.Issued issued -> {
                if (before.failuresInRow() > 0 || before.refreshes() == 0) {
                    log.atInfo()
                            .addKeyValue("credential", account.name())
                            .addKeyValue("expires", issued.token().expiresAt())
                            .log("credential fetched");
                }
            }
            case TokenReply.Failed failed -> {
                int inRow = before.failuresInRow() + 1;
                TokenReply.Failed last = before.last();
                if (last == null || last.problem() != failed.problem() || Integer.bitCount(inRow) == 1) {
                    log.atWarn()
                            .addKeyValue("credential", account.name())
                            .addKeyValue("problem", failed.problem())
                            .addKeyValue("failuresInRow", inRow)
                            .addKeyValue("stillValid", current() != null)
                            .log("credential not refreshed: {}", words(failed));
                }
            }
        }
    }

    private String words(TokenReply.Failed failed) {
        return failed.problem().sentence() + " (" + failed.detail() + "). " + account.remedy(failed.problem());
    }

    private static Duration times(Duration duration, double share) {
        return Duration.ofMillis((long) (duration.toMillis() * share));
    }
}
