package io.firegate.policy.condition;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ways to meet a condition, each as the fields it tests: its disjunctive normal form without values. What is settled before the
 * document is read tests none, and may turn out either way, so this holds the ways of every caller.
 */
public final class Alternatives {
    private Alternatives() {}

    /**
     * The ways, each once.
     *
     * @param max the most there may be
     * @return empty when no query can carry the condition, or there are more
     */
    public static Optional<Set<Set<FieldTest>>> of(Condition condition, int max) {
        Set<Set<FieldTest>> ways = ways(condition, max);
        return ways.isEmpty() || ways.size() > max ? Optional.empty() : Optional.of(ways);
    }

    /** None when a query cannot say it; one too many, or more, when there are too many. */
    private static Set<Set<FieldTest>> ways(Condition condition, int max) {
        if (!condition.mentionsDocument()) {
            return Set.of(Set.of());
        }
        return switch (condition) {
            case Condition.Or or -> {
                Set<Set<FieldTest>> any = new LinkedHashSet<>();
                for (Condition part : or.parts()) {
                    Set<Set<FieldTest>> ways = ways(part, max);
                    if (ways.isEmpty()) {
                        yield ways;
                    }
                    any.addAll(ways);
                    if (any.size() > max) {
                        break;
                    }
                }
                yield any;
            }
            case Condition.And and -> all(and.parts(), max);
            case Condition.Compare(Operand.Doc(var field), var comparison, var other)
            when comparison == Comparison.EQUAL && !(other instanceof Operand.Doc) -> one(field, false);
            case Condition.Compare(var other, var comparison, Operand.Doc(var field))
            when comparison == Comparison.EQUAL && !(other instanceof Operand.Doc) -> one(field, false);
            case Condition.In(Operand.Doc(var field), var values) -> one(field, false);
            case Condition.Contains(Operand.Doc(var field), var member)
            when !(member instanceof Operand.Doc) -> one(field, true);
            case Condition.IsNull(Operand.Doc(var field)) -> one(field, false);
            case Condition.IsNull isNull -> Set.of();
            case Condition.Compare compare -> Set.of();
            case Condition.In in -> Set.of();
            case Condition.Contains contains -> Set.of();
            case Condition.Not not -> Set.of();
        };
    }

    private static Set<Set<FieldTest>> one(FieldPath field, boolean member) {
        return Set.of(Set.of(new FieldTest(field, member)));
    }

    private static Set<Set<FieldTest>> all(List<Condition> parts, int max) {
        List<Set<FieldTest>> all = new ArrayList<>(List.of(Set.of()));
        for (Condition part : parts) {
            Set<Set<FieldTest>> product = new LinkedHashSet<>();
            for (Set<FieldTest> other : ways(part, max)) {
                for (Set<FieldTest> way : all) {
                    Set<FieldTest> both = new LinkedHashSet<>(way);
                    both.addAll(other);
                    product.add(both);
                    if (product.size() > max) {
                        return product;
                    }
                }
            }
            all = new ArrayList<>(product);
        }
        return new LinkedHashSet<>(all);
    }
}
