package io.firegate.firestore.enforce;

import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import java.util.Set;

/** RunQuery: lists one collection, all collections directly below a parent, or a collection group. */
final class RunQueryReader extends RpcReader {
    private static final AnswerType ANSWER = new AnswerType(RunQueryResponse.getDefaultInstance());

    private final Names names;

    RunQueryReader(Names names) {
        super(
                MessageSchema.of("RunQueryRequest", Set.of("transaction", "new_transaction", "retry_transaction")),
                RunQueryRequest.parser());
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
                RunQueryRequest.TRANSACTION_FIELD_NUMBER,
                RunQueryRequest.NEW_TRANSACTION_FIELD_NUMBER,
                RunQueryRequest.READ_TIME_FIELD_NUMBER);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            switch (field.number()) {
                case RunQueryRequest.PARENT_FIELD_NUMBER -> target.parent(field);
                case RunQueryRequest.STRUCTURED_QUERY_FIELD_NUMBER -> target.query(field);
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
                        FieldFiltered.query(
                                new NarrowedQuery(
                                        moment.plan(ANSWER),
                                        request,
                                        target.database().name()),
                                request),
                        target::form);
    }
}
