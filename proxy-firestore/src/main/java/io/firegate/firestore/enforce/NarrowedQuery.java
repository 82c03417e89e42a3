package io.firegate.firestore.enforce;

import com.google.firestore.v1.RunQueryRequest;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.RowQuery;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.condition.RowPredicate;
import java.util.Map;

/** A query that returns the rows its permit allows and no other. */
final class NarrowedQuery extends RowFiltered {
    private final DatabaseName database;

    NarrowedQuery(Plan inner, RequestMessage request, DatabaseName database) {
        super(inner, request);
        this.database = database;
    }

    @Override
    Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows) {
        RunQueryRequest asked = onward.message(request(), RunQueryRequest.parser());
        if (asked.hasExplainOptions()) {
            return EXPLAINED;
        }
        return switch (RowQuery.over(database, verdict.resource()).narrow(asked.getStructuredQuery(), only(rows))) {
            case RowQuery.Outcome.Impossible(var why) -> new Step.Unenforceable(why);
            case RowQuery.Outcome.Narrowed(var query) ->
                new Step.Instead(
                        FirestoreMethod.RUN_QUERY,
                        asked.toBuilder().setStructuredQuery(query).build(),
                        WordlessEnd.EXAMINER.then(onward.answers()));
        };
    }
}
