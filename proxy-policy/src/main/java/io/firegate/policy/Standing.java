package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One principal under one snapshot: the bindings that match it. Immutable; holds no verdict, because bindings can end in time. */
public final class Standing {
    /**
     * What one binding gives to conditions. Bindings that give the same are one tuple.
     *
     * @param grants sets of values by name
     * @param until when the last of the bindings that give it stops, or null for never
     */
    record Tuple(
            Map<String, List<PolicyValue>> grants, @Nullable Instant until) {
        Tuple {
            grants = Map.copyOf(grants);
        }

        boolean at(Instant now) {
            return until == null || now.isBefore(until);
        }
    }

    /**
     * A tier some binding gives.
     *
     * @param tier the tier
     * @param tuples one or more, each with grants of its own
     * @param until when the last of them stops, or null for never
     */
    record Held(Tier tier, List<Tuple> tuples, @Nullable Instant until) {
        Held {
            tuples = List.copyOf(tuples);
        }

        boolean at(Instant now) {
            return until == null || now.isBefore(until);
        }
    }

    private final PolicySnapshot snapshot;
    private final Principal principal;
    private final List<Held> held;
    private final @Nullable DenyReason denied;

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

    /** The names of the tiers held at a moment, in order of rank, whatever their databases. */
    public List<String> tiers(Instant now) {
        return held.stream()
                .filter(tier -> tier.at(now))
                .map(tier -> tier.tier().name())
                .toList();
    }

    /** When, after a moment, time alone may change what is held; null for never. */
    public @Nullable Instant nextChange(Instant now) {
        Instant next = null;
        for (Held tier : held) {
            for (Tuple tuple : tier.tuples()) {
                Instant until = tuple.until();
                if (until != null && until.isAfter(now) && (next == null || until.isBefore(next))) {
                    next = until;
                }
            }
        }
        return next;
    }

    List<Held> held() {
        return held;
    }

    @Nullable
    DenyReason denied() {
        return denied;
    }
}
