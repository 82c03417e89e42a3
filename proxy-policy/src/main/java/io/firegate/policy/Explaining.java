package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The account of one access: what each rule of the caller's tiers says to it. */
final class Explaining {
    /** Rules told per tier and access; the rest is counted. */
    private static final int RULES_MAX = 20;

    private final Principal principal;
    private final AccessRequest request;
    private final Access access;
    private final PathIndex deniedPaths;
    private final List<String> lines;

    /** An account that is added to {@code lines}. */
    Explaining(Principal principal, AccessRequest request, Access access, PathIndex deniedPaths, List<String> lines) {
        this.principal = principal;
        this.request = request;
        this.access = access;
        this.deniedPaths = deniedPaths;
        this.lines = lines;
    }

    void explain(List<Serving> usable) {
        Rule denied = deniedBy(access.resource(), deniedPaths);
        if (denied != null) {
            lines.add("  deny.paths " + denied.pattern() + " (" + denied.position() + ") stands against it");
        }
        for (Serving serving : usable) {
            Tier tier = serving.tier();
            int told = 0;
            int silent = 0;
            for (Rule rule : tier.rules()) {
                if (!concerns(rule.pattern(), access.resource())) {
                    silent++;
                } else if (told++ < RULES_MAX) {
                    lines.add("  tier " + tier.name() + ", rule " + rule.id() + " (" + rule.position() + "): "
                            + rule.pattern() + " " + verdict(tier, rule));
                    terms(serving, rule);
                }
            }
            String rest = silent == 1 ? "1 rule is for other paths" : silent + " rules are for other paths";
            if (told > RULES_MAX) {
                rest += ", " + (told - RULES_MAX) + " more are for this one";
            }
            lines.add("  tier " + tier.name() + ": " + rest);
        }
    }

    /** What the rule demands, as it is written and as it comes out for this caller. */
    private void terms(Serving serving, Rule rule) {
        Terms terms = rule.terms();
        if (!terms.limited() || !hasASay(serving.tier(), rule)) {
            return;
        }
        Obligations obligations = Folding.obligations(rule, serving, principal, access, request);
        if (terms.where() != null) {
            lines.add("    where " + terms.where().condition().describe());
            lines.add("    for this caller: "
                    + switch (obligations.rows()) {
                        case RowFilter.AllRows.INSTANCE -> "every document";
                        case RowFilter.Rows(var predicate) -> predicate.describe();
                    });
        }
        switch (obligations.fields()) {
            case FieldMask.AllFields.INSTANCE -> {}
            case FieldMask.Hidden(var paths) -> lines.add("    without the fields " + joined(paths));
            case FieldMask.Shown(var paths) -> lines.add("    only the fields " + joined(paths));
        }
        if (obligations.write() instanceof Obligations.WriteGuard.Readonly(var paths)) {
            lines.add("    which must keep the fields " + joined(paths));
        }
        check(terms, obligations);
    }

    private void check(Terms terms, Obligations obligations) {
        List<Obligations.WriteCheck.Terms> tuples = obligations.check().tuples();
        if (!tuples.isEmpty()) {
            if (terms.check() != null) {
                lines.add("    check " + terms.check().text());
            }
            if (tuples.size() > 1) {
                lines.add("    by the grants of one binding: "
                        + tuples.stream().map(tuple -> tuple.rows().describe()).collect(Collectors.joining("; or ")));
            }
        }
    }

    /** Whether it decides any of what is asked for. */
    private boolean hasASay(Tier tier, Rule rule) {
        Operation operation = access.operation();
        return switch (access.resource()) {
            case Resource.Document document -> {
                Route route = Route.of(document.path().segments());
                yield operation == Operation.UPSERT
                        ? rule.equals(tier.index().find(route, Operation.CREATE))
                                || rule.equals(tier.index().find(route, Operation.UPDATE))
                        : rule.equals(tier.index().find(route, operation));
            }
            case Resource.Collection collection -> hasASay(tier, rule, Reach.of(collection));
            case Resource.Group group -> hasASay(tier, rule, Reach.of(group));
            case Resource.CollectionIds ids -> false;
        };
    }

    private boolean hasASay(Tier tier, Rule rule, Reach reach) {
        return rule.allows(access.operation())
                && tier.index().firstWitness(rule, rule, reach, access.operation()) != null;
    }

    private static String joined(List<FieldPath> paths) {
        return paths.stream().map(FieldPath::toString).collect(Collectors.joining(", "));
    }

    /** The denied path that stands against an access, or null. */
    static @Nullable Rule deniedBy(Resource resource, PathIndex denied) {
        return switch (resource) {
            case Resource.Document document ->
                denied.find(Route.of(document.path().segments()), Operation.GET);
            case Resource.Collection collection -> denied.any(Reach.of(collection), Operation.GET);
            case Resource.Group group -> denied.any(Reach.of(group), Operation.GET);
            case Resource.CollectionIds ids -> denied.find(Route.of(ids.parent().segments()), Operation.GET);
        };
    }

    /** Whether a rule of this path has a say in what happens to a resource. */
    static boolean concerns(PathPattern pattern, Resource resource) {
        return switch (resource) {
            case Resource.Document document -> pattern.matches(document.path().segments());
            case Resource.Collection collection -> pattern.meets(Reach.of(collection));
            case Resource.Group group -> pattern.meets(Reach.of(group));
            case Resource.CollectionIds ids -> pattern.matches(ids.parent().segments());
        };
    }

    private String verdict(Tier tier, Rule rule) {
        Operation operation = access.operation();
        if (operation == Operation.UPSERT) {
            return "create " + verdict(tier, rule, Operation.CREATE) + "; update "
                    + verdict(tier, rule, Operation.UPDATE);
        }
        return verdict(tier, rule, operation);
    }

    private String verdict(Tier tier, Rule rule, Operation operation) {
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
        if (!tier.index().covers(reach, operation)) {
            return "grants it for a part of what the query could return";
        }
        Rule other = tier.limited() ? Judge.otherTerms(tier, rule, operation, reach) : null;
        return other == null
                ? "grants it"
                : "grants it, but rule " + other.id() + " has other terms for a part of what the query could return";
    }
}
