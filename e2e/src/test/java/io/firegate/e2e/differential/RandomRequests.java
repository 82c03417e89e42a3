package io.firegate.e2e.differential;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Cursor;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.ListCollectionIdsRequest;
import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.StructuredAggregationQuery;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import com.google.firestore.v1.StructuredQuery.CompositeFilter;
import com.google.firestore.v1.StructuredQuery.Direction;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.firestore.v1.StructuredQuery.Order;
import com.google.firestore.v1.StructuredQuery.UnaryFilter;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Int64Value;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What callers ask for, in a database that is named only when it is asked. */
final class RandomRequests {
    static final String DATABASE = "projects/P/databases/D";
    static final String ROOT = DATABASE + "/documents";

    /** Stand for the time a document was written, and for another. */
    static final Timestamp WRITTEN = Timestamp.newBuilder().setSeconds(1).build();

    static final Timestamp STALE = Timestamp.newBuilder().setSeconds(2).build();

    private static final List<String> COLLECTIONS = List.of("c", "c", "c", "c", "d", "d", "d", "e", "e", "x", "");
    private static final List<String> PARENTS = List.of("", "", "", "/c/a", "/c/k");

    private final Random random;
    private final RandomPolicies draw;

    RandomRequests(Random random) {
        this.random = random;
        this.draw = new RandomPolicies(random);
    }

    /** One of reads, when all that is wanted is a read, or of all. */
    Message request(boolean readsOnly) {
        return switch (random.nextInt(readsOnly ? 60 : 100)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 -> get();
            case 12, 13, 14, 15, 16, 17, 18, 19 -> batchGet();
            case 20, 21, 22, 23, 24, 25, 26, 27, 28, 29 -> aggregation();
            case 30, 31, 32, 33, 34, 35, 36, 37, 38, 39 -> listing();
            case 40, 41 ->
                ListCollectionIdsRequest.newBuilder()
                        .setParent(ROOT + draw.one(PARENTS))
                        .setPageSize(random.nextInt(3))
                        .build();
            case 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59 ->
                RunQueryRequest.newBuilder()
                        .setParent(ROOT + draw.one(PARENTS))
                        .setStructuredQuery(query(true))
                        .build();
            case 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77 -> commit();
            case 78, 79, 80, 81, 82, 83, 84, 85 -> {
                BatchWriteRequest.Builder batch = BatchWriteRequest.newBuilder().setDatabase(DATABASE);
                List<String> left = new ArrayList<>(RandomPolicies.DOCUMENTS);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    batch.addWrites(write(left.remove(random.nextInt(left.size())), true));
                }
                yield batch.build();
            }
            case 86, 87, 88, 89 -> create();
            case 90, 91, 92, 93, 94, 95, 96 -> update();
            default -> {
                DeleteDocumentRequest.Builder delete =
                        DeleteDocumentRequest.newBuilder().setName(name());
                if (random.nextInt(3) == 0) {
                    delete.setCurrentDocument(precondition(true));
                }
                yield delete.build();
            }
        };
    }

    private String name() {
        return ROOT + "/" + draw.one(RandomPolicies.DOCUMENTS);
    }

    private DocumentMask mask() {
        DocumentMask.Builder mask = DocumentMask.newBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            mask.addFieldPaths(PlainFields.text(draw.one(RandomPolicies.FIELDS)));
        }
        return mask.build();
    }

    private Message get() {
        GetDocumentRequest.Builder get = GetDocumentRequest.newBuilder().setName(name());
        if (random.nextInt(3) == 0) {
            get.setMask(mask());
        }
        return get.build();
    }

    private Message batchGet() {
        BatchGetDocumentsRequest.Builder get =
                BatchGetDocumentsRequest.newBuilder().setDatabase(DATABASE);
        for (int i = random.nextInt(4); i >= 0; i--) {
            String name = name();
            if (!get.getDocumentsList().contains(name)) {
                get.addDocuments(name);
            }
        }
        if (random.nextInt(3) == 0) {
            get.setMask(mask());
        }
        return get.build();
    }

    private Message listing() {
        ListDocumentsRequest.Builder list = ListDocumentsRequest.newBuilder()
                .setParent(ROOT + draw.one(PARENTS))
                .setCollectionId(draw.one(COLLECTIONS))
                .setPageSize(random.nextInt(4));
        if (random.nextInt(3) == 0) {
            list.setMask(mask());
        }
        if (random.nextInt(3) == 0) {
            list.setOrderBy(draw.one(List.of("a", "a desc", "b, a desc", "m.x", "w desc, __name__ desc", "h")));
        } else if (random.nextInt(5) == 0) {
            list.setShowMissing(true);
        }
        return list.build();
    }

    private StructuredQuery query(boolean selects) {
        StructuredQuery.Builder query = StructuredQuery.newBuilder();
        if (!draw.chance(20)) {
            query.addFrom(CollectionSelector.newBuilder()
                    .setCollectionId(draw.one(COLLECTIONS))
                    .setAllDescendants(draw.chance(4)));
        }
        if (random.nextInt(2) == 0) {
            query.setWhere(filter(1));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            query.addOrderBy(Order.newBuilder()
                    .setField(field())
                    .setDirection(draw.chance(2) ? Direction.ASCENDING : Direction.DESCENDING));
        }
        if (query.getOrderByCount() > 0 && draw.chance(3)) {
            Cursor.Builder cursor = Cursor.newBuilder().addValues(draw.scalar()).setBefore(draw.chance(2));
            if (draw.chance(2)) {
                query.setStartAt(cursor);
            } else {
                query.setEndAt(cursor);
            }
        }
        if (random.nextInt(3) == 0) {
            query.setLimit(Int32Value.of(random.nextInt(4)));
        }
        if (draw.chance(4)) {
            query.setOffset(random.nextInt(3));
        }
        if (selects && draw.chance(3)) {
            for (String path : mask().getFieldPathsList()) {
                query.getSelectBuilder().addFields(FieldReference.newBuilder().setFieldPath(path));
            }
        }
        return query.build();
    }

    private FieldReference field() {
        return FieldReference.newBuilder()
                .setFieldPath(PlainFields.text(draw.one(RandomPolicies.FIELDS)))
                .build();
    }

    private Filter filter(int depth) {
        if (depth > 0 && draw.chance(3)) {
            return Filter.newBuilder()
                    .setCompositeFilter(CompositeFilter.newBuilder()
                            .setOp(draw.chance(2) ? CompositeFilter.Operator.AND : CompositeFilter.Operator.OR)
                            .addFilters(filter(depth - 1))
                            .addFilters(filter(depth - 1)))
                    .build();
        }
        if (draw.chance(6)) {
            return Filter.newBuilder()
                    .setUnaryFilter(UnaryFilter.newBuilder()
                            .setField(field())
                            .setOp(draw.one(List.of(
                                    UnaryFilter.Operator.IS_NULL,
                                    UnaryFilter.Operator.IS_NAN,
                                    UnaryFilter.Operator.IS_NOT_NULL))))
                    .build();
        }
        FieldFilter.Operator operator = draw.one(List.of(
                FieldFilter.Operator.EQUAL,
                FieldFilter.Operator.EQUAL,
                FieldFilter.Operator.EQUAL,
                FieldFilter.Operator.LESS_THAN,
                FieldFilter.Operator.GREATER_THAN_OR_EQUAL,
                FieldFilter.Operator.NOT_EQUAL,
                FieldFilter.Operator.IN,
                FieldFilter.Operator.NOT_IN,
                FieldFilter.Operator.ARRAY_CONTAINS,
                FieldFilter.Operator.ARRAY_CONTAINS_ANY));
        Value value = switch (operator) {
            case IN, NOT_IN, ARRAY_CONTAINS_ANY ->
                Value.newBuilder()
                        .setArrayValue(
                                ArrayValue.newBuilder().addValues(draw.scalar()).addValues(draw.scalar()))
                        .build();
            default -> draw.scalar();
        };
        return Filter.newBuilder()
                .setFieldFilter(FieldFilter.newBuilder()
                        .setField(field())
                        .setOp(operator)
                        .setValue(value))
                .build();
    }

    private Message aggregation() {
        StructuredAggregationQuery.Builder aggregation =
                StructuredAggregationQuery.newBuilder().setStructuredQuery(query(false));
        for (int i = random.nextInt(2); i >= 0; i--) {
            Aggregation.Builder one = Aggregation.newBuilder().setAlias("n" + i);
            switch (random.nextInt(4)) {
                case 0 -> one.setSum(Aggregation.Sum.newBuilder().setField(field()));
                case 1 -> one.setAvg(Aggregation.Avg.newBuilder().setField(field()));
                case 2 -> one.setCount(Aggregation.Count.newBuilder().setUpTo(Int64Value.of(1 + random.nextInt(3))));
                default -> one.setCount(Aggregation.Count.getDefaultInstance());
            }
            aggregation.addAggregations(one);
        }
        return RunAggregationQueryRequest.newBuilder()
                .setParent(ROOT + draw.one(PARENTS))
                .setStructuredAggregationQuery(aggregation)
                .build();
    }

    CommitRequest commit() {
        CommitRequest.Builder commit = CommitRequest.newBuilder().setDatabase(DATABASE);
        List<String> seen = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            String path = !seen.isEmpty() && draw.chance(3) ? draw.one(seen) : draw.one(RandomPolicies.DOCUMENTS);
            commit.addWrites(write(path, !seen.contains(path)));
            seen.add(path);
        }
        return commit.build();
    }

    private Precondition precondition(boolean first) {
        return switch (random.nextInt(first ? 6 : 3)) {
            case 0, 1 -> Precondition.newBuilder().setExists(true).build();
            case 2, 3 -> Precondition.newBuilder().setExists(false).build();
            case 4 -> Precondition.newBuilder().setUpdateTime(WRITTEN).build();
            default -> Precondition.newBuilder().setUpdateTime(STALE).build();
        };
    }

    /** @param first whether the request has not written the document yet: only then its time of writing is known */
    private Write write(String path, boolean first) {
        String name = ROOT + "/" + path;
        Write.Builder write = Write.newBuilder();
        switch (random.nextInt(8)) {
            case 0 -> write.setDelete(name);
            case 1 ->
                write.setTransform(DocumentTransform.newBuilder()
                        .setDocument(name)
                        .addFieldTransforms(transform(draw.one(RandomPolicies.FIELDS))));
            default -> {
                write.setUpdate(Document.newBuilder().setName(name).putAllFields(draw.document()));
                if (random.nextInt(2) == 0) {
                    write.setUpdateMask(draw.chance(10) ? DocumentMask.getDefaultInstance() : writeMask());
                }
                if (draw.chance(4)) {
                    List<String> field = draw.one(RandomPolicies.FIELDS);
                    if (write.getUpdateMask().getFieldPathsList().stream()
                            .noneMatch(each -> each.startsWith(field.get(0)))) {
                        write.addUpdateTransforms(transform(field));
                    }
                }
            }
        }
        if (draw.chance(2)) {
            write.setCurrentDocument(precondition(first));
        }
        return write.build();
    }

    /** No path of it lies below another: what Firestore makes of those is open. */
    private DocumentMask writeMask() {
        List<List<String>> paths = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            List<String> path = draw.one(RandomPolicies.FIELDS);
            if (paths.stream().noneMatch(each -> PlainFields.under(path, each) || PlainFields.under(each, path))) {
                paths.add(path);
            }
        }
        return DocumentMask.newBuilder()
                .addAllFieldPaths(paths.stream().map(PlainFields::text).toList())
                .build();
    }

    private FieldTransform transform(List<String> field) {
        FieldTransform.Builder transform = FieldTransform.newBuilder().setFieldPath(PlainFields.text(field));
        Value number = draw.one(List.of(RandomPolicies.number(1), RandomPolicies.real(0.5), RandomPolicies.number(0)));
        switch (random.nextInt(5)) {
            case 0 -> transform.setIncrement(number);
            case 1 -> transform.setMaximum(number);
            case 2 -> transform.setMinimum(number);
            case 3 -> transform.setAppendMissingElements(draw.array().getArrayValue());
            default -> transform.setRemoveAllFromArray(draw.array().getArrayValue());
        }
        return transform.build();
    }

    private Message create() {
        String path = draw.one(RandomPolicies.DOCUMENTS);
        int last = path.lastIndexOf('/');
        String collection = path.substring(0, last);
        int before = collection.lastIndexOf('/');
        CreateDocumentRequest.Builder create = CreateDocumentRequest.newBuilder()
                .setParent(before < 0 ? ROOT : ROOT + "/" + collection.substring(0, before))
                .setCollectionId(collection.substring(before + 1))
                .setDocumentId(draw.chance(4) ? "" : path.substring(last + 1))
                .setDocument(Document.newBuilder().putAllFields(draw.document()));
        if (draw.chance(3)) {
            create.setMask(mask());
        }
        return create.build();
    }

    private Message update() {
        UpdateDocumentRequest.Builder update = UpdateDocumentRequest.newBuilder()
                .setDocument(Document.newBuilder().setName(name()).putAllFields(draw.document()));
        if (draw.chance(2)) {
            update.setUpdateMask(writeMask());
        }
        if (draw.chance(3)) {
            update.setMask(mask());
        }
        if (draw.chance(2)) {
            update.setCurrentDocument(precondition(true));
        }
        return update.build();
    }
}
