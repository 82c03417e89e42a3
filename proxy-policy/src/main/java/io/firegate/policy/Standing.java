package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One principal under one snapshot: the bindings that name it. Safe for any thread; holds no verdict, because bindings can end in time and
 * ask for a time and a place.
 */
public final class Standing {
    /**
     * What one binding gives to conditions. Bindings that give the same and ask for the same are one tuple.
     *
     * @param grants sets of values by name
     * @param require what it asks of the request
     * @param until when the last of the bindings that give it stops, or null for never
     */
    record Tuple(
            Map<String, List<PolicyValue>> grants,
            Require require,
            @Nullable Instant until) {
        Tuple {
            grants = Map.copyOf(grants);
        }

        /** Whether its binding holds for a request. */
        boolean at(AccessRequest request) {
            return lives(request.now()) && require.holds(request);
        }

        /** Whether its binding holds for every request. */
        boolean always() {
            return until == null
                    && require.hours().isEmpty()
                    && require.networks().isEmpty();
        }

        /** Whether its bindings have not ended. */
        boolean lives(Instant now) {
            return until == null || now.isBefore(until);
        }
    }

    /**
     * A tier some binding gives.
     *
     * @param tier the tier
     * @param sides the tuples of everyone who must hold the tier, each with grants of its own: the caller's, and those of an agent that
     *     acts for the caller. Of every side one tuple must permit what is done; tuples of one side never help each other along
     */
    record Held(Tier tier, List<List<Tuple>> sides) {
        Held {
            sides = sides.stream().map(List::copyOf).toList();
        }

        /** As it is held in one database; null when a side has no tuple that gives the tier for it. */
        @Nullable
        Serving in(DatabaseName database) {
            List<List<Tuple>> there = new ArrayList<>(sides.size());
            for (List<Tuple> side : sides) {
                List<Tuple> giving = side.stream()
                        .filter(tuple -> tier.serves(database, tuple.grants()))
                        .toList();
                if (giving.isEmpty()) {
                    return null;
                }
                there.add(giving);
            }
            return new Serving(tier, there);
        }

        /** Whether it is held for any database. */
        private boolean anywhere(AccessRequest request) {
            return sides.stream().allMatch(side -> side.stream().anyMatch(tuple -> tuple.at(request)));
        }
    }

    /** How many databases are remembered: most callers ask for one, a few for some in turn, and many callers are remembered themselves. */
    private static final int DATABASES_MAX = 4;

    private final PolicySnapshot snapshot;
    private final Principal principal;
    private final List<Held> held;
    private final @Nullable DenyReason denied;

    /** What was found out for the databases last asked for, the newest first. */
    private volatile List<Inside> lately = List.of();

    private record Inside(DatabaseName database, List<Serving> tiers) {}

    /**
     * What a snapshot found out.
     *
     * @param held in order of rank, each tier once
     * @param denied why the principal as a whole is refused, or null
     */
    Standing(PolicySnapshot snapshot, Principal principal, List<Held> held, @Nullable DenyReason denied) {
        this.snapshot = snapshot;
        this.principal = principal;
        this.held = List.copyOf(held);
        this.denied = denied;
    }

    /** The snapshot this standing is true for. */
    public PolicySnapshot snapshot() {
        return snapshot;
    }

    /** Whose standing it is. */
    public Principal principal() {
        return principal;
    }

    /** The names of the tiers a request can be served by, in order of rank, whatever their databases. */
    public List<String> tiers(AccessRequest request) {
        return held.stream()
                .filter(tier -> tier.anywhere(request))
                .map(tier -> tier.tier().name())
                .toList();
    }

    /**
     * When, after a moment, time alone may change a verdict on this principal: a binding ends, or its hours begin or end. Null for never.
     */
    public @Nullable Instant nextChange(Instant now) {
        Instant next = Instant.MAX;
        for (Held each : held) {
            for (List<Tuple> side : each.sides()) {
                for (Tuple tuple : side) {
                    Instant until = tuple.until();
                    if (until != null && !until.isAfter(now)) {
                        continue;
                    }
                    next = until != null && until.isBefore(next) ? until : next;
                    Instant hours = tuple.require().boundary(now);
                    next = hours.isBefore(next) ? hours : next;
                }
            }
        }
        return next.equals(Instant.MAX) ? null : next;
    }

    List<Held> held() {
        return held;
    }

    /** The tiers held in one database, in order of rank. */
    List<Serving> in(DatabaseName database) {
        List<Inside> known = lately;
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i).database.equals(database)) {
                return known.get(i).tiers;
            }
        }
        List<Serving> tiers = new ArrayList<>(held.size());
        for (Held each : held) {
            Serving there = each.in(database);
            if (there != null) {
                tiers.add(there);
            }
        }
        if (tiers.isEmpty()) {
            // A caller may make up any number of long names; only those the policy gives are kept.
            return List.of();
        }
        Inside found = new Inside(database, List.copyOf(tiers));
        List<Inside> newest = new ArrayList<>(DATABASES_MAX);
        newest.add(found);
        newest.addAll(known.subList(0, Math.min(known.size(), DATABASES_MAX - 1)));
        lately = List.copyOf(newest);
        return found.tiers;
    }

    @Nullable
    DenyReason denied() {
        return denied;
    }
}
