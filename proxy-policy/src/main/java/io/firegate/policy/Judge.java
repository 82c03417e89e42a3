package io.firegate.policy;

import io.firegate.policy.Obligations.RowFilter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges the accesses of one request, one by one: which tier serves it, which rule of it decides, what that demands. */
final class Judge {
    /** What became of one access. */
    sealed interface Judged {
        record Granted(Decision.Grant grant, String credential) implements Judged {}

        record Refused(Decision.Deny deny) implements Judged {}
    }

    /** A rule and the tier it serves in. */
    private record Choice(Serving serving, Rule rule) {
        Tier tier() {
            return serving.tier();
        }
    }

    private final List<Serving> tiers;
    private final Principal principal;
    private final AccessRequest request;
    /** The documents that must be read before it is known what is permitted. */
    private Set<String> unread = Set.of();

    Judge(Standing standing, AccessRequest request) {
        this.tiers = standing.in(request.database());
        this.principal = standing.principal();
        this.request = request;
    }

    private static Judged refused(DenyReason reason, Access access, @Nullable String tier, @Nullable String rule) {
        return new Judged.Refused(new Decision.Deny(reason, access, tier, rule));
    }

    private Judged granted(Access access, Choice choice) {
        Rule rule = choice.rule;
        if (access.history() && !rule.history()) {
            return refused(DenyReason.HISTORY, access, choice.tier().name(), rule.id());
        }
        Obligations obligations = obligations(choice, access);
        if (!rule.terms().variables().isEmpty()
                && obligations.rows() instanceof RowFilter.Rows(var predicate)
                && predicate.open() != null) {
            return refused(DenyReason.UNENFORCEABLE, access, choice.tier().name(), rule.id());
        }
        if (looksUpTooMuch(rule, obligations)) {
            return refused(DenyReason.LOOKUPS, access, choice.tier().name(), rule.id());
        }
        return new Judged.Granted(
                new Decision.Grant(access, choice.tier().name(), rule.id(), obligations),
                choice.tier().credential());
    }

    /** Takes down which documents a permit needs; whether they are, with those before, too many. */
    private boolean looksUpTooMuch(Rule rule, Obligations obligations) {
        if (rule.terms().looksUp()) {
            unread = new LinkedHashSet<>(unread);
            obligations.awaited(unread);
        }
        return unread.size() > Lookups.DOCUMENTS_MAX;
    }

    /** The documents that must be read before it is known what is permitted, of what has been granted so far. */
    Set<ResourcePath> unread() {
        if (unread.isEmpty()) {
            return Set.of();
        }
        Set<ResourcePath> paths = new LinkedHashSet<>();
        for (String path : unread) {
            paths.add(ResourcePath.parse(path.substring(1)).orElseThrow());
        }
        return paths;
    }

    private Obligations obligations(Choice choice, Access access) {
        return Folding.obligations(choice.rule, choice.serving, principal, access, request);
    }

    private boolean usable(Serving candidate) {
        String named = request.namedTier();
        return (named == null || named.equals(candidate.tier().name())) && candidate.at(request);
    }

    /** The first tier the caller can be served by, or null. */
    @Nullable
    Tier firstTier() {
        for (int i = 0; i < tiers.size(); i++) {
            if (usable(tiers.get(i))) {
                return tiers.get(i).tier();
            }
        }
        return null;
    }

    /** Whether a tier the caller can be served by has the credential: decided afresh, because bindings come and go. */
    boolean mayUse(String credential) {
        for (int i = 0; i < tiers.size(); i++) {
            if (usable(tiers.get(i)) && tiers.get(i).tier().credential().equals(credential)) {
                return true;
            }
        }
        return false;
    }

    Judged judge(Access access) {
        Operation operation = access.operation();
        return switch (access.resource()) {
            case Resource.Document document ->
                switch (operation) {
                    case GET, CREATE, UPDATE, DELETE -> judgePath(access, document.path());
                    case UPSERT -> judgeUpsert(access, document.path());
                    case LIST, GROUP, COLLECTIONS -> noRule(access);
                };
            case Resource.Collection collection ->
                operation == Operation.LIST ? judgeQuery(access, Reach.of(collection)) : noRule(access);
            case Resource.Group group ->
                operation == Operation.GROUP ? judgeQuery(access, Reach.of(group)) : noRule(access);
            case Resource.CollectionIds ids ->
                operation == Operation.COLLECTIONS ? judgePath(access, ids.parent()) : noRule(access);
        };
    }

    private Judged noRule(Access access) {
        return refused(DenyReason.NO_RULE, access, request.namedTier(), null);
    }

    /** The first usable tier with a rule for an operation on a path, and that rule. */
    private @Nullable Choice choose(ResourcePath path, Operation operation) {
        Route route = Route.of(path.segments());
        for (int i = 0; i < tiers.size(); i++) {
            if (usable(tiers.get(i))) {
                Rule rule = tiers.get(i).tier().index().find(route, operation);
                if (rule != null) {
                    return new Choice(tiers.get(i), rule);
                }
            }
        }
        return null;
    }

    private Judged judgePath(Access access, ResourcePath path) {
        Choice choice = choose(path, access.operation());
        return choice == null ? noRule(access) : granted(access, choice);
    }

    /** Create or update, and nothing in the request tells which: both must be granted on the same terms. */
    private Judged judgeUpsert(Access access, ResourcePath path) {
        Choice create = choose(path, Operation.CREATE);
        Choice update = choose(path, Operation.UPDATE);
        if (create == null && update == null) {
            return noRule(access);
        }
        if (create == null || update == null) {
            Choice half = create == null ? update : create;
            return refused(
                    DenyReason.UNENFORCEABLE,
                    access,
                    half == null ? null : half.tier().name(),
                    half == null ? null : half.rule.id());
        }
        Tier tier = update.tier();
        if (!create.tier().credential().equals(tier.credential())) {
            return refused(DenyReason.MIXED_CREDENTIALS, access, tier.name(), update.rule.id());
        }
        Obligations obligations = obligations(update, access);
        if (!obligations(create, access).equals(obligations)) {
            return refused(DenyReason.UNENFORCEABLE, access, tier.name(), update.rule.id());
        }
        if (access.history() && !(create.rule.history() && update.rule.history())) {
            Choice present = create.rule.history() ? update : create;
            return refused(DenyReason.HISTORY, access, present.tier().name(), present.rule.id());
        }
        if (looksUpTooMuch(update.rule, obligations)) {
            return refused(DenyReason.LOOKUPS, access, tier.name(), update.rule.id());
        }
        return new Judged.Granted(
                new Decision.Grant(
                        access,
                        both(create.tier().name(), tier.name()),
                        both(create.rule.id(), update.rule.id()),
                        obligations),
                tier.credential());
    }

    private static String both(String create, String update) {
        return create.equals(update) ? create : create + "+" + update;
    }

    /** A query is judged on every document it could return. */
    private Judged judgeQuery(Access access, Reach reach) {
        Operation operation = access.operation();
        for (int i = 0; i < tiers.size(); i++) {
            if (usable(tiers.get(i))) {
                Tier tier = tiers.get(i).tier();
                // The document with fresh ids is matched by the fewest rules; what covers it covers all of its
                // collection.
                Rule general = tier.index().find(reach.fresh(reach.parent().size() + 2), operation);
                if (general != null) {
                    return judgeQuery(new Choice(tiers.get(i), general), access, reach);
                }
                if (tier.index().touches(reach, operation)) {
                    return refused(DenyReason.NOT_COVERED, access, tier.name(), null);
                }
            }
        }
        return noRule(access);
    }

    private Judged judgeQuery(Choice general, Access access, Reach reach) {
        Operation operation = access.operation();
        Tier tier = general.tier();
        PathIndex index = tier.index();
        if (reach.deep() && !index.coversDeep(reach, operation)) {
            return refused(DenyReason.NOT_COVERED, access, tier.name(), null);
        }
        if (tier.limited()) {
            Rule other = otherTerms(tier, general.rule, operation, reach);
            if (other != null) {
                return refused(DenyReason.NOT_COVERED, access, tier.name(), other.id());
            }
        }
        if (access.history()) {
            Rule present = index.decisive(reach, operation, rule -> !rule.history());
            if (present == null) {
                // A rule for a single document narrows what a get of it may do, and a query must not return more.
                present = index.naming(reach, Operation.GET, index, rule -> !rule.history());
            }
            if (present != null) {
                return refused(DenyReason.HISTORY, access, tier.name(), present.id());
            }
        }
        return granted(access, general);
    }

    /**
     * A rule that decides a part of the query's reach on other terms than the general one, or limits the {@code get} of a document
     * the query could return: one filter cannot tell its documents apart from the others.
     */
    static @Nullable Rule otherTerms(Tier tier, Rule general, Operation operation, Reach reach) {
        PathIndex index = tier.index();
        Rule other = index.decisive(reach, operation, rule -> !rule.onSameTerms(general));
        return other != null
                ? other
                : index.naming(reach, Operation.GET, tier.singled(), rule -> !rule.onSameTerms(general));
    }
}
