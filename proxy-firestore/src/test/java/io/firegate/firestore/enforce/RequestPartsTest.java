package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Obligations;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What has to be decoded has a bound, whatever it is made of; what goes on as it came has none. */
class RequestPartsTest {
    private static final int PARTS_MAX = 2_000;
    private static final String DATABASE = "projects/p/databases/d";
    private static final String NAME = DATABASE + "/documents/c/d";
    private static final String QUERY =
            "parent: '" + DATABASE + "/documents' structured_query { from { collection_id: 'c' } %s }";
    private static final String AGGREGATION = "parent: '" + DATABASE
            + "/documents' structured_aggregation_query { structured_query { from { collection_id: 'c' } } %s }";
    private static final String WHERE = "where { field_filter { field { field_path: 'a' } op: %s value { %%s } } }";

    private static final RowFilter ROWS = new RowFilter.Rows(
            new RowPredicate.Compare(FieldPath.of("ward"), Comparison.EQUAL, new PolicyValue.Text("A")));
    private static final FieldMask HIDDEN = new FieldMask.Hidden(List.of(FieldPath.of("ssn")));
    private static final WriteGuard READONLY = new WriteGuard.Readonly(List.of(FieldPath.of("id")));

    private static final Obligations LIMITED_ROWS =
            new Obligations(ROWS, FieldMask.AllFields.INSTANCE, WriteGuard.NoGuard.INSTANCE);
    private static final Obligations LIMITED_FIELDS =
            new Obligations(RowFilter.AllRows.INSTANCE, HIDDEN, WriteGuard.NoGuard.INSTANCE);
    private static final Obligations LIMITED_WRITES =
            new Obligations(RowFilter.AllRows.INSTANCE, FieldMask.AllFields.INSTANCE, READONLY);

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, PARTS_MAX);

    /**
     * A request that is made of very many of one thing.
     *
     * @param many where the things go
     * @param one one of them
     */
    record Shape(FirestoreMethod method, String many, String one) {
        byte[] message(int times) {
            String text = String.format(many, one.repeat(times)).replace("'", "\"");
            return TextMessages.encode(method.rpcName() + "Request", text);
        }

        boolean writes() {
            return switch (method) {
                case CREATE_DOCUMENT, UPDATE_DOCUMENT, COMMIT, BATCH_WRITE -> true;
                default -> false;
            };
        }

        @Override
        public String toString() {
            return method + " of " + one;
        }
    }

    static Stream<Shape> shapes() {
        String filter = "filters { unary_filter { op: IS_NULL field { field_path: 'a' } } } ";
        String write = "writes { update { name: '" + NAME + "' } update_mask { field_paths: 'a' } } ";
        return Stream.of(
                query("where { composite_filter { op: AND %s } }", filter),
                query("where { composite_filter { op: AND %s } }", "filters { } "),
                query("where { composite_filter { op: OR %s } }", "filters { composite_filter { op: AND } } "),
                query(String.format(WHERE, "IN"), "array_value { values { %s } }", "integer_value: 1"),
                query(
                        String.format(WHERE, "EQUAL").formatted("array_value { %s }"),
                        "values { null_value: NULL_VALUE } "),
                query("select { %s }", "fields { field_path: 'a' } "),
                query("%s", "order_by { field { field_path: 'a' } } "),
                query("start_at { %s }", "values { integer_value: 1 } "),
                new Shape(FirestoreMethod.RUN_AGGREGATION_QUERY, AGGREGATION, "aggregations { count { } } "),
                new Shape(FirestoreMethod.GET_DOCUMENT, "name: '" + NAME + "' mask { %s }", "field_paths: 'a' "),
                new Shape(
                        FirestoreMethod.BATCH_GET_DOCUMENTS,
                        "database: '" + DATABASE + "' documents: '" + NAME + "' mask { %s }",
                        "field_paths: 'a' "),
                new Shape(
                        FirestoreMethod.LIST_DOCUMENTS,
                        "parent: '" + DATABASE + "/documents' collection_id: 'c' mask { %s }",
                        "field_paths: 'a' "),
                new Shape(
                        FirestoreMethod.CREATE_DOCUMENT,
                        "parent: '" + DATABASE
                                + "/documents' collection_id: 'c' document_id: 'd' document { fields { key:"
                                + " 'a' value { array_value { %s } } } }",
                        "values { null_value: NULL_VALUE } "),
                new Shape(
                        FirestoreMethod.UPDATE_DOCUMENT,
                        "document { name: '" + NAME + "' } update_mask { %s }",
                        "field_paths: 'a' "),
                new Shape(FirestoreMethod.COMMIT, "database: '" + DATABASE + "' %s", write),
                new Shape(
                        FirestoreMethod.COMMIT,
                        "database: '" + DATABASE + "' writes { transform { document: '" + NAME + "' %s } }",
                        "field_transforms { field_path: 'a' set_to_server_value: REQUEST_TIME } "),
                new Shape(
                        FirestoreMethod.BATCH_WRITE,
                        "database: '" + DATABASE + "' writes { update { name: '" + NAME + "' } update_mask { %s } }",
                        "field_paths: 'a' "));
    }

    private static Shape query(String part, String one) {
        return new Shape(FirestoreMethod.RUN_QUERY, String.format(QUERY, part), one);
    }

    private static Shape query(String part, String middle, String one) {
        return query(String.format(part, middle).replace("values { %s }", "%s"), "values { " + one + " } ");
    }

    private Admission admit(FirestoreMethod method, byte[] message, Obligations obligations) {
        Admission admission = enforcer.admit(
                method,
                Frames.HEAP.frame(message),
                new TestCaller((database, accesses) -> TestCaller.permit(accesses, access -> obligations)),
                TestRefusals.INSTANCE);
        if (admission instanceof Admission.Admitted(PermittedCall call)) {
            call.release();
        }
        return admission;
    }

    private static void assertTooLarge(Admission admission) {
        assertThat(admission).isEqualTo(new Admission.Invalid(RequestProblem.TOO_MANY_PARTS, null));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void whatIsDecodedHasSoManyPartsAtMost(Shape shape) {
        byte[] message = shape.message(PARTS_MAX);

        assertThat(admit(shape.method(), message, Obligations.NONE)).isInstanceOf(Admission.Admitted.class);
        assertTooLarge(admit(shape.method(), message, LIMITED_ROWS));
        assertTooLarge(admit(shape.method(), message, LIMITED_FIELDS));
        if (shape.writes()) {
            assertTooLarge(admit(shape.method(), message, LIMITED_WRITES));
        }
        assertThat(admit(shape.method(), shape.message(2), LIMITED_FIELDS))
                .as("a short one")
                .isNotInstanceOf(Admission.Invalid.class);
    }

    @Test
    void asManyAsThereMayBeAreTaken() {
        // The name and the mask are parts as well.
        Shape mask = new Shape(FirestoreMethod.GET_DOCUMENT, "name: '" + NAME + "' mask { %s }", "field_paths: 'a' ");

        assertThat(admit(mask.method(), mask.message(PARTS_MAX - 2), LIMITED_FIELDS))
                .isInstanceOf(Admission.Admitted.class);
        assertTooLarge(admit(mask.method(), mask.message(PARTS_MAX - 1), LIMITED_FIELDS));
    }

    /** It would be decoded to be written anew, whatever the policy demands. */
    @Test
    void whatCanBeReadInTwoWaysHasSoManyPartsAtMost() {
        Shape mask = new Shape(FirestoreMethod.GET_DOCUMENT, "name: '" + NAME + "' mask { %s }", "field_paths: 'a' ");
        byte[] twice = ByteString.copyFrom(mask.message(1))
                .concat(UnknownFieldSet.newBuilder()
                        .addField(
                                1,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8(NAME))
                                        .build())
                        .build()
                        .toByteString())
                .toByteArray();
        byte[] large = ByteString.copyFrom(twice)
                .substring(twice.length - NAME.length() - 2)
                .concat(ByteString.copyFrom(mask.message(PARTS_MAX)))
                .toByteArray();

        assertThat(admit(mask.method(), twice, Obligations.NONE)).isInstanceOf(Admission.Admitted.class);
        assertTooLarge(admit(mask.method(), large, Obligations.NONE));
    }

    /** A listener's target is decoded whatever the policy demands; it alone is refused. */
    @Test
    void aTargetHasSoManyPartsAtMost() {
        ListenReader reader = new ListenReader(new Names(), PARTS_MAX);
        Handles handles = new Handles(TestHandles.SEALER, TestHandles.CALLER);
        String target = "database: '" + DATABASE + "' add_target { target_id: %s query { " + QUERY + " } }";
        Shape named = new Shape(
                FirestoreMethod.LISTEN,
                target.replaceFirst("%s", "7").replace("%s", "select { %s }"),
                "fields { field_path: 'a' } ");
        Shape nameless = new Shape(
                FirestoreMethod.LISTEN,
                target.replaceFirst("%s", "0").replace("%s", "select { %s }"),
                "fields { field_path: 'a' } ");

        assertThat(reader.read(named.message(2), handles)).isInstanceOf(ListenReader.Asked.Add.class);
        assertThat(reader.read(named.message(PARTS_MAX), handles))
                .isEqualTo(new ListenReader.Asked.Unreadable(7, RequestProblem.TOO_MANY_PARTS, "add_target"));
        assertThat(reader.read(nameless.message(PARTS_MAX), handles))
                .isEqualTo(new ListenReader.Asked.Invalid(RequestProblem.TOO_MANY_PARTS, null));
    }

    /** Of a write that nobody permits that is said, and of a limited one that there is too much. */
    @Test
    void nobodyAsksThePolicyAboutEachOfVeryManyLimitedWrites() {
        AtomicInteger asked = new AtomicInteger();
        Caller caller = new TestCaller((database, accesses) -> {
            asked.incrementAndGet();
            return TestCaller.permit(accesses, access -> LIMITED_ROWS);
        });
        List<Write> writes = IntStream.range(0, 5_000)
                .mapToObj(i -> Write.newBuilder().setDelete(NAME + i).build())
                .toList();
        Message commit = CommitRequest.newBuilder()
                .setDatabase(DATABASE)
                .addAllWrites(writes)
                .build();

        Admission admission = new Enforcer(TestHandles.SEALER, Integer.MAX_VALUE)
                .admit(FirestoreMethod.COMMIT, Frames.HEAP.frame(commit.toByteArray()), caller, TestRefusals.INSTANCE);

        assertThat(admission).isEqualTo(new Admission.Invalid(RequestProblem.TOO_MANY_GUARDED, null));
        assertThat(asked.get()).isLessThanOrEqualTo(GuardedCall.DOCUMENTS_MAX + 2);
    }

    /** One of a batch is enough for all of it to be decoded. */
    @Test
    void nobodyAsksThePolicyAboutTheRestOfABatchThatIsTooLarge() {
        AtomicInteger asked = new AtomicInteger();
        Caller caller = new TestCaller((database, accesses) -> {
            asked.incrementAndGet();
            return TestCaller.permit(accesses, access -> LIMITED_ROWS);
        });
        Message batch = BatchWriteRequest.newBuilder()
                .setDatabase(DATABASE)
                .addAllWrites(IntStream.range(0, 1_000)
                        .mapToObj(i -> Write.newBuilder().setDelete(NAME + i).build())
                        .toList())
                .build();

        assertTooLarge(new Enforcer(TestHandles.SEALER, 1_999)
                .admit(
                        FirestoreMethod.BATCH_WRITE,
                        Frames.HEAP.frame(batch.toByteArray()),
                        caller,
                        TestRefusals.INSTANCE));
        assertThat(asked.get()).isLessThanOrEqualTo(2);
    }
}
