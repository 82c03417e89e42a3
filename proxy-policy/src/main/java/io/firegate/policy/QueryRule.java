package io.firegate.policy;

import io.firegate.policy.condition.Condition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule that decides a query for callers of its tier, whoever they are.
 *
 * @param tier its tier
 * @param rule its id
 * @param where its condition; null when there is none
 */
public record QueryRule(String tier, String rule, @Nullable Condition where) {

    /**
     * Every rule under which the query is permitted to somebody who holds no more than its tier.
     *
     * @param access a {@link Operation#LIST} or {@link Operation#GROUP}
     */
    public static List<QueryRule> of(PolicySnapshot snapshot, DatabaseName database, Access access) {
        Reach reach = switch (access.resource()) {
            case Resource.Collection collection -> Reach.of(collection);
            case Resource.Group group -> Reach.of(group);
            case Resource.Document document -> throw new IllegalArgumentException("a document is not queried");
            case Resource.CollectionIds ids -> throw new IllegalArgumentException("collection ids are not queried");
        };
        List<QueryRule> rules = new ArrayList<>();
        if (snapshot.deny().paths().touches(reach, Operation.GET)) {
            return rules;
        }
        for (Tier tier : snapshot.tiers()) {
            Rule general = tier.serves(database)
                    ? tier.index().find(reach.fresh(reach.parent().size() + 2), access.operation())
                    : null;
            if (general != null
                    && tier.index().covers(reach, access.operation())
                    && Judge.otherTerms(tier, general, access.operation(), reach) == null) {
                Terms.Where where = general.terms().where();
                rules.add(new QueryRule(tier.name(), general.id(), where == null ? null : where.condition()));
            }
        }
        return rules;
    }
}
