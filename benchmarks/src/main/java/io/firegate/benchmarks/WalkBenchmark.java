package io.firegate.benchmarks;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Int32Value;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.firestore.wire.MessageWalk;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The one pass over a request's bytes that finds every unknown or ambiguous field. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WalkBenchmark {
    private static final String DOCUMENTS = "projects/p/databases/(default)/documents";
    private static final int WRITES = 10;
    private static final int FIELDS = 14;

    private final byte[] get = GetDocumentRequest.newBuilder()
            .setName(DOCUMENTS + "/users/alice")
            .build()
            .toByteArray();
    private final byte[] query = query();
    private final byte[] commit = commit();
    private final MessageSchema getSchema = MessageSchema.of("GetDocumentRequest");
    private final MessageSchema querySchema = MessageSchema.of("RunQueryRequest");
    private final MessageSchema commitSchema = MessageSchema.of("CommitRequest");

    private static byte[] query() {
        StructuredQuery.Builder query = StructuredQuery.newBuilder()
                .addFrom(StructuredQuery.CollectionSelector.newBuilder().setCollectionId("users"))
                .setLimit(Int32Value.of(100));
        StructuredQuery.CompositeFilter.Builder all =
                query.getWhereBuilder().getCompositeFilterBuilder().setOp(StructuredQuery.CompositeFilter.Operator.AND);
        for (int i = 0; i < 4; i++) {
            all.addFiltersBuilder()
                    .getFieldFilterBuilder()
                    .setField(StructuredQuery.FieldReference.newBuilder().setFieldPath("field" + i))
                    .setOp(StructuredQuery.FieldFilter.Operator.EQUAL)
                    .setValue(Value.newBuilder().setIntegerValue(i));
        }
        query.addOrderByBuilder()
                .setField(StructuredQuery.FieldReference.newBuilder().setFieldPath("created"))
                .setDirection(StructuredQuery.Direction.DESCENDING);
        return RunQueryRequest.newBuilder()
                .setParent(DOCUMENTS)
                .setStructuredQuery(query)
                .build()
                .toByteArray();
    }

    private static byte[] commit() {
        CommitRequest.Builder commit = CommitRequest.newBuilder().setDatabase("projects/p/databases/(default)");
        for (int i = 0; i < WRITES; i++) {
            Document.Builder document = Document.newBuilder().setName(DOCUMENTS + "/users/u" + i);
            for (int f = 0; f < FIELDS; f++) {
                document.putFields(
                        "field" + f,
                        Value.newBuilder()
                                .setStringValue("value ".repeat(10) + f)
                                .build());
            }
            commit.addWrites(Write.newBuilder().setUpdate(document));
        }
        return commit.build().toByteArray();
    }

    private static MessageWalk walk(MessageSchema schema, byte[] message) {
        MessageWalk walk = MessageWalk.of(schema, message, 0, message.length);
        if (walk.problem() != null) {
            throw new IllegalStateException("not a message to be measured: " + walk.problem());
        }
        return walk;
    }

    /** 48 bytes. */
    @Benchmark
    public MessageWalk getDocument() {
        return walk(getSchema, get);
    }

    /** Four filters, an order and a limit. */
    @Benchmark
    public MessageWalk runQuery() {
        return walk(querySchema, query);
    }

    /** Ten documents of 14 fields, about 11 KB. */
    @Benchmark
    public MessageWalk commitOfTen() {
        return walk(commitSchema, commit);
    }
}
