package io.firegate.benchmarks;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.enforce.Admission;
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.enforce.Enforcer;
import io.firegate.firestore.enforce.Examined;
import io.firegate.firestore.enforce.WriteCondition;
import io.firegate.firestore.enforce.WriteRefusals;
import io.firegate.firestore.handle.HandleKeys;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Decision;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to make one document of an answer fit, cut in its bytes and parsed: the document of the end-to-end bench, about 1 KB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AnswerBenchmark {
    private static final String DOCUMENTS = "projects/p/databases/(default)/documents";
    private static final int COUNT = 100;
    private static final int REQUEST_PARTS = 100_000;

    /** The fields a policy hides. */
    @Param({"note5", "note5, address.zip"})
    private String hide = "";

    private final byte[] document = document().toByteArray();
    private final byte[] answer =
            RunQueryResponse.newBuilder().setDocument(document()).build().toByteArray();
    private final RowPredicate condition = RowPredicate.and(
            equal("active", new PolicyValue.Bool(true)), equal("email", new PolicyValue.Text("alice@example.com")));
    private List<List<String>> hidden = List.of();
    private PolicySnapshot snapshot = Policies.compile(Policies.files(10));
    private final Enforcer enforcer = new Enforcer(new HandleSealer(HandleKeys.random()), REQUEST_PARTS);

    private static RowPredicate equal(String field, PolicyValue value) {
        return new RowPredicate.Compare(FieldPath.of(field), Comparison.EQUAL, value);
    }

    @Setup
    public void policy() {
        hidden = List.of(hide.split(", ", -1)).stream()
                .map(path -> List.of(path.split("\\.", -1)))
                .toList();
        snapshot = Policies.compile(List.of(PolicyFile.of("tier.yaml", """
                version: 1
                tiers:
                  tier:
                    databases: ["p/(default)"]
                    credential: local
                    rules:
                      - id: users
                        path: /users/{u}
                        allow: [get, list]
                        where: doc.active == true && doc.email == 'alice@example.com'
                        fields: { hide: [%s] }
                bindings:
                  - { tier: tier, groups: [%s] }
                """.formatted(hide, Policies.GROUP))));
    }

    private static Document document() {
        Random random = new Random(7);
        Document.Builder document = Document.newBuilder()
                .setName(DOCUMENTS + "/users/alice")
                .putFields("displayName", text("Alice Example"))
                .putFields("email", text("alice@example.com"))
                .putFields("active", Value.newBuilder().setBooleanValue(true).build())
                .putFields("logins", Value.newBuilder().setIntegerValue(123_456).build())
                .putFields("score", Value.newBuilder().setDoubleValue(0.75).build())
                .putFields(
                        "created",
                        Value.newBuilder()
                                .setTimestampValue(Timestamp.newBuilder().setSeconds(1_700_000_000))
                                .build())
                .putFields(
                        "tags",
                        Value.newBuilder()
                                .setArrayValue(ArrayValue.newBuilder()
                                        .addValues(text("red"))
                                        .addValues(text("green"))
                                        .addValues(text("blue")))
                                .build())
                .putFields(
                        "address",
                        Value.newBuilder()
                                .setMapValue(MapValue.newBuilder()
                                        .putFields("street", text("1 Long Road"))
                                        .putFields("city", text("Zurich"))
                                        .putFields("zip", text("8000")))
                                .build())
                .setCreateTime(Timestamp.newBuilder().setSeconds(1_700_000_000))
                .setUpdateTime(Timestamp.newBuilder().setSeconds(1_710_000_000));
        for (int note = 0; note < 6; note++) {
            StringBuilder words = new StringBuilder();
            for (int i = 0; i < 88; i++) {
                words.append((char) ('a' + random.nextInt(26)));
            }
            document.putFields("note" + note, text(words.toString()));
        }
        return document.build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private AnswerExaminer examiner(FirestoreMethod method, MessageLite request) {
        byte[] bytes = request.toByteArray();
        Admission admission = enforcer.admit(
                method,
                Unpooled.buffer().writeByte(0).writeInt(bytes.length).writeBytes(bytes),
                snapshot.standing(Policies.CALLER),
                null,
                Instant.EPOCH,
                null,
                NO_WRITES);
        if (admission instanceof Admission.Admitted(var call)) {
            call.release();
            return call.answers();
        }
        throw new IllegalStateException("not the verdict to be measured: " + admission);
    }

    private static final WriteRefusals NO_WRITES = new WriteRefusals() {
        @Override
        public byte[] status(Decision.Deny deny) {
            throw new IllegalStateException("nothing is written");
        }

        @Override
        public byte[] status(WriteCondition condition) {
            throw new IllegalStateException("nothing is written");
        }
    };

    /** A query of a hundred documents, its verdict included: a hundredth of it. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int query() {
        AnswerExaminer examiner = examiner(
                FirestoreMethod.RUN_QUERY,
                RunQueryRequest.newBuilder()
                        .setParent(DOCUMENTS)
                        .setStructuredQuery(StructuredQuery.newBuilder()
                                .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                        .setCollectionId("users")))
                        .build());
        int bytes = 0;
        for (int i = 0; i < COUNT; i++) {
            bytes += sent(examiner.examined(answer)).length;
        }
        return bytes;
    }

    /** The same, parsed, without the verdict. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int queryParsed() throws InvalidProtocolBufferException {
        int bytes = 0;
        for (int i = 0; i < COUNT; i++) {
            bytes += ParsedAnswers.query(answer, hidden).length;
        }
        return bytes;
    }

    /** A document that is judged, the verdict on the request included. */
    @Benchmark
    public byte[] get() {
        return sent(examiner(
                        FirestoreMethod.GET_DOCUMENT,
                        GetDocumentRequest.newBuilder()
                                .setName(DOCUMENTS + "/users/alice")
                                .build())
                .examined(document));
    }

    /** The verdict alone. */
    @Benchmark
    public AnswerExaminer getVerdict() {
        return examiner(
                FirestoreMethod.GET_DOCUMENT,
                GetDocumentRequest.newBuilder()
                        .setName(DOCUMENTS + "/users/alice")
                        .build());
    }

    /** A document that is judged, parsed, without the verdict on the request. */
    @Benchmark
    public int getParsed() throws InvalidProtocolBufferException {
        byte[] shown = ParsedAnswers.get(document, condition, hidden);
        return shown == null ? 0 : shown.length;
    }

    private static byte[] sent(Examined examined) {
        if (examined instanceof Examined.Send(var message)) {
            return message;
        }
        throw new IllegalStateException("not the answer to be measured");
    }
}
