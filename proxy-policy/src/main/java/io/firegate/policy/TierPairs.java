package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pairs of tiers where holding both hides something: the earlier tier has a rule for an access and serves it, and the later one would
 * show more. For people, who may want another order or tell callers to name a tier.
 */
public final class TierPairs {
    /** Rules compared with rules; beyond, the rest of the pairs is not looked at and the answer says so. */
    private static final int COMPARISONS_MAX = 5_000_000;

    private int comparisons;
    private final List<String> lines = new ArrayList<>();

    private TierPairs() {}

    /** One line for each pair, in order of rank; none when no pair hides anything. */
    public static List<String> lines(PolicySnapshot snapshot) {
        TierPairs pairs = new TierPairs();
        List<Tier> tiers = snapshot.tiers();
        for (int i = 0; i < tiers.size(); i++) {
            for (int k = i + 1; k < tiers.size(); k++) {
                if (pairs.comparisons >= COMPARISONS_MAX) {
                    pairs.lines.add("the policy is too large to compare every pair of its tiers");
                    return pairs.lines;
                }
                if (meet(tiers.get(i), tiers.get(k))) {
                    pairs.compare(tiers.get(i), tiers.get(k));
                }
            }
        }
        return pairs.lines;
    }

    private static boolean meet(Tier first, Tier later) {
        for (DatabasePattern one : first.databases()) {
            for (DatabasePattern other : later.databases()) {
                if (one.meets(other)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void compare(Tier first, Tier later) {
        for (Rule serving : first.rules()) {
            comparisons += later.rules().size();
            for (Rule wider : later.rules()) {
                int both = serving.operations() & wider.operations();
                if (both == 0 || !serving.pattern().mayMeet(wider.pattern())) {
                    continue;
                }
                for (Operation operation : Operation.values()) {
                    if ((both & Rule.bit(operation)) != 0 && hides(first, serving, later, wider, operation)) {
                        return;
                    }
                }
            }
        }
    }

    /** Tells of two rules and an operation; whether there was anything to tell. */
    private boolean hides(Tier first, Rule serving, Tier later, Rule wider, Operation operation) {
        Set<String> hidden = hidden(serving, wider, operation);
        String witness = hidden.isEmpty() ? null : witness(first, serving, later, wider, operation);
        if (witness == null) {
            return false;
        }
        lines.add("tier " + first.name() + " before " + later.name() + ": " + Rule.word(operation) + " " + witness
                + " is served by rule " + serving.id() + " (" + serving.position() + "), which keeps back "
                + String.join(" and ", hidden) + " that rule " + wider.id() + " (" + wider.position() + ") gives");
        return true;
    }

    /** What the first of two rules keeps back that the other does not, as far as their texts tell. */
    private static Set<String> hidden(Rule serving, Rule wider, Operation operation) {
        Terms first = serving.terms();
        Terms later = wider.terms();
        Set<String> hidden = new LinkedHashSet<>();
        boolean likeRows = Objects.equals(first.where(), later.where())
                && serving.pattern().alike(wider.pattern(), first.variables());
        // The same condition comes to something else by the grants of another binding.
        if (first.where() != null && (!likeRows || first.where().usesGrants())) {
            hidden.add("rows");
        }
        if (!(first.fields() instanceof FieldMask.AllFields) && !first.fields().equals(later.fields())) {
            hidden.add("fields");
        }
        boolean reads = operation == Operation.GET || operation == Operation.LIST || operation == Operation.GROUP;
        if (reads) {
            if (!serving.history() && wider.history()) {
                hidden.add("the past");
            }
            return hidden;
        }
        boolean keeps = operation == Operation.UPDATE
                && !(first.write() instanceof WriteGuard.NoGuard)
                && !first.write().equals(later.write());
        boolean checks = first.check() != null
                && (!Objects.equals(first.check(), later.check())
                        || !first.check().grants().isEmpty());
        if (keeps || checks) {
            hidden.add("writes");
        }
        return hidden;
    }

    /** A path of which both rules decide the operation in their tiers, or null. */
    private static @Nullable String witness(Tier first, Rule serving, Tier later, Rule wider, Operation operation) {
        int longest = Math.min(serving.pattern().size() + wider.pattern().size() + 2, 2 * ResourcePath.LEVELS_MAX);
        for (int n = 0; n <= longest; n += 2) {
            List<String> path = serving.pattern().common(wider.pattern(), n);
            Route route = path == null ? null : Route.of(path);
            if (path != null
                    && route != null
                    && serving.equals(first.index().find(route, operation))
                    && wider.equals(later.index().find(route, operation))) {
                Set<String> taken = new LinkedHashSet<>(first.index().literals());
                taken.addAll(later.index().literals());
                return wider.pattern().readable(path, taken);
            }
        }
        return null;
    }
}
