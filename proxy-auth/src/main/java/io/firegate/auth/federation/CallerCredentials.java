package io.firegate.auth.federation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.firegate.auth.credential.Absence;
import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialLookup;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.credential.CredentialProvider;
import io.firegate.auth.federation.GatewayIssuer.Caller;
import io.firegate.policy.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One credential for each caller, fetched when the caller comes. Safe for any thread; {@link #lookup} never blocks.
 *
 * <p>A caller's credential is used until ten seconds before it expires; from about three quarters of its life on the next use also begins a
 * refresh, which nobody waits for. Who has none waits for the one exchange made for them, within {@link IssueBounds#waitMax}. What is wrong
 * with a service stops every exchange for a pause that doubles (a breaker); what is wrong with one caller stops that caller's alone. The
 * number of callers held and of exchanges under way is bounded.
 */
final class CallerCredentials implements CredentialProvider {
    private static final Logger log = LoggerFactory.getLogger(CallerCredentials.class);

    private static final double REFRESH_AT = 0.75;
    private static final double REFRESH_SPREAD = 0.05;
    private static final Duration EXPIRY_MARGIN = Duration.ofSeconds(10);
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    private static final int DOUBLINGS_MAX = 20;

    private final String name;
    private final Target target;
    private final Function<Caller, TokenSource> sources;
    private final FetchBounds bounds;
    private final IssueBounds issue;
    private final InstantSource clock;
    private final Alarm alarm;
    private final DoubleSupplier random;
    private final Cache<Caller, Entry> entries;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean probing = new AtomicBoolean();
    private final Object lock = new Object();

    // Guarded by lock.
    private final Map<CredentialProblem, Long> failures = new EnumMap<>(CredentialProblem.class);
    private long refreshes;
    private int failuresInRow;
    /** Those that a service is to blame for: a refusal shows that it answers. */
    private int outagesInRow;

    private volatile @Nullable Trouble trouble;
    private volatile TokenReply.@Nullable Failed last;

    /** A service that fails: nobody asks it before then, but for one attempt after. */
    private record Trouble(CredentialProblem problem, Instant until) {}

    /**
     * Credentials of which none has been fetched.
     *
     * @param sources where a caller's token comes from; called on the alarm's thread
     * @param random between 0 and 1
     */
    CallerCredentials(
            String name,
            Target target,
            Function<Caller, TokenSource> sources,
            FetchBounds bounds,
            IssueBounds issue,
            InstantSource clock,
            Alarm alarm,
            DoubleSupplier random) {
        this.name = name;
        this.target = target;
        this.sources = sources;
        this.bounds = bounds;
        this.issue = issue;
        this.clock = clock;
        this.alarm = alarm;
        this.random = random;
        this.entries = Caffeine.newBuilder()
                .maximumSize(issue.callersMax())
                // Idle callers are let go; a token never lives longer than that.
                .expireAfterAccess(Duration.ofHours(1))
                .executor(Runnable::run)
                .build();
    }

    @Override
    public CredentialLookup lookup(Principal caller) {
        return lookup(Caller.of(caller));
    }

    CredentialLookup lookup(Caller caller) {
        Entry entry = entries.get(caller, key -> new Entry());
        return entry.lookup(caller);
    }

    /** Callers whose credentials are held, about. */
    long held() {
        return entries.estimatedSize();
    }

    CredentialStatus status() {
        TokenReply.Failed failed = last;
        synchronized (lock) {
            return new CredentialStatus(
                    name,
                    failed == null,
                    null,
                    true,
                    failed == null ? null : failed.problem(),
                    failed == null ? "" : words(failed),
                    refreshes,
                    failures);
        }
    }

    private String words(TokenReply.Failed failed) {
        return failed.problem().sentence() + " (" + failed.detail() + "). " + target.remedy(failed.problem());
    }

    /** One caller's. */
    private final class Entry {
        private volatile @Nullable Held held;

        // Guarded by this.
        private @Nullable Flight flight;
        private @Nullable Trouble refused;

        CredentialLookup lookup(Caller caller) {
            Instant now = clock.instant();
            Held mine = held;
            boolean usable = mine != null && now.isBefore(mine.usableUntil());
            if (mine != null && usable && now.isBefore(mine.refreshAt())) {
                return new CredentialLookup.Ready(mine.credential());
            }
            Flight started = null;
            Flight pending;
            synchronized (this) {
                if (flight != null) {
                    pending = flight;
                } else {
                    Trouble standing = standing(now);
                    if (standing != null) {
                        return mine != null && usable
                                ? new CredentialLookup.Ready(mine.credential())
                                : missing(standing, now);
                    }
                    Trouble over = trouble;
                    if (over != null && !probing.compareAndSet(false, true)) {
                        // One attempt finds out whether it has passed.
                        return mine != null && usable
                                ? new CredentialLookup.Ready(mine.credential())
                                : missing(over, now);
                    }
                    if (underWay.incrementAndGet() > issue.exchangesMax()) {
                        if (over != null) {
                            probing.set(false);
                        }
                        underWay.decrementAndGet();
                        return mine != null && usable
                                ? new CredentialLookup.Ready(mine.credential())
                                : new CredentialLookup.Missing(new Absence(CredentialProblem.THROTTLED, RETRY_FIRST));
                    }
                    started = new Flight(over != null, clock.instant());
                    flight = started;
                    pending = started;
                }
            }
            if (started != null) {
                fly(caller, started);
            }
            return mine != null && usable
                    ? new CredentialLookup.Ready(mine.credential())
                    : new CredentialLookup.Pending(bounded(pending));
        }

        /** What stands against asking now: this caller's own trouble or everybody's. */
        private @Nullable Trouble standing(Instant now) {
            Trouble own = refused;
            if (own != null && now.isBefore(own.until())) {
                return own;
            }
            Trouble all = trouble;
            return all != null && now.isBefore(all.until()) ? all : null;
        }

        private CompletionStage<CredentialLookup> bounded(Flight pending) {
            return pending.landed
                    .copy()
                    .completeOnTimeout(
                            new CredentialLookup.Missing(new Absence(CredentialProblem.TIMEOUT, RETRY_FIRST)),
                            issue.waitMax().toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        private void fly(Caller caller, Flight mine) {
            alarm.after(
                    bounds.deadline(),
                    () -> land(
                            mine,
                            TokenReply.failed(CredentialProblem.TIMEOUT, "no token within " + bounds.deadline())));
            alarm.after(Duration.ZERO, () -> {
                CompletionStage<TokenReply> reply;
                try {
                    reply = sources.apply(caller).fetch();
                } catch (RuntimeException bug) {
                    reply = CompletableFuture.failedFuture(bug);
                }
                CompletionStage<Boolean> unused = reply.handle((got, error) -> {
                    land(mine, got != null ? got : broke(error));
                    return true;
                });
            });
        }

        private void land(Flight mine, TokenReply reply) {
            CredentialLookup result;
            synchronized (this) {
                if (flight != mine) {
                    // The deadline was faster, or slower.
                    return;
                }
                flight = null;
                result = switch (reply) {
                    case TokenReply.Issued issued -> {
                        refused = null;
                        yield new CredentialLookup.Ready(take(issued.token(), mine.asked));
                    }
                    case TokenReply.Failed failed -> {
                        Trouble now = count(failed);
                        if (!failed.problem().passing()) {
                            refused = now;
                        }
                        yield missing(now, clock.instant());
                    }
                };
            }
            underWay.decrementAndGet();
            if (reply instanceof TokenReply.Issued) {
                countGood();
            }
            if (mine.probe) {
                probing.set(false);
            }
            mine.landed.complete(result);
        }

        private Credential take(FetchedToken token, Instant asked) {
            Duration life = Duration.between(asked, token.expiresAt());
            Duration margin = life.dividedBy(10);
            Credential credential = new Credential(name, "Bearer " + token.text(), token.expiresAt());
            held = new Held(
                    credential,
                    token.expiresAt().minus(margin.compareTo(EXPIRY_MARGIN) < 0 ? margin : EXPIRY_MARGIN),
                    asked.plusMillis((long) (life.toMillis() * (REFRESH_AT - REFRESH_SPREAD * random.getAsDouble()))));
            return credential;
        }
    }

    /** An exchange under way. */
    private static final class Flight {
        final CompletableFuture<CredentialLookup> landed = new CompletableFuture<>();
        final boolean probe;
        final Instant asked;

        Flight(boolean probe, Instant asked) {
            this.probe = probe;
            this.asked = asked;
        }
    }

    /** The newest one had. */
    private record Held(Credential credential, Instant usableUntil, Instant refreshAt) {}

    private static CredentialLookup missing(Trouble trouble, Instant now) {
        Duration wait = Duration.between(now, trouble.until());
        return new CredentialLookup.Missing(
                new Absence(trouble.problem(), wait.compareTo(RETRY_FIRST) < 0 ? RETRY_FIRST : wait));
    }

    private static TokenReply broke(@Nullable Throwable error) {
        String what = error == null ? "no answer" : error.getClass().getName();
        return TokenReply.failed(CredentialProblem.MALFORMED_ANSWER, "the token source broke: " + what);
    }

    private void countGood() {
        synchronized (lock) {
            refreshes++;
            failuresInRow = 0;
            outagesInRow = 0;
            trouble = null;
            if (last != null) {
                last = null;
                log.atInfo().addKeyValue("credential", name).log("callers' credentials are fetched again");
            }
        }
    }

    /** Counts a failure; what passes by itself stops everybody's exchanges for a while. */
    private Trouble count(TokenReply.Failed failed) {
        synchronized (lock) {
            failures.merge(failed.problem(), 1L, Long::sum);
            TokenReply.Failed before = last;
            last = failed;
            failuresInRow++;
            if (before == null || before.problem() != failed.problem() || Integer.bitCount(failuresInRow) == 1) {
                log.atWarn()
                        .addKeyValue("credential", name)
                        .addKeyValue("problem", failed.problem())
                        .addKeyValue("failuresInRow", failuresInRow)
                        .log("no credential for a caller: {}", words(failed));
            }
            boolean passing = failed.problem().passing();
            outagesInRow = passing ? outagesInRow + 1 : 0;
            Duration backoff = RETRY_FIRST.multipliedBy(1L << Math.min(Math.max(outagesInRow - 1, 0), DOUBLINGS_MAX));
            Duration pause = passing && backoff.compareTo(bounds.retryMax()) < 0 ? backoff : bounds.retryMax();
            Duration asked = failed.retryAfter();
            Duration chosen = asked != null && asked.compareTo(pause) > 0 ? asked : pause;
            Trouble now = new Trouble(failed.problem(), clock.instant().plus(chosen));
            if (passing) {
                trouble = now;
            }
            return now;
        }
    }
}
