package io.firegate.policy;

import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.Condition;
import io.firegate.policy.condition.Mistake;
import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.Reading;
import io.firegate.policy.condition.Reading.Mention;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a condition may not say where it becomes a filter of a query. */
final class QueryLanguage {
    private static final String OWN_RULE =
            "allow get in a rule of its own with this condition; one for queries compares by ==, in, contains and == null,"
                    + " joined by && and ||";

    private final List<Mistake> mistakes = new ArrayList<>();

    /** Variables no query of the rule's kinds binds. */
    private final Set<String> unbound = new LinkedHashSet<>();

    /** The variable for the id of each document of the query, which a filter can compare with {@code ==} and {@code in} only. */
    private final @Nullable String id;

    private QueryLanguage(PathPattern pattern, int operations) {
        boolean group = (operations & Rule.bit(Operation.GROUP)) != 0;
        if (group && pattern.form() == PathPattern.Form.SUFFIX) {
            unbound.addAll(pattern.variables());
        }
        id = group ? null : pattern.idVariable();
    }

    static List<Mistake> mistakes(Reading.Read read, PathPattern pattern, int operations) {
        int queries = Rule.bit(Operation.LIST) | Rule.bit(Operation.GROUP);
        if ((operations & queries) == 0) {
            return List.of();
        }
        QueryLanguage language = new QueryLanguage(pattern, operations);
        for (Mention mention : read.mentions()) {
            if (mention instanceof Mention.OfVariable(var name, int at) && language.unbound.contains(name)) {
                language.mistakes.add(new Mistake(
                        at,
                        "`" + name + "` has no value in a `group` query, which reads collections of any parent",
                        "allow group in a rule of its own without it"));
            } else if (mention instanceof Mention.OfLookup(var path, int at)
                    && language.id != null
                    && path.mentions(language.id)) {
                language.mistakes.add(new Mistake(
                        at,
                        "in a query `" + language.id + "` is the id of each document, and what is looked up is known"
                                + " before the query",
                        "allow get in a rule of its own with this condition"));
            }
        }
        read.clauses().forEach(language::check);
        return language.mistakes;
    }

    private void mistake(Reading.Clause clause, String message, @Nullable String fix) {
        mistakes.add(new Mistake(clause.at(), message, fix));
    }

    private void check(Reading.Clause clause) {
        switch (clause.condition()) {
            case Condition.Not(Condition.IsNull(Operand.Doc field)) ->
                mistake(
                        clause,
                        "`!= null` in a rule that allows queries: it changes their order and cursors",
                        OWN_RULE);
            case Condition.Not not
            when not.mentionsDocument() ->
                mistake(clause, "`!` over a field in a rule that allows queries: a filter cannot say it", OWN_RULE);
            case Condition.Not not when id != null && not.mentions(id) -> notOfId(clause);
            case Condition.Compare compare -> check(clause, compare);
            case Condition.Contains contains when contains.isWithinDocument() -> besideField(clause);
            case Condition.Contains contains when id != null && contains.mentions(id) -> notOfId(clause);
            case Condition.In in when id != null && in.values().mentions(id) -> notOfId(clause);
            default -> {}
        }
    }

    private void check(Reading.Clause clause, Condition.Compare compare) {
        if (compare.isWithinDocument()) {
            besideField(clause);
        } else if (compare.mentionsDocument() && compare.comparison() != Comparison.EQUAL) {
            mistake(
                    clause,
                    "`" + compare.comparison().symbol() + "` in a rule that allows queries: an inequality changes the"
                            + " order, limits and cursors of the caller's query",
                    OWN_RULE);
        } else if (id != null
                && compare.mentions(id)
                && (compare.mentionsDocument() || compare.comparison() != Comparison.EQUAL)) {
            notOfId(clause);
        }
    }

    private void besideField(Reading.Clause clause) {
        mistake(
                clause,
                "two fields in a rule that allows queries: a filter compares a field with a known value",
                OWN_RULE);
    }

    private void notOfId(Reading.Clause clause) {
        mistake(
                clause,
                "in a query `" + id
                        + "` is the id of each document: a filter compares it by == and in with known values" + " only",
                OWN_RULE);
    }
}
