package io.firegate.firestore.enforce;

import io.firegate.policy.condition.RowPredicate;
import java.util.Map;

/** A plan whose permit may show some documents only. Without such a demand it is the plan inside. */
abstract class RowFiltered implements Plan {
    static final Step EXPLAINED =
            new Step.Unenforceable("explain_options would tell of documents that the policy hides");

    private final Plan inner;
    private final RequestMessage request;

    RowFiltered(Plan inner, RequestMessage request) {
        this.inner = inner;
        this.request = request;
    }

    @Override
    public final Step carryOut(Verdict verdict) {
        Step step = inner.carryOut(verdict);
        Map<String, RowPredicate> rows = verdict.rows();
        return step instanceof Step.Onward onward && !rows.isEmpty() ? filter(onward, verdict, rows) : step;
    }

    /** The request. */
    final RequestMessage request() {
        return request;
    }

    /**
     * What is forwarded under the demand.
     *
     * @param rows not empty
     */
    abstract Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows);

    /** The condition of a request with a single access. */
    static RowPredicate only(Map<String, RowPredicate> rows) {
        return rows.values().iterator().next();
    }
}
