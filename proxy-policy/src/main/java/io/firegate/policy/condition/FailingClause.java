package io.firegate.policy.condition;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first part of a predicate that keeps a document away: of conditions that must all hold the first that does not.
 *
 * @param clause the part
 * @param truth what it is of the document: false or unknown
 */
public record FailingClause(RowPredicate clause, Truth truth) {
    /** The part; null when the document is reached. */
    public static @Nullable FailingClause of(RowPredicate predicate, DocumentView document) {
        if (predicate instanceof RowPredicate.And(var parts)) {
            for (RowPredicate part : parts) {
                FailingClause failing = of(part, document);
                if (failing != null) {
                    return failing;
                }
            }
            return null;
        }
        Truth truth = predicate.judge(document);
        return truth == Truth.TRUE ? null : new FailingClause(predicate, truth);
    }

    /** What it says and what the document holds, for whoever has the document. */
    public String describe(DocumentView document) {
        List<String> held = new ArrayList<>();
        for (FieldPath field : clause.fields()) {
            PolicyValue value = document.value(field);
            held.add(value == null ? "there is no doc." + field : "doc." + field + " is " + Wording.of(value));
        }
        return "`" + clause.describe() + "` is " + (truth == Truth.FALSE ? "false" : "unknown")
                + (held.isEmpty() ? "" : ": " + String.join(", ", held));
    }
}
