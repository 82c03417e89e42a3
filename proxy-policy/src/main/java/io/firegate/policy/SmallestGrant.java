package io.firegate.policy;

import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Standing.Held;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FailingClause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What would have to change for a refused access to be permitted, the least access first; and what keeps a document away. */
public final class SmallestGrant {
    /** Ways that are told: a person takes one of the first. */
    private static final int WAYS_MAX = 6;

    private final PolicySnapshot snapshot;
    private final Standing standing;
    private final AccessRequest request;
    private final Access access;
    private final List<String> ways = new ArrayList<>();

    private SmallestGrant(PolicySnapshot snapshot, Standing standing, AccessRequest request) {
        this.snapshot = snapshot;
        this.standing = standing;
        this.request = request;
        this.access = request.accesses().get(0);
    }

    /**
     * The ways to a permit, line by line.
     *
     * @param request with one access
     */
    public static List<String> lines(
            PolicySnapshot snapshot, Standing standing, AccessRequest request, Decision.Deny deny) {
        SmallestGrant grant = new SmallestGrant(snapshot, standing, request);
        grant.find(deny);
        List<String> lines = new ArrayList<>();
        lines.add("it would be permitted by one of:");
        grant.ways.stream().distinct().limit(WAYS_MAX).forEach(way -> lines.add("  " + way));
        return lines;
    }

    private void find(Decision.Deny deny) {
        Principal principal = standing.principal();
        switch (deny.reason()) {
            case DENIED_PRINCIPAL ->
                ways.add("taking " + principal.tenant() + "/" + principal.oid() + " out of deny.principals");
            case DENIED_APP -> ways.add("taking " + principal.app() + " out of deny.apps");
            case DENIED_TOKEN -> ways.add("another token: this one stands in deny.tokens");
            case DENIED_PATH -> {
                Rule denied =
                        Explaining.deniedBy(access.resource(), snapshot.deny().paths());
                ways.add("taking "
                        + (denied == null ? access.resource() : denied.pattern() + " (" + denied.position() + ")")
                        + " out of deny.paths");
            }
            default -> {
                // The narrowest tier stands last.
                List<Tier> tiers = new ArrayList<>(snapshot.tiers());
                tiers.removeIf(tier -> !tier.serves(request.database()));
                tiers.sort(Comparator.comparingInt(Tier::rank).reversed());
                tiers.forEach(this::byTierAlone);
                tiers.forEach(this::byBinding);
                tiers.forEach(this::byRule);
                if (tiers.isEmpty()) {
                    ways.add("a tier for the database " + request.database() + ": there is none");
                }
            }
        }
    }

    private boolean holds(Tier tier) {
        return standing.held().stream().anyMatch(held -> held.tier() == tier && held.at(request.now()));
    }

    private Decision alone(Tier tier) {
        AccessRequest unnamed = new AccessRequest(request.database(), request.accesses(), null, request.now());
        return WhoCan.alone(snapshot, standing.principal(), tier, unnamed);
    }

    private void byTierAlone(Tier tier) {
        if (holds(tier) && alone(tier) instanceof Decision.Permit) {
            ways.add("naming tier " + tier.name() + " in x-firegate-tier");
        }
    }

    /** The binding that asks for the least. */
    private void byBinding(Tier tier) {
        if (holds(tier) || !(alone(tier) instanceof Decision.Permit permit)) {
            return;
        }
        snapshot.bindings().stream()
                .filter(binding -> binding.tier() == tier)
                .map(binding -> SubjectText.lacking(binding, standing.principal(), request.now()))
                .min(Comparator.comparingInt(List::size))
                .ifPresentOrElse(
                        lacking -> ways.add(through(tier, permit) + ", by a binding that lacks only: "
                                + String.join(" and ", lacking)),
                        () -> ways.add(through(tier, permit) + ", by a first binding to it"));
    }

    private static String through(Tier tier, Decision.Permit permit) {
        return "tier " + tier.name() + ", rule " + permit.grants().get(0).rule();
    }

    /** A rule of a tier that is held, or could be named, with one word more. */
    private void byRule(Tier tier) {
        if (!holds(tier) || !(alone(tier) instanceof Decision.Deny deny)) {
            return;
        }
        for (Rule rule : tier.rules()) {
            if (!Explaining.concerns(rule.pattern(), access.resource())) {
                continue;
            }
            String place = "rule " + rule.id() + " of tier " + tier.name() + " (" + rule.position() + ")";
            if (deny.reason() == DenyReason.HISTORY && rule.id().equals(deny.rule())) {
                ways.add("history: true in " + place);
            } else if (deny.reason() == DenyReason.NO_RULE) {
                ways.add("`" + words() + "` under allow of " + place);
            } else if (deny.reason() == DenyReason.UNENFORCEABLE && access.operation() == Operation.UPSERT) {
                ways.add("create and update under allow of " + place + "; or by asking for the one that is meant");
            }
        }
        if (deny.reason() == DenyReason.NO_RULE && ways.isEmpty()) {
            ways.add("a rule for " + access.resource() + " with allow: [" + words() + "] in tier " + tier.name());
        } else if (deny.reason() == DenyReason.NOT_COVERED) {
            ways.add("a narrower query, or one rule of tier " + tier.name() + " for all that it could return");
        }
    }

    private String words() {
        return access.operation() == Operation.UPSERT ? "create, update" : Rule.word(access.operation());
    }

    /** What each rule that has a say makes of one document, line by line; empty when none looks at documents. */
    public static List<String> onDocument(
            PolicySnapshot snapshot, Standing standing, AccessRequest request, DocumentView document) {
        List<String> lines = new ArrayList<>();
        Access access = request.accesses().get(0);
        for (Held held : standing.held()) {
            Tier tier = held.tier();
            if (!held.at(request.now()) || !tier.serves(request.database())) {
                continue;
            }
            for (Rule rule : tier.rules()) {
                if (!rule.allows(access.operation()) || !Explaining.concerns(rule.pattern(), access.resource())) {
                    continue;
                }
                if (rule.terms().where() == null) {
                    continue;
                }
                String verdict = switch (Folding.obligations(rule, held, standing.principal(), access, request.now())
                        .rows()) {
                    case RowFilter.AllRows.INSTANCE -> "reached, as every document";
                    case RowFilter.Rows(var predicate) -> {
                        FailingClause failing = FailingClause.of(predicate, document);
                        yield failing == null ? "reached" : "withheld, " + failing.describe(document);
                    }
                };
                lines.add("  the given document, by tier " + tier.name() + ", rule " + rule.id() + ": " + verdict);
            }
        }
        return lines;
    }
}
