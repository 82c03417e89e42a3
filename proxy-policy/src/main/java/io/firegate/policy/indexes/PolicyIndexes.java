package io.firegate.policy.indexes;

import io.firegate.policy.DatabaseName;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.QueryRule;
import io.firegate.policy.condition.Alternatives;
import io.firegate.policy.condition.FieldTest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The indexes shapes of queries need under a policy.
 *
 * @param notes rule by rule what each shape needs, for a person
 * @param file {@code firestore.indexes.json}
 */
public record PolicyIndexes(List<String> notes, String file) {
    /** Ways to meet one condition that are looked at. Far more than the 30 terms Firestore takes: no caller meets all of them. */
    private static final int ALTERNATIVES_MAX = 500;

    public PolicyIndexes {
        notes = List.copyOf(notes);
    }

    /** Works them out for one database. */
    public static PolicyIndexes of(PolicySnapshot snapshot, DatabaseName database, List<QueryShape> shapes) {
        List<String> notes = new ArrayList<>();
        Set<Index> all = new LinkedHashSet<>();
        for (QueryShape shape : shapes) {
            List<QueryRule> rules = QueryRule.of(snapshot, database, shape.access());
            notes.add(shape.name() + " (" + shape.position() + ")"
                    + (rules.isEmpty() ? ": no rule permits it in " + database : ""));
            for (QueryRule rule : rules) {
                StringBuilder note = new StringBuilder("  tier ")
                        .append(rule.tier())
                        .append(", rule ")
                        .append(rule.rule());
                if (rule.where() != null) {
                    note.append(" where ").append(rule.where().describe());
                }
                Set<Set<FieldTest>> rows = rule.where() == null
                        ? Set.of(Set.of())
                        : Alternatives.of(rule.where(), ALTERNATIVES_MAX).orElse(Set.of());
                Optional<Set<Index>> needed = IndexRules.needed(shape, rows);
                needed.ifPresent(all::addAll);
                note.append(needed.map(PolicyIndexes::told)
                        .orElse("\n    none: firegate refuses the query, which cannot carry the condition"));
                note.toString().lines().forEach(notes::add);
            }
        }
        return new PolicyIndexes(notes, IndexFile.render(all));
    }

    private static String told(Set<Index> needed) {
        return needed.isEmpty()
                ? "\n    none but those Firestore keeps by itself"
                : needed.stream().map(index -> "\n    " + index.describe()).collect(Collectors.joining());
    }
}
