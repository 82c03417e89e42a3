package io.firegate.firestore.enforce;

import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.StructuredAggregationQuery;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import java.util.Set;

/** RunAggregationQuery: counts, sums or averages over what its query would return, so it is judged as that query. */
final class RunAggregationQueryReader extends RpcReader {
    private static final AnswerType ANSWER = new AnswerType(RunAggregationQueryResponse.getDefaultInstance());

    private final Names names;

    RunAggregationQueryReader(Names names) {
        super(
                MessageSchema.of(
                        "RunAggregationQueryRequest", Set.of("transaction", "new_transaction", "retry_transaction")),
                RunAggregationQueryRequest.parser());
        this.names = names;
    }

    @Override
    Set<Demand> meets() {
        return Demand.OF_READS;
    }

    @Override
    Reading read(RequestMessage request) {
        QueryTarget target = new QueryTarget(names, request);
        Moment moment = new Moment(
                request,
                RunAggregationQueryRequest.TRANSACTION_FIELD_NUMBER,
                RunAggregationQueryRequest.NEW_TRANSACTION_FIELD_NUMBER,
                RunAggregationQueryRequest.READ_TIME_FIELD_NUMBER);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case RunAggregationQueryRequest.PARENT_FIELD_NUMBER -> target.parent(field);
                case RunAggregationQueryRequest.STRUCTURED_AGGREGATION_QUERY_FIELD_NUMBER -> {
                    FieldCursor inner = field.fields();
                    while (inner.next()) {
                        if (inner.number() == StructuredAggregationQuery.STRUCTURED_QUERY_FIELD_NUMBER) {
                            target.query(inner);
                        }
                    }
                }
                default -> moment.see(field);
            }
        }
        Reading.Unreadable problem = target.settle();
        if (problem == null) {
            problem = moment.settle(target.database());
        }
        return problem != null
                ? problem
                : new Reading.Wants(
                        target.database().name(),
                        target.access(moment.history()),
                        moment,
                        FieldFiltered.aggregation(
                                new NarrowedAggregation(
                                        moment.plan(ANSWER),
                                        request,
                                        target.database().name()),
                                request),
                        () -> form(request));
    }

    private static QueryForm form(RequestMessage request) {
        FieldCursor field = request.walk().fields();
        QueryForm form = QueryForm.ALL;
        while (field.next()) {
            if (field.number() == RunAggregationQueryRequest.STRUCTURED_AGGREGATION_QUERY_FIELD_NUMBER) {
                form = QueryFormReader.ofAggregation(request.data(), field.fields());
            }
        }
        return form;
    }
}
