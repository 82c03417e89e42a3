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

    /** Rules that are tried with a word more: for each the tier's paths are compiled anew. */
    private static final int RULES_MAX = 20;

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
        return standing.in(request.database()).stream()
                .anyMatch(serving -> serving.tier() == tier && serving.at(request));
    }

    private Decision alone(Tier tier) {
        AccessRequest unnamed = new AccessRequest(
                request.database(), request.accesses(), null, null, request.now(), request.client(), request.lookups());
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
        List<Held> more = new ArrayList<>(standing.held());
        more.removeIf(held -> held.tier() == tier);
        more.add(WhoCan.held(tier, request.database()));
        more.sort(Comparator.comparingInt(held -> held.tier().rank()));
        // The first tier with a rule for it decides, and that may be one that refuses.
        String named = with(more) instanceof Decision.Permit ? "" : ", and by naming that tier in x-firegate-tier";
        boolean acts = standing.principal().attributes().agent() == Principal.Agent.FOR_USER;
        String through =
                "tier " + tier.name() + ", rule " + permit.grants().get(0).rule();
        snapshot.bindings().stream()
                .filter(binding -> binding.tier() == tier
                        && binding.mayServe(request.database())
                        && (!acts || binding.namesPeople()))
                .map(binding -> SubjectText.lacking(binding, standing.principal(), request))
                .min(Comparator.comparingInt(List::size))
                .ifPresentOrElse(
                        lacking -> ways.add(through + byWhich(lacking, tier) + named),
                        () -> ways.add(through + ", by a first binding to it" + named));
    }

    private String byWhich(List<String> lacking, Tier tier) {
        String user = lacking.isEmpty() ? "" : ", by a binding that lacks only: " + String.join(" and ", lacking);
        Principal principal = standing.principal();
        boolean agentBound = principal.attributes().agent() != Principal.Agent.FOR_USER
                || snapshot.bindings().stream()
                        .anyMatch(binding -> binding.tier() == tier
                                && binding.isOfAgent(principal)
                                && binding.require().agents());
        return agentBound
                ? user
                : user + (user.isEmpty() ? ", by" : " and") + " a binding of the agent's own: apps " + principal.app()
                        + " with require agents: allow";
    }

    private Decision with(List<Held> held) {
        return snapshot.decide(new Standing(snapshot, standing.principal(), held, null), request)
                .onTerms();
    }

    /** A rule of a tier that is held, with one word more. */
    private void byRule(Tier tier) {
        if (!holds(tier)) {
            return;
        }
        int tried = 0;
        boolean any = false;
        for (Rule rule : tier.rules()) {
            if (!Explaining.concerns(rule.pattern(), access.resource()) || tried++ == RULES_MAX) {
                continue;
            }
            int more = access.operation() == Operation.UPSERT
                    ? Rule.bit(Operation.CREATE) | Rule.bit(Operation.UPDATE)
                    : Rule.bit(access.operation());
            boolean past = access.history() && !rule.history();
            boolean word = (rule.operations() & more) != more;
            if ((past || word) && with(widened(tier, rule, more)) instanceof Decision.Permit) {
                any = true;
                String what = !word ? "" : "`" + words() + "` under allow";
                ways.add(what + (past ? (word ? " and " : "") + "history: true" : "") + " of rule " + rule.id()
                        + " of tier " + tier.name() + " (" + rule.position() + ")");
            }
        }
        if (!any) {
            ways.add("a rule of its own for " + access.resource() + " in tier " + tier.name() + ", with " + words()
                    + " under allow" + (access.history() ? " and history: true" : ""));
        }
    }

    /** What is held, with a tier in which one rule allows more. */
    private List<Held> widened(Tier tier, Rule rule, int more) {
        Rule wider = new Rule(
                rule.id(),
                rule.pattern(),
                rule.operations() | more,
                rule.history() || access.history(),
                rule.terms(),
                rule.position());
        List<Rule> rules = new ArrayList<>(tier.rules());
        rules.replaceAll(other -> other.equals(rule) ? wider : other);
        PathIndex index = new PathIndex();
        rules.forEach(index::add);
        Tier widened =
                new Tier(tier.name(), tier.rank(), tier.databases(), tier.credential(), rules, index, tier.position());
        List<Held> held = new ArrayList<>(standing.held());
        held.replaceAll(other -> other.tier() == tier ? new Held(widened, other.sides()) : other);
        return held;
    }

    private String words() {
        return access.operation() == Operation.UPSERT ? "create, update" : Rule.word(access.operation());
    }

    /** What each rule that has a say makes of one document, line by line; empty when none looks at documents. */
    public static List<String> onDocument(
            PolicySnapshot snapshot, Standing standing, AccessRequest request, DocumentView document) {
        List<String> lines = new ArrayList<>();
        Access access = request.accesses().get(0);
        for (Serving serving : standing.in(request.database())) {
            Tier tier = serving.tier();
            if (!serving.at(request)) {
                continue;
            }
            for (Rule rule : tier.rules()) {
                if (!rule.allows(access.operation()) || !Explaining.concerns(rule.pattern(), access.resource())) {
                    continue;
                }
                if (rule.terms().where() == null) {
                    continue;
                }
                String verdict = switch (Folding.obligations(rule, serving, standing.principal(), access, request)
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
