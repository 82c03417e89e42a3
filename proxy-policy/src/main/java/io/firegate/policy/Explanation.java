package io.firegate.policy;

import io.firegate.policy.Standing.Held;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision and how it came about, for a person: which tiers were asked and what each rule said, with its place in the policy.
 *
 * @param decision the verdict explained
 * @param lines the account, indented with spaces
 */
public record Explanation(Decision decision, List<String> lines) {
    /** Rules told per tier and access; the rest is counted. */
    private static final int RULES_MAX = 20;

    public Explanation {
        lines = List.copyOf(lines);
    }

    static Explanation of(
            Decision decision, Standing standing, AccessRequest request, List<Tier> tiers, PathIndex deniedPaths) {
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (decision) {
                    case Decision.Permit permit -> "permitted with credential " + permit.credential();
                    case Decision.Deny deny ->
                        "denied: " + deny.reason() + ", " + deny.reason().sentence();
                });
        List<Tier> usable = new ArrayList<>();
        for (Tier tier : tiers) {
            String why = unusable(tier, standing, request);
            if (why == null) {
                usable.add(tier);
                lines.add("tier " + tier.name() + " (" + tier.position() + "): held");
            } else {
                lines.add("tier " + tier.name() + " (" + tier.position() + "): " + why);
            }
        }
        for (Access access : request.accesses()) {
            lines.add(describe(access));
            explain(access, usable, deniedPaths, lines);
        }
        return new Explanation(decision, lines);
    }

    private static String describe(Access access) {
        return Rule.word(access.operation()) + " " + access.resource() + (access.history() ? " in the past" : "");
    }

    private static @Nullable String unusable(Tier tier, Standing standing, AccessRequest request) {
        for (Held held : standing.held()) {
            if (held.tier() == tier) {
                if (!held.at(request.now())) {
                    return "no longer held, the binding ended at " + held.until();
                }
                if (!tier.serves(request.database())) {
                    return "held, but not for database " + request.database();
                }
                if (request.namedTier() != null && !request.namedTier().equals(tier.name())) {
                    return "held, but the request names tier " + request.namedTier();
                }
                return null;
            }
        }
        return "not held, no binding matches";
    }

    private static void explain(Access access, List<Tier> usable, PathIndex deniedPaths, List<String> lines) {
        Rule denied = deniedBy(access.resource(), deniedPaths);
        if (denied != null) {
            lines.add("  deny.paths " + denied.pattern() + " (" + denied.position() + ") stands against it");
        }
        for (Tier tier : usable) {
            int told = 0;
            int silent = 0;
            for (Rule rule : tier.rules()) {
                if (!concerns(rule.pattern(), access.resource())) {
                    silent++;
                } else if (told++ < RULES_MAX) {
                    lines.add("  tier " + tier.name() + ", rule " + rule.id() + " (" + rule.position() + "): "
                            + rule.pattern() + " " + verdict(tier, rule, access));
                }
            }
            String rest = silent == 1 ? "1 rule is for other paths" : silent + " rules are for other paths";
            if (told > RULES_MAX) {
                rest += ", " + (told - RULES_MAX) + " more are for this one";
            }
            lines.add("  tier " + tier.name() + ": " + rest);
        }
    }

    private static @Nullable Rule deniedBy(Resource resource, PathIndex denied) {
        return switch (resource) {
            case Resource.Document document ->
                denied.find(Route.of(document.path().segments()), Operation.GET);
            case Resource.Collection collection -> denied.any(Reach.of(collection), Operation.GET);
            case Resource.Group group -> denied.any(Reach.of(group), Operation.GET);
            case Resource.CollectionIds ids -> {
                Rule parent = denied.find(Route.of(ids.parent().segments()), Operation.GET);
                yield parent != null ? parent : denied.any(Reach.below(ids.parent()), Operation.GET);
            }
        };
    }

    private static boolean concerns(PathPattern pattern, Resource resource) {
        return switch (resource) {
            case Resource.Document document -> pattern.matches(document.path().segments());
            case Resource.Collection collection -> pattern.meets(Reach.of(collection));
            case Resource.Group group -> pattern.meets(Reach.of(group));
            case Resource.CollectionIds ids -> pattern.matches(ids.parent().segments());
        };
    }

    private static String verdict(Tier tier, Rule rule, Access access) {
        Operation operation = access.operation();
        if (operation == Operation.UPSERT) {
            return "create " + verdict(tier, rule, access, Operation.CREATE) + "; update "
                    + verdict(tier, rule, access, Operation.UPDATE);
        }
        return verdict(tier, rule, access, operation);
    }

    private static String verdict(Tier tier, Rule rule, Access access, Operation operation) {
        if (!rule.allows(operation)) {
            return "allows only " + rule.allowed();
        }
        String history = access.history() && !rule.history() ? ", but not in the past (history: true is missing)" : "";
        return switch (access.resource()) {
            case Resource.Document document -> decides(tier, rule, document.path(), operation) + history;
            case Resource.CollectionIds ids -> decides(tier, rule, ids.parent(), operation) + history;
            case Resource.Collection collection -> decides(tier, rule, Reach.of(collection), operation) + history;
            case Resource.Group group -> decides(tier, rule, Reach.of(group), operation) + history;
        };
    }

    private static String decides(Tier tier, Rule rule, ResourcePath path, Operation operation) {
        Rule winner = tier.index().find(Route.of(path.segments()), operation);
        return winner == null || winner.equals(rule)
                ? "grants it"
                : "is replaced by the more specific rule " + winner.id();
    }

    private static String decides(Tier tier, Rule rule, Reach reach, Operation operation) {
        if (tier.index().firstWitness(rule, rule, reach, operation) == null) {
            return "is replaced by more specific rules";
        }
        return tier.index().covers(reach, operation)
                ? "grants it"
                : "grants it for a part of what the query could return";
    }

    /** The lines, one under the other. */
    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
