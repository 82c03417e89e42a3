package io.firegate.firestore.enforce;

import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import io.firegate.firestore.fields.NamedField;
import io.firegate.firestore.fields.NamedFields;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.RowQuery;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.condition.RowPredicate;
import org.jspecify.annotations.Nullable;

/** What becomes of the query of a listener under its permit. */
final class NarrowedTarget {
    private static final String QUERY_PLACE = "add_target.query.structured_query";

    private NarrowedTarget() {}

    /** Where a query whose caller may not see all fields names none; null when it nowhere does. */
    static @Nullable String unreadable(TargetAsk ask, Plan.Verdict verdict) {
        if (!ask.isQuery() || verdict.fields().isEmpty()) {
            return null;
        }
        NamedField found = NamedFields.READABLE.queried(ask.target().getQuery().getStructuredQuery(), QUERY_PLACE);
        return found == null ? null : found.place();
    }

    /** The refusal of a query that names a field its caller may not see; null of any other. */
    static Decision.@Nullable Deny hiddenField(TargetAsk ask, Plan.Verdict verdict) {
        Decision.Grant grant = verdict.permit().grants().get(0);
        StructuredQuery query = ask.target().getQuery().getStructuredQuery();
        for (VisibleFields visible : verdict.fields().values()) {
            NamedField named = new NamedFields(visible).queried(query, QUERY_PLACE);
            if (named != null) {
                return new Decision.Deny(
                        DenyReason.HIDDEN_FIELD,
                        grant.access(),
                        grant.tier(),
                        grant.rule(),
                        named.words(),
                        named.place());
            }
        }
        return null;
    }

    /** Narrows a query to the rows that may be seen; the refusal when that cannot be done. */
    static Decision.@Nullable Deny narrow(TargetAsk ask, Plan.Verdict verdict, Target.Builder forwarded) {
        Decision.Grant grant = verdict.permit().grants().get(0);
        StructuredQuery query = ask.target().getQuery().getStructuredQuery();
        for (RowPredicate rows : verdict.rows().values()) {
            switch (RowQuery.over(ask.database(), verdict.resource()).narrow(query, rows)) {
                case RowQuery.Outcome.Impossible(var why) -> {
                    return Demand.unmet(grant, why);
                }
                case RowQuery.Outcome.Narrowed(var narrowed) ->
                    forwarded.getQueryBuilder().setStructuredQuery(narrowed);
            }
        }
        return null;
    }
}
