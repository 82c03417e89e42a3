package io.firegate.e2e.differential;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.ListCollectionIdsRequest;
import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.protobuf.Message;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.differential.PlainPolicy.Op;
import io.firegate.e2e.differential.PlainPolicy.Person;
import io.firegate.e2e.differential.PlainPolicy.Rule;
import io.firegate.e2e.differential.PlainPolicy.Verdict;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What reads come to under a policy: refused, or what the emulator answers on a copy that holds only what may be seen. */
final class PlainReads {
    private final World world;
    private final Person person;

    /**
     * What is to come.
     *
     * @param unenforceable whether it may fail, because a query cannot say the condition beside what the client asks, or the emulator
     *     cannot do what it passes on
     */
    record Expected(Code code, List<Object> content, boolean unenforceable) {
        static Expected refused() {
            return new Expected(Code.PERMISSION_DENIED, List.of(), true);
        }
    }

    PlainReads(World world, Person person) {
        this.world = world;
        this.person = person;
    }

    Expected of(Message request) {
        return switch (request) {
            case GetDocumentRequest get ->
                gets(List.of(get.getName()), get.getMask())
                        ? ask(world.gettable(person), get, Document.getDefaultInstance(), false)
                        : Expected.refused();
            case BatchGetDocumentsRequest get ->
                gets(get.getDocumentsList(), get.getMask())
                        ? ask(world.gettable(person), get, BatchGetDocumentsResponse.getDefaultInstance(), false)
                        : Expected.refused();
            case RunQueryRequest run ->
                query(run.getParent(), run.getStructuredQuery(), List.of(), run, RunQueryResponse.getDefaultInstance());
            case RunAggregationQueryRequest run ->
                query(
                        run.getParent(),
                        run.getStructuredAggregationQuery().getStructuredQuery(),
                        run.getStructuredAggregationQuery().getAggregationsList(),
                        run,
                        RunAggregationQueryResponse.getDefaultInstance());
            case ListDocumentsRequest list -> listing(list);
            case ListCollectionIdsRequest ids -> collections(ids);
            default -> throw new IllegalArgumentException(Messages.rpc(request));
        };
    }

    private boolean gets(List<String> names, DocumentMask mask) {
        for (String name : names) {
            if (!(world.policy.document(
                                    person,
                                    Op.GET,
                                    List.of(Messages.relative(name).split("/")))
                            instanceof Verdict.Permitted(var tier, var rule))
                    || !selects(mask, rule)) {
                return false;
            }
        }
        return true;
    }

    private static boolean selects(DocumentMask mask, Rule rule) {
        return mask.getFieldPathsList().stream().map(PlainWrites::parse).noneMatch(rule.fields()::hidden);
    }

    private static <A extends Message> Expected ask(
            PlainFirestore copy, Message request, A answer, boolean unenforceable) {
        try {
            return new Expected(
                    Code.OK,
                    Messages.content(copy.stream(Messages.rpc(request), Messages.in(request, copy.database()), answer)),
                    unenforceable);
        } catch (StatusRuntimeException e) {
            return new Expected(
                    e.getStatus().getCode(), List.of("" + e.getStatus().getDescription()), unenforceable);
        }
    }

    static List<String> segments(String parent) {
        return parent.endsWith("/documents")
                ? List.of()
                : List.of(Messages.relative(parent).split("/"));
    }

    private Expected query(
            String parent, StructuredQuery query, List<Aggregation> aggregations, Message request, Message answer) {
        String collection = query.getFromCount() == 0 ? "" : query.getFrom(0).getCollectionId();
        boolean deep = query.getFromCount() > 0 && query.getFrom(0).getAllDescendants();
        if (!(world.policy.query(person, segments(parent), collection, deep)
                instanceof Verdict.Permitted(var tier, var rule))) {
            return Expected.refused();
        }
        List<String> tested = new ArrayList<>();
        filters(query.getWhere(), tested);
        query.getOrderByList().forEach(order -> tested.add(order.getField().getFieldPath()));
        for (Aggregation aggregation : aggregations) {
            if (aggregation.hasSum() || aggregation.hasAvg()) {
                tested.add(
                        aggregation.hasSum()
                                ? aggregation.getSum().getField().getFieldPath()
                                : aggregation.getAvg().getField().getFieldPath());
            }
        }
        DocumentMask.Builder selected = DocumentMask.newBuilder();
        query.getSelect().getFieldsList().forEach(field -> selected.addFieldPaths(field.getFieldPath()));
        if (!selects(selected.build(), rule)
                || tested.stream().map(PlainWrites::parse).anyMatch(rule.fields()::touchesHidden)) {
            return Expected.refused();
        }
        boolean never = !deep
                && PlainPolicy.reach(segments(parent), collection, false).stream()
                        .allMatch(path -> world.policy.never(person, tier, rule, path));
        return ask(
                world.findable(person, tier, deep ? Op.GROUP : Op.LIST),
                never && request instanceof RunAggregationQueryRequest run ? ofNothing(run) : request,
                answer,
                unpressed(rule, collection.isEmpty() || (deep && !parent.endsWith("/documents")), query));
    }

    /** Where nothing may be counted, what else is asked makes no difference, not even when Firestore would refuse it. */
    private static Message ofNothing(RunAggregationQueryRequest run) {
        RunAggregationQueryRequest.Builder nothing = run.toBuilder();
        nothing.getStructuredAggregationQueryBuilder()
                .getStructuredQueryBuilder()
                .clearWhere()
                .clearOrderBy()
                .clearStartAt()
                .clearEndAt();
        return nothing.build();
    }

    private static void filters(Filter filter, List<String> tested) {
        if (filter.hasFieldFilter()) {
            tested.add(filter.getFieldFilter().getField().getFieldPath());
        } else if (filter.hasUnaryFilter()) {
            tested.add(filter.getUnaryFilter().getField().getFieldPath());
        }
        filter.getCompositeFilter().getFiltersList().forEach(part -> filters(part, tested));
    }

    /** Whether a filter may be unable to say the condition: a variable nobody has bound, or what Firestore does not take. */
    private static boolean unpressed(Rule rule, boolean unfiltered, StructuredQuery query) {
        if (rule.where().isEmpty()) {
            return false;
        }
        String text = query.getWhere().toString();
        return unfiltered
                || rule.where().get().text().split("contains", -1).length > 2
                || List.of(rule.where().get().text().split("\\W+")).stream().anyMatch(word -> word.matches("[pqk]"))
                || text.contains(FieldFilter.Operator.NOT_IN.name())
                || text.contains(FieldFilter.Operator.ARRAY_CONTAINS.name());
    }

    /** All of it, whatever the size of a page. */
    private Expected listing(ListDocumentsRequest list) {
        List<String> parent = segments(list.getParent());
        if (!(world.policy.query(person, parent, list.getCollectionId(), false)
                        instanceof Verdict.Permitted(var tier, var rule))
                || !selects(list.getMask(), rule)) {
            return Expected.refused();
        }
        for (String order : list.getOrderBy().isEmpty()
                ? List.<String>of()
                : List.of(list.getOrderBy().split(", "))) {
            String field = order.replaceAll(" .*", "");
            if (!field.equals("__name__") && rule.fields().touchesHidden(PlainWrites.parse(field))) {
                return Expected.refused();
            }
        }
        PlainFirestore copy = world.findable(person, tier, Op.LIST);
        ListDocumentsRequest.Builder next = list.toBuilder();
        if (list.getCollectionId().isEmpty() || !PlainPolicy.open(tier, parent, list.getCollectionId())) {
            next.setShowMissing(false);
        }
        // In one page: the emulator cannot go on with an ordered list ("UNKNOWN").
        Expected expected = ask(
                copy,
                next.setPageSize(0).build(),
                ListDocumentsResponse.getDefaultInstance(),
                unpressed(rule, list.getCollectionId().isEmpty(), StructuredQuery.getDefaultInstance()));
        return list.getOrderBy().isEmpty() || rule.where().isPresent()
                ? expected
                : new Expected(expected.code(), expected.content(), true);
    }

    private Expected collections(ListCollectionIdsRequest ids) {
        List<String> parent = segments(ids.getParent());
        if (!(world.policy.document(person, Op.COLLECTIONS, parent) instanceof Verdict.Permitted(var tier, var rule))) {
            return Expected.refused();
        }
        TreeSet<String> found = new TreeSet<>();
        for (String path : world.stored().keySet()) {
            List<String> segments = List.of(path.split("/"));
            if (segments.size() > parent.size()
                    && PlainFields.under(segments, parent)
                    && PlainPolicy.open(tier, parent, segments.get(parent.size()))) {
                found.add(segments.get(parent.size()));
            }
        }
        return new Expected(Code.OK, List.copyOf(found), false);
    }
}
