package io.firegate.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds tiers that serve nobody who does not name them: whoever holds one by any of its bindings holds an earlier tier as well, and that
 * has a rule for everything the later one grants. Never takes a tier for one that is not; some that are stay unnoticed.
 */
final class ShadowedTiers {
    /**
     * A tier and the earlier one that always serves in its place.
     *
     * @param tier the later
     * @param by the earlier
     */
    record Shadow(Tier tier, Tier by) {}

    /** Paths looked up at most: with more rules and tiers some shadows stay unnoticed, and the policy is compiled in seconds. */
    private static final int LOOKUPS_MAX = 2_000_000;

    private int lookups;

    private ShadowedTiers() {}

    /** The shadows among tiers in order of rank. */
    static List<Shadow> of(List<Tier> tiers, List<Binding> bindings) {
        ShadowedTiers search = new ShadowedTiers();
        Map<Tier, List<Binding>> byTier = new HashMap<>();
        bindings.forEach(binding -> byTier.computeIfAbsent(binding.tier(), tier -> new ArrayList<>())
                .add(binding));
        List<Shadow> shadows = new ArrayList<>();
        for (Tier later : tiers) {
            List<Binding> own = byTier.getOrDefault(later, List.of());
            for (Tier earlier : tiers) {
                if (earlier == later) {
                    break;
                }
                List<Binding> others = byTier.getOrDefault(earlier, List.of());
                if (!own.isEmpty()
                        && own.stream().allMatch(binding -> others.stream().anyMatch(other -> implies(binding, other)))
                        && earlier.databases().containsAll(later.databases())
                        && later.databases().stream()
                                .allMatch(database -> database.variables().isEmpty())
                        && search.covers(earlier, later)) {
                    shadows.add(new Shadow(later, earlier));
                    break;
                }
            }
        }
        return shadows;
    }

    /** Whether whoever holds a tier by one binding holds the other's by that, at the same moment and place. */
    private static boolean implies(Binding binding, Binding other) {
        return any(binding.groups(), other.groups())
                && any(binding.roles(), other.roles())
                && any(binding.apps(), other.apps())
                && any(binding.principals(), other.principals())
                // For an agent's person a binding that names nobody but the application is not the person's.
                && binding.namesPeople() == other.namesPeople()
                && holds(binding.require(), other.require())
                && (other.until() == null
                        || (binding.until() != null && !other.until().isBefore(binding.until())))
                && other.grants().values().stream()
                        .allMatch(grant -> !(grant instanceof Binding.Grant.FromClaim)
                                || binding.grants().containsValue(grant));
    }

    private static boolean any(Set<?> named, Set<?> wanted) {
        return wanted.isEmpty() || (!named.isEmpty() && wanted.containsAll(named));
    }

    private static boolean holds(Require asked, Require other) {
        return (other.hours().isEmpty() || other.hours().equals(asked.hours()))
                && (other.networks().isEmpty() || other.networks().equals(asked.networks()))
                && (other.authContext() == null || other.authContext().equals(asked.authContext()))
                && (other.agents() || !asked.agents())
                && (other.guests() || !asked.guests());
    }

    /** Whether the earlier tier has a rule for every operation on every path the later one has one for. */
    private boolean covers(Tier earlier, Tier later) {
        for (Rule rule : later.rules()) {
            for (Operation operation : Operation.values()) {
                if (rule.allows(operation) && !covers(earlier, rule.pattern(), operation)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Length by length on the path with fresh ids: a rule that matches it matches all others of the length too. */
    private boolean covers(Tier earlier, PathPattern pattern, Operation operation) {
        int longest = pattern.form() == PathPattern.Form.EXACT
                ? pattern.size()
                : Math.min(pattern.size() + earlier.index().sizeMax() + 4, 2 * ResourcePath.LEVELS_MAX);
        for (int n = pattern.size(); n <= longest; n += 2) {
            List<String> path = pattern.witness(Reach.EVERYTHING, n);
            if (n == 0) {
                path = pattern.fresh();
            }
            if (path != null && (++lookups > LOOKUPS_MAX || earlier.index().find(Route.of(path), operation) == null)) {
                return false;
            }
        }
        return true;
    }
}
