package io.firegate.firestore.enforce;

import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.StructuredAggregationQuery;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.RowQuery;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.condition.RowPredicate;
import java.util.Map;

/** An aggregation over the rows its permit allows and no other. */
final class NarrowedAggregation extends RowFiltered {
    private final DatabaseName database;

    NarrowedAggregation(Plan inner, RequestMessage request, DatabaseName database) {
        super(inner, request);
        this.database = database;
    }

    @Override
    Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows) {
        RunAggregationQueryRequest asked = onward.message(request(), RunAggregationQueryRequest.parser());
        if (asked.hasExplainOptions()) {
            return EXPLAINED;
        }
        StructuredAggregationQuery whole = asked.getStructuredAggregationQuery();
        RowQuery target = RowQuery.over(database, verdict.resource());
        return switch (target.narrow(whole.getStructuredQuery(), only(rows), whole.getAggregationsList())) {
            case RowQuery.Outcome.Impossible(var why) -> new Step.Unenforceable(why);
            case RowQuery.Outcome.Narrowed(var query) ->
                new Step.Instead(
                        FirestoreMethod.RUN_AGGREGATION_QUERY,
                        asked.toBuilder()
                                .setStructuredAggregationQuery(whole.toBuilder().setStructuredQuery(query))
                                .build(),
                        WordlessEnd.EXAMINER.then(onward.answers()));
        };
    }
}
