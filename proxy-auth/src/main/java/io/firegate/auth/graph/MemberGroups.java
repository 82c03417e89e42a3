package io.firegate.auth.graph;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.firegate.auth.credential.CredentialSource;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which groups a caller is in whose token does not hold them all. Safe for any thread; never blocks.
 *
 * <p><b>Cost.</b> A caller looked up before costs a map look-up. Else Graph is asked about just the groups the policy names, once for all
 * who wait for the same caller; the number of lookups at once is bounded, and a failing Graph is left alone by a circuit breaker.
 *
 * <p><b>Age.</b> An answer serves until it is {@link GraphBounds#ageMax} old and no longer, whatever Graph does: a membership that was
 * withdrawn ends within that time. From {@link GraphBounds#refreshAfter} on it is asked for anew while it still serves, so that callers who
 * come again neither wait nor notice a short outage. Answers of failure are not kept.
 */
public final class MemberGroups implements AutoCloseable {
    /** That nobody has that id is kept shortly only: it may be a directory that lags behind. */
    private static final Duration NOBODY_AGE = Duration.ofSeconds(30);

    private final Map<Guid, TenantGroups> tenants = new HashMap<>();
    /** A refresh that has begun is over by then, one way or the other. */
    private static final Duration REFRESHING = Duration.ofSeconds(5);

    private final GraphBounds bounds;
    private final InstantSource clock;
    private final Cache<Key, Entry> known;
    private final Map<Key, Flight> flights = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final @Nullable HttpClient client;

    /** The same object id in two tenants is two principals. */
    private record Key(Guid tenant, Guid oid) {}

    /** An answer: of the groups asked about, those the principal is in; null when there is nobody of that id. */
    private record Entry(Set<Guid> asked, @Nullable Set<Guid> members, Instant at) {
        private Entry {
            asked = Set.copyOf(asked);
        }

        /** A policy that names no new group needs no new answer. */
        boolean covers(Set<Guid> groups) {
            return asked.equals(groups) || asked.containsAll(groups);
        }

        Membership.Outcome about(Set<Guid> groups) {
            if (members == null) {
                return new Membership.NoSuchPrincipal();
            }
            Set<Guid> some = new HashSet<>(members);
            some.retainAll(groups);
            return new Membership.Known(some);
        }
    }

    /** A lookup under way. */
    private record Flight(Set<Guid> asked, CompletableFuture<Membership.Outcome> landed) {
        private Flight {
            asked = Set.copyOf(asked);
        }
    }

    /**
     * A tenant whose callers may be looked up.
     *
     * @param graph Graph of its cloud, scheme and host
     * @param token firegate's own for that Graph and tenant
     */
    public record Source(Guid tenant, URI graph, CredentialSource token) {}

    /** Groups of these tenants. */
    public static MemberGroups of(List<Source> sources, GraphBounds bounds, InstantSource clock) {
        HttpClient client = sources.isEmpty()
                ? null
                : HttpClient.newBuilder()
                        .connectTimeout(bounds.lookupTimeout())
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
        Map<Guid, Directory> directories = new HashMap<>();
        if (client != null) {
            sources.forEach(source -> directories.put(
                    source.tenant(),
                    new GraphDirectory(source.graph(), source.token(), bounds.answerBytesMax(), client)));
        }
        return new MemberGroups(directories, bounds, clock, client);
    }

    MemberGroups(
            Map<Guid, Directory> directories, GraphBounds bounds, InstantSource clock, @Nullable HttpClient client) {
        this.bounds = bounds;
        this.clock = clock;
        this.client = client;
        directories.forEach((tenant, directory) -> tenants.put(
                tenant, new TenantGroups(tenant, directory, bounds, new Breaker(bounds.pauseMax(), clock))));
        this.known = Caffeine.newBuilder()
                .maximumSize(bounds.entriesMax())
                // Housekeeping is short and belongs to whoever causes it.
                .executor(Runnable::run)
                .build();
    }

    /**
     * Which of these groups a principal is in.
     *
     * @param principal one whose token does not say
     * @param groups all the policy names; best the same object each time
     * @throws IllegalArgumentException when the principal's tenant has no Graph
     */
    public Membership of(Principal principal, Set<Guid> groups) {
        TenantGroups tenant = tenants.get(principal.tenant());
        if (tenant == null) {
            throw new IllegalArgumentException("no Graph for tenant " + principal.tenant());
        }
        Key key = new Key(principal.tenant(), principal.oid());
        Entry entry = known.getIfPresent(key);
        Duration age = entry == null ? null : Duration.between(entry.at(), clock.instant());
        if (entry != null && age != null && entry.covers(groups) && serves(entry, age)) {
            if (age.compareTo(bounds.refreshAfter()) >= 0 && entry.members() != null) {
                // The answer at hand serves meanwhile.
                CompletionStage<Membership.Outcome> unused = look(tenant, key, principal.kind(), groups);
            }
            tenant.answeredFromMemory();
            return entry.about(groups);
        }
        CompletableFuture<Membership.Outcome> outcome = look(tenant, key, principal.kind(), groups);
        return outcome.isDone() ? outcome.join() : new Membership.Pending(outcome);
    }

    /** A clock set back must not make an answer live longer: an age below zero serves no one. */
    private boolean serves(Entry entry, Duration age) {
        Duration max = entry.members() == null ? NOBODY_AGE : bounds.ageMax();
        return !age.isNegative() && age.compareTo(max) < 0;
    }

    private CompletableFuture<Membership.Outcome> look(
            TenantGroups tenant, Key key, Principal.Kind kind, Set<Guid> groups) {
        if (groups.isEmpty()) {
            return CompletableFuture.completedFuture(new Membership.Known(Set.of()));
        }
        Flight current = flights.get(key);
        if (current != null && current.asked().containsAll(groups)) {
            return current.landed().thenApply(outcome -> only(outcome, groups));
        }
        if (groups.size() > bounds.groupsMax()) {
            return CompletableFuture.completedFuture(tenant.refused(GraphProblem.OVERLOADED));
        }
        Flight mine = new Flight(groups, new CompletableFuture<>());
        Flight other = flights.putIfAbsent(key, mine);
        if (other != null && other.asked().containsAll(groups)) {
            return other.landed().thenApply(outcome -> only(outcome, groups));
        }
        if (underWay.incrementAndGet() > bounds.lookupsMax()) {
            underWay.decrementAndGet();
            return land(key, mine, tenant.refused(GraphProblem.OVERLOADED));
        }
        Instant asked = clock.instant();
        CompletionStage<Void> unused = tenant.ask(key.oid(), kind, groups).thenAccept(outcome -> {
            underWay.decrementAndGet();
            switch (outcome) {
                case Membership.Known(var members) -> known.put(key, new Entry(groups, members, asked));
                case Membership.NoSuchPrincipal nobody -> known.put(key, new Entry(groups, null, asked));
                case Membership.Unknown unknown -> {
                    // The last good answer serves until it is too old.
                }
            }
            CompletableFuture<Membership.Outcome> unusedLanding = land(key, mine, outcome);
        });
        return mine.landed();
    }

    private CompletableFuture<Membership.Outcome> land(Key key, Flight flight, Membership.Outcome outcome) {
        flights.remove(key, flight);
        flight.landed().complete(outcome);
        return flight.landed();
    }

    private static Membership.Outcome only(Membership.Outcome outcome, Set<Guid> groups) {
        if (!(outcome instanceof Membership.Known(var members))) {
            return outcome;
        }
        Set<Guid> some = new HashSet<>(members);
        some.retainAll(groups);
        return new Membership.Known(some);
    }

    /**
     * When to ask again about a caller that stays, so that a withdrawn membership is noticed within the bounds: when its answer is to be
     * refreshed, shortly after that for what the refreshing gave, and at the latest when the answer is too old to serve.
     */
    public Instant lookAgain(Principal principal, Instant now) {
        Entry entry = known.getIfPresent(new Key(principal.tenant(), principal.oid()));
        Instant soon = now.plus(REFRESHING);
        if (entry == null) {
            return soon;
        }
        Instant refresh = entry.at().plus(bounds.refreshAfter());
        Instant next = refresh.isAfter(now) ? refresh : soon;
        Instant end = entry.at().plus(bounds.ageMax());
        return end.isBefore(next) ? end : next;
    }

    /** How lookups went, one entry for each tenant that has a Graph. */
    public List<GraphStatus> status() {
        return tenants.values().stream().map(TenantGroups::status).toList();
    }

    /** Principals whose groups are kept, approximately. */
    public long entries() {
        return known.estimatedSize();
    }

    /** Ends what is on its way. */
    @Override
    public void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
