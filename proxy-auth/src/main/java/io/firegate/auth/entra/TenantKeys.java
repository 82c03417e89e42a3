package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signing keys of one tenant. Safe for any thread; never blocks: readers take an immutable ring from a volatile field, and the
 * lock is held for a few field writes only, never around I/O, parsing or callbacks.
 *
 * <p><b>Merged or replaced.</b> Two things are wanted that pull apart. A key that is no longer published must stop being accepted
 * within the refresh period; and a fetch made for an unknown {@code kid} may be answered by a lagging replica of Entra that does not
 * know a key it published a minute ago, which must not turn good tokens into 401. So: the <em>scheduled</em> refresh replaces the ring.
 * A fetch for an unknown {@code kid} merges: new keys are added at once, and a key missing from its answer is kept only until the
 * scheduled refresh is due, whether or not that refresh then succeeds. When the scheduled refresh is overdue, any good answer
 * replaces. An answer without a usable key counts as a failure and changes nothing.
 *
 * <p><b>One flight.</b> At most one fetch is under way; everyone who needs one waits for that. A fetch for an unknown {@code kid}
 * starts at most once per gap, counted apart from the scheduled ones, so that a refresh a moment ago does not delay a new key.
 *
 * <p><b>Age.</b> When nothing can be fetched, the last good ring serves until it is too old; then, and before the first good
 * answer, nobody can tell a good token from a bad one: 503, not 401.
 */
final class TenantKeys {
    private static final Logger log = LoggerFactory.getLogger(TenantKeys.class);

    /** First pause after a failed background fetch; it doubles up to the gap for unknown key ids. */
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);

    private static final int RETRY_DOUBLINGS_MAX = 20;

    private final Guid tenant;
    private final KeySource source;
    private final KeyBounds bounds;
    private final InstantSource clock;
    private final Object lock = new Object();

    private volatile @Nullable Ring ring;
    private volatile String lastFailure = "";
    private volatile long fetches;
    private volatile long failures;
    private volatile int failuresInRow;

    // Guarded by lock.
    private @Nullable Flight inFlight;
    private @Nullable Long lastUnknownFetchMillis;

    TenantKeys(Guid tenant, KeySource source, KeyBounds bounds, InstantSource clock) {
        this.tenant = tenant;
        this.source = source;
        this.bounds = bounds;
        this.clock = clock;
    }

    /** A key and the time from which it is no longer accepted although no newer answer came. */
    private record Held(TrustedKey key, long untilMillis) {
        Held until(long otherMillis) {
            return new Held(key, Math.min(untilMillis, otherMillis));
        }
    }

    /**
     * What is accepted. Immutable.
     *
     * @param confirmedAtMillis when the newest good answer was asked for
     * @param replaceDueMillis when the ring must be replaced, not merely added to
     */
    private record Ring(Map<TokenVersion, Map<String, Held>> held, long confirmedAtMillis, long replaceDueMillis) {
        @Nullable
        Held get(TokenVersion version, String kid) {
            Map<String, Held> byKid = held.get(version);
            return byKid == null ? null : byKid.get(kid);
        }
    }

    /** A fetch under way. */
    private static final class Flight {
        final CompletableFuture<Boolean> landed = new CompletableFuture<>();
        final long startedMillis;
        /** Whether its answer replaces the ring. Guarded by the lock. */
        boolean scheduled;

        Flight(long startedMillis, boolean scheduled) {
            this.startedMillis = startedMillis;
            this.scheduled = scheduled;
        }
    }

    /** Whether tokens can be told good from bad now. */
    boolean usable(long nowMillis) {
        Ring current = ring;
        return current != null
                && nowMillis - current.confirmedAtMillis() <= bounds.ageMax().toMillis();
    }

    /** The accepted key of that id, or null. */
    @Nullable
    TrustedKey find(TokenVersion version, String kid, long nowMillis) {
        Ring current = ring;
        if (current == null
                || nowMillis - current.confirmedAtMillis() > bounds.ageMax().toMillis()) {
            return null;
        }
        Held held = current.get(version, kid);
        return held != null && nowMillis < held.untilMillis() ? held.key() : null;
    }

    /** Whether a key that was accepted before still is. A map look-up: a key that stays published stays the same object. */
    boolean stillAccepts(TokenVersion version, TrustedKey key, long nowMillis) {
        return find(version, key.kid(), nowMillis) == key;
    }

    /**
     * Looks for keys because a token named an unknown one. The stage ends when the fetch has, well or not; null when a fetch was made
     * for such a reason too recently. After a null look once more: a fetch may have ended in between.
     */
    @Nullable
    CompletionStage<Boolean> fetchForUnknownKey() {
        return fetch(false);
    }

    /** Fetches the keys anew; the stage says whether that gave any. */
    CompletionStage<Boolean> refresh() {
        CompletionStage<Boolean> stage = fetch(true);
        return stage == null ? CompletableFuture.completedFuture(false) : stage;
    }

    /**
     * How long the background refresh waits now. Jitter only ever shortens a wait, or a withdrawn key could outlive the period.
     *
     * @param random between 0 and 1
     */
    Duration untilNextRefresh(double random) {
        int inRow = failuresInRow;
        long millis = bounds.refreshPeriod().toMillis();
        if (inRow > 0) {
            long backoff = RETRY_FIRST.toMillis() << Math.min(inRow - 1, RETRY_DOUBLINGS_MAX);
            millis = Math.min(millis, Math.min(backoff, bounds.unknownGap().toMillis()));
        }
        return Duration.ofMillis((long) (millis * (0.9 + 0.1 * random)));
    }

    /** Whether a fetch has ended, well or not. */
    boolean asked() {
        return ring != null || !lastFailure.isEmpty();
    }

    KeyStatus status() {
        Ring current = ring;
        long now = clock.millis();
        int keys = current == null
                ? 0
                : current.held().values().stream().mapToInt(Map::size).sum();
        Instant confirmedAt = current == null ? null : Instant.ofEpochMilli(current.confirmedAtMillis());
        return new KeyStatus(tenant, usable(now), keys, confirmedAt, lastFailure, fetches, failures);
    }

    private @Nullable CompletionStage<Boolean> fetch(boolean scheduled) {
        Flight mine;
        synchronized (lock) {
            Flight current = inFlight;
            if (current != null) {
                // Its answer will be as fresh as one asked for now.
                current.scheduled |= scheduled;
                return current.landed;
            }
            long now = clock.millis();
            if (!scheduled) {
                if (withinGap(now)) {
                    return null;
                }
                lastUnknownFetchMillis = now;
            }
            mine = new Flight(now, scheduled);
            inFlight = mine;
            fetches++;
        }
        start(mine);
        return mine.landed;
    }

    /** A clock set back must not close the gate until it catches up, so a negative distance counts as passed. */
    private boolean withinGap(long now) {
        if (lastUnknownFetchMillis == null) {
            return false;
        }
        long passed = now - lastUnknownFetchMillis;
        return passed >= 0 && passed < bounds.unknownGap().toMillis();
    }

    private void start(Flight flight) {
        CompletionStage<KeySource.Answer> answer;
        try {
            answer = source.fetch();
        } catch (RuntimeException bug) {
            answer = CompletableFuture.failedFuture(bug);
        }
        // Nothing waits for the stage handle returns: landing reports through the flight.
        CompletionStage<Boolean> unused = answer.handle((got, error) -> land(flight, got, error));
    }

    private boolean land(Flight flight, KeySource.@Nullable Answer answer, @Nullable Throwable error) {
        Map<TokenVersion, Map<String, TrustedKey>> fetched = new EnumMap<>(TokenVersion.class);
        String failure = switch (answer) {
            case null ->
                "the key source broke: "
                        + (error == null ? "no answer" : error.getClass().getName());
            case KeySource.Answer.Failed failed -> failed.reason();
            case KeySource.Answer.Documents documents -> read(documents, fetched);
        };
        boolean good = failure.isEmpty();
        int inRow;
        synchronized (lock) {
            if (good) {
                ring = next(ring, fetched, flight);
                inRow = failuresInRow;
                failuresInRow = 0;
            } else {
                failures++;
                inRow = failuresInRow + 1;
                failuresInRow = inRow;
            }
            lastFailure = failure;
            inFlight = null;
        }
        if (!good) {
            log.atWarn()
                    .addKeyValue("tenant", tenant)
                    .addKeyValue("failuresInRow", inRow)
                    .log("signing keys not refreshed: {}", failure);
        } else if (inRow > 0) {
            log.atInfo().addKeyValue("tenant", tenant).log("signing keys refreshed again");
        }
        flight.landed.complete(good);
        return good;
    }

    /** Fills in the keys of each version; the reason when one of the sets is of no use, else empty. */
    private String read(KeySource.Answer.Documents documents, Map<TokenVersion, Map<String, TrustedKey>> fetched) {
        for (Map.Entry<TokenVersion, byte[]> document : documents.sets().entrySet()) {
            switch (KeySetReader.read(document.getValue(), bounds.keysMax())) {
                case KeySetReader.Result.Keys keys -> fetched.put(document.getKey(), keys.byKid());
                case KeySetReader.Result.Unusable unusable -> {
                    return unusable.reason() + " (version " + document.getKey().text() + ")";
                }
            }
        }
        return fetched.isEmpty() ? "no key set was published" : "";
    }

    private Ring next(@Nullable Ring old, Map<TokenVersion, Map<String, TrustedKey>> fetched, Flight flight) {
        long now = flight.startedMillis;
        Map<TokenVersion, Map<String, Held>> held = new EnumMap<>(TokenVersion.class);
        fetched.forEach((version, keys) -> {
            Map<String, Held> byKid = new HashMap<>();
            keys.forEach((kid, key) -> byKid.put(kid, new Held(sameObject(old, version, key), Long.MAX_VALUE)));
            held.put(version, byKid);
        });
        if (old == null || flight.scheduled || now >= old.replaceDueMillis()) {
            return new Ring(held, now, now + bounds.refreshPeriod().toMillis());
        }
        long replaceDue = old.replaceDueMillis();
        for (Map.Entry<TokenVersion, Map<String, Held>> keys : old.held().entrySet()) {
            Map<String, Held> byKid = held.computeIfAbsent(keys.getKey(), version -> new HashMap<>());
            keys.getValue().forEach((kid, missing) -> byKid.putIfAbsent(kid, missing.until(replaceDue)));
        }
        return new Ring(held, now, replaceDue);
    }

    /** The object already held for an unchanged key, so that verified tokens can be told to be still good by identity. */
    private static TrustedKey sameObject(@Nullable Ring old, TokenVersion version, TrustedKey key) {
        Held held = old == null ? null : old.get(version, key.kid());
        return held != null && held.key().sameAs(key) ? held.key() : key;
    }
}
