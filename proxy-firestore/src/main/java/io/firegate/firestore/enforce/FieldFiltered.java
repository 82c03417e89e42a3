package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.PartitionQueryRequest;
import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.firegate.firestore.fields.NamedField;
import io.firegate.firestore.fields.NamedFields;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A plan whose permit may show some fields only: refuses what names others and takes them out of the answer, after the plan inside
 * has seen it whole. Without such a demand it is the plan inside.
 *
 * @param <M> the request
 */
final class FieldFiltered<M extends MessageLite> implements Plan {
    private static final String MASK = "mask";
    private static final String QUERY = "structured_query";
    private static final String ORDER_BY = "order_by";

    private final Plan inner;
    private final RequestMessage request;
    private final Parser<M> parser;
    private final Naming<M> naming;
    private final Predicate<M> explained;
    private final Showing showing;

    private FieldFiltered(
            Plan inner,
            RequestMessage request,
            Parser<M> parser,
            Naming<M> naming,
            Predicate<M> explained,
            Showing showing) {
        this.inner = inner;
        this.request = request;
        this.parser = parser;
        this.naming = naming;
        this.explained = explained;
        this.showing = showing;
    }

    /** The first field a request names and may not, or null. */
    @FunctionalInterface
    private interface Naming<M> {
        @Nullable
        NamedField first(M asked, NamedFields fields);
    }

    /** What takes the hidden fields out of answers. */
    @FunctionalInterface
    private interface Showing {
        AnswerExaminer of(Verdict verdict, Map<String, VisibleFields> fields);
    }

    static Plan get(Plan inner, RequestMessage request) {
        return new FieldFiltered<>(
                inner,
                request,
                GetDocumentRequest.parser(),
                (asked, fields) -> fields.selected(asked.getMask(), MASK),
                asked -> false,
                (verdict, fields) -> new FieldsExaminer(DocumentExaminer.In.GET, only(fields)));
    }

    static Plan batchGet(Plan inner, RequestMessage request, DatabaseName database) {
        String root = database.resourceName() + "/documents";
        return new FieldFiltered<>(
                inner,
                request,
                BatchGetDocumentsRequest.parser(),
                (asked, fields) -> fields.selected(asked.getMask(), MASK),
                asked -> false,
                (verdict, fields) -> new FieldsExaminer(
                        DocumentExaminer.In.BATCH_GET, document -> found(document.name(), root, verdict, fields)));
    }

    /** Each document by the grant it was asked for under; one that nobody asked for is no answer. */
    private static @Nullable VisibleFields found(
            String name, String root, Verdict verdict, Map<String, VisibleFields> fields) {
        String path = name.startsWith(root) ? name.substring(root.length()) : "";
        return verdict.shown().contains(path) ? fields.getOrDefault(path, VisibleFields.ALL) : null;
    }

    static Plan list(Plan inner, RequestMessage request) {
        return new FieldFiltered<>(
                inner,
                request,
                ListDocumentsRequest.parser(),
                (asked, fields) -> {
                    NamedField selected = fields.selected(asked.getMask(), MASK);
                    return selected != null ? selected : fields.ordered(asked.getOrderBy(), ORDER_BY);
                },
                asked -> false,
                (verdict, fields) -> new FieldsExaminer(DocumentExaminer.In.LIST, only(fields)));
    }

    static Plan query(Plan inner, RequestMessage request) {
        return new FieldFiltered<>(
                inner,
                request,
                RunQueryRequest.parser(),
                (asked, fields) -> fields.queried(asked.getStructuredQuery(), QUERY),
                RunQueryRequest::hasExplainOptions,
                (verdict, fields) -> new FieldsExaminer(DocumentExaminer.In.QUERY, only(fields)));
    }

    static Plan aggregation(Plan inner, RequestMessage request) {
        return new FieldFiltered<>(
                inner,
                request,
                RunAggregationQueryRequest.parser(),
                (asked, fields) ->
                        fields.aggregated(asked.getStructuredAggregationQuery(), "structured_aggregation_query"),
                RunAggregationQueryRequest::hasExplainOptions,
                (verdict, fields) -> AnswerExaminer.UNTOUCHED);
    }

    /** Its cursors are names of documents, for it orders by nothing else. */
    static Plan partition(Plan inner, RequestMessage request) {
        return new FieldFiltered<>(
                inner,
                request,
                PartitionQueryRequest.parser(),
                (asked, fields) -> fields.queried(asked.getStructuredQuery(), QUERY),
                asked -> false,
                (verdict, fields) -> AnswerExaminer.UNTOUCHED);
    }

    @Override
    public Step carryOut(Verdict verdict) {
        Map<String, VisibleFields> fields = verdict.fields();
        if (fields.isEmpty()) {
            return inner.carryOut(verdict);
        }
        Step refused = refusedAnyway(verdict);
        if (refused != null) {
            return refused;
        }
        Step step = inner.carryOut(verdict);
        return step instanceof Step.Onward onward ? onward.seenLastBy(showing.of(verdict, fields)) : step;
    }

    @Override
    public @Nullable Step refusedAnyway(Verdict verdict) {
        Map<String, VisibleFields> fields = verdict.fields();
        if (fields.isEmpty()) {
            return null;
        }
        M asked = request.decoded(parser);
        // Before anything is said of what is hidden.
        NamedField unreadable = naming.first(asked, NamedFields.READABLE);
        if (unreadable != null) {
            return new Step.Refuse(unreadable(unreadable.place()));
        }
        Set<VisibleFields> judged = new HashSet<>();
        for (Decision.Grant grant : verdict.permit().grants()) {
            VisibleFields visible = fields.get(grant.access().resource().toString());
            NamedField named =
                    visible != null && judged.add(visible) ? naming.first(asked, new NamedFields(visible)) : null;
            if (named != null) {
                return new Step.HiddenField(grant, named);
            }
        }
        return explained.test(asked) ? RowFiltered.EXPLAINED : null;
    }

    /** The refusal of what names no field, as a rule that hides none says it. */
    private static Reading.Unreadable unreadable(String place) {
        return place.equals(ORDER_BY)
                ? new Reading.Unreadable(RequestProblem.BAD_ORDER_BY, place)
                : new Reading.Unreadable(RequestProblem.BAD_FIELD_PATH, place.startsWith(MASK) ? MASK : place);
    }

    /** What may be seen by a request with a single access. */
    private static VisibleFields only(Map<String, VisibleFields> fields) {
        return fields.values().iterator().next();
    }
}
