package io.firegate.auth.graph;

import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lookups in one tenant's directory: batches, the circuit breaker, and what came of them. Safe for any thread; never waits. */
final class TenantGroups {
    private static final Logger log = LoggerFactory.getLogger(TenantGroups.class);

    /** Of {@code checkMemberGroups}. */
    private static final int BATCH = 20;

    private final Guid tenant;
    private final Directory directory;
    private final GraphBounds bounds;
    private final Breaker breaker;
    private final LongAdder asked = new LongAdder();
    private final LongAdder cached = new LongAdder();
    private final Map<GraphProblem, LongAdder> failures = new ConcurrentHashMap<>();
    private volatile GraphProblem openedBy = GraphProblem.UNREACHABLE;
    private volatile String lastFailure = "";

    TenantGroups(Guid tenant, Directory directory, GraphBounds bounds, Breaker breaker) {
        this.tenant = tenant;
        this.directory = directory;
        this.bounds = bounds;
        this.breaker = breaker;
    }

    void answeredFromMemory() {
        cached.increment();
    }

    /** Refuses a lookup for a reason of our own. */
    Membership.Unknown refused(GraphProblem problem) {
        count(problem);
        return new Membership.Unknown(problem, breaker.retryAfter());
    }

    GraphStatus status() {
        Map<GraphProblem, Long> counts = new java.util.EnumMap<>(GraphProblem.class);
        failures.forEach((problem, count) -> counts.put(problem, count.sum()));
        return new GraphStatus(tenant, breaker.isOpen(), lastFailure, cached.sum(), asked.sum(), counts);
    }

    /** Asks, within the time limit for all batches together. The stage never ends exceptionally. */
    CompletionStage<Membership.Outcome> ask(Guid oid, Principal.Kind kind, Set<Guid> groups) {
        if (!breaker.admits()) {
            return CompletableFuture.completedFuture(refused(openedBy));
        }
        List<Guid> all = new ArrayList<>(groups);
        long end = System.nanoTime() + bounds.lookupTimeout().toNanos();
        return batch(oid, kind, all, 0, new HashSet<>(), end)
                .handle((answer, bug) -> answer != null
                        ? answer
                        : new Directory.Answer.Failed(
                                GraphProblem.MALFORMED,
                                "the directory broke: "
                                        + (bug == null
                                                ? "no answer"
                                                : bug.getClass().getName()),
                                Duration.ZERO))
                .thenApply(this::outcome);
    }

    /** One batch after the other; the last answer holds what all found. */
    private CompletionStage<Directory.Answer> batch(
            Guid oid, Principal.Kind kind, List<Guid> all, int from, Set<Guid> found, long end) {
        if (from >= all.size()) {
            return CompletableFuture.completedFuture(new Directory.Answer.Groups(found));
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
            return CompletableFuture.completedFuture(new Directory.Answer.Failed(
                    GraphProblem.TIMEOUT,
                    "not all of " + all.size() + " groups answered within " + bounds.lookupTimeout(),
                    Duration.ZERO));
        }
        Set<Guid> batch = new HashSet<>(all.subList(from, Math.min(all.size(), from + BATCH)));
        CompletionStage<Directory.Answer> answer;
        try {
            answer = directory.memberOf(oid, kind, batch, Duration.ofMillis(left));
        } catch (RuntimeException bug) {
            answer = CompletableFuture.failedFuture(bug);
        }
        return answer.thenCompose(got -> {
            if (!(got instanceof Directory.Answer.Groups some)) {
                return CompletableFuture.completedFuture(got);
            }
            found.addAll(some.groups());
            return batch(oid, kind, all, from + BATCH, found, end);
        });
    }

    private Membership.Outcome outcome(Directory.Answer answer) {
        return switch (answer) {
            case Directory.Answer.Groups(var groups) -> {
                good();
                yield new Membership.Known(groups);
            }
            case Directory.Answer.Nobody nobody -> {
                good();
                yield new Membership.NoSuchPrincipal();
            }
            case Directory.Answer.Failed(var problem, var detail, var retryAfter) -> {
                boolean wasOpen = breaker.isOpen();
                openedBy = problem;
                lastFailure = problem + ": " + detail;
                breaker.bad(retryAfter);
                count(problem);
                if (!wasOpen) {
                    log.atWarn()
                            .addKeyValue("tenant", tenant)
                            .addKeyValue("problem", problem)
                            .log("groups cannot be looked up: {}", detail);
                }
                yield new Membership.Unknown(problem, breaker.retryAfter());
            }
        };
    }

    private void good() {
        asked.increment();
        if (breaker.isOpen()) {
            log.atInfo().addKeyValue("tenant", tenant).log("groups can be looked up again");
        }
        lastFailure = "";
        breaker.good();
    }

    private void count(GraphProblem problem) {
        failures.computeIfAbsent(problem, none -> new LongAdder()).increment();
    }
}
