package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnknownFieldSet;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.RandomMessages;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.firestore.wire.Touch;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Operation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EnforcerTest {
    private static final String DATABASE = "projects/p/databases/d";
    private static final String FOREIGN = "projects/p/databases/other/documents/c/d";
    private static final Caller PERMIT = TestCaller.PERMITTED;
    private static final WriteRefusals REFUSALS = TestRefusals.INSTANCE;

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);

    @ParameterizedTest
    @CsvSource({
        "'', BAD_FRAME",
        "00000000, BAD_FRAME",
        "0000000001, BAD_FRAME",
        "000000000000, BAD_FRAME",
        "00000000000000000000, BAD_FRAME",
        "00ffffffff, BAD_FRAME",
        "0080000000, BAD_FRAME",
        "0200000000, BAD_FRAME",
        "ff00000000, BAD_FRAME",
        "0100000000, COMPRESSED",
        "01000000020a00, COMPRESSED",
        "0000000000, BAD_NAME",
    })
    void aBodyIsOneWholeFrame(String hex, RequestProblem problem) {
        for (Frames kind : Frames.values()) {
            ByteBuf framed = kind.of(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
            Admission admission = enforcer.admit(FirestoreMethod.GET_DOCUMENT, framed, PERMIT, REFUSALS);

            assertThat(admission).isInstanceOf(Admission.Invalid.class);
            assertThat(((Admission.Invalid) admission).problem()).isEqualTo(problem);
            assertThat(framed.refCnt()).isZero();
        }
    }

    /** A stream of messages both ways is never one request. */
    @ParameterizedTest
    @EnumSource
    void everyMethodIsGovernedOrRefusedByName(FirestoreMethod method) {
        ByteBuf framed = Frames.HEAP.frame(new byte[0]);
        Admission admission = enforcer.admit(method, framed, PERMIT, REFUSALS);
        if (admission instanceof Admission.Admitted admitted) {
            admitted.call().release();
        }

        assertThat(admission.equals(new Admission.Invalid(RequestProblem.METHOD_NOT_GOVERNED, null)))
                .isEqualTo(method.refusal() != null || method.shape() == FirestoreMethod.Shape.BIDIRECTIONAL);
        assertThat(framed.refCnt()).isZero();
    }

    @Test
    void aPolicyThatFailsLeaksNothing() {
        ByteBuf framed = Frames.DIRECT.frame(getDocument());

        assertThatThrownBy(() -> enforcer.admit(
                        FirestoreMethod.GET_DOCUMENT,
                        framed,
                        new TestCaller((database, accesses) -> {
                            throw new IllegalStateException("a bug");
                        }),
                        REFUSALS))
                .isInstanceOf(IllegalStateException.class);
        assertThat(framed.refCnt()).isZero();
    }

    @Test
    void aCallGivesItsBodyAwayOnce() {
        ByteBuf framed = Frames.DIRECT.frame(getDocument());
        PermittedCall call =
                ((Admission.Admitted) enforcer.admit(FirestoreMethod.GET_DOCUMENT, framed, PERMIT, REFUSALS)).call();

        ByteBuf body = call.takeBody();
        call.release();
        assertThat(body.refCnt()).isEqualTo(1);
        assertThatThrownBy(call::takeBody).isInstanceOf(IllegalStateException.class);
        body.release();
        assertThat(framed.refCnt()).isZero();
    }

    @Test
    void aCallNobodyForwardsGivesItsBytesBack() {
        ByteBuf framed = Frames.DIRECT.frame(getDocument());
        PermittedCall call =
                ((Admission.Admitted) enforcer.admit(FirestoreMethod.GET_DOCUMENT, framed, PERMIT, REFUSALS)).call();

        call.release();
        call.release();
        assertThat(framed.refCnt()).isZero();
    }

    @Test
    void namingAnotherTierIsWorthMoreThanRefusingTheForm() {
        byte[] request = TextMessages.encode(
                "CommitRequest",
                "database: \"" + DATABASE + "\" writes { update { name: \"" + DATABASE
                        + "/documents/c/d\" } update_transforms { field_path: \"n\" increment { integer_value: 1 } } }");
        ByteBuf framed = Frames.HEAP.frame(request);

        Admission admission = enforcer.admit(
                FirestoreMethod.COMMIT,
                framed,
                new TestCaller((database, accesses) -> accesses.get(0).operation() != Operation.GET
                        ? TestCaller.permit(accesses)
                        : new Decision.Deny(DenyReason.MIXED_CREDENTIALS, accesses.get(0), null, null)),
                REFUSALS);

        assertThat(((Admission.Denied) admission).deny().reason()).isEqualTo(DenyReason.MIXED_CREDENTIALS);
        assertThat(framed.refCnt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1000, true", "1001, false"})
    void aThousandDocumentsInOneBatch(int documents, boolean admitted) {
        StringBuilder text = new StringBuilder("database: \"" + DATABASE + "\"");
        for (int i = 0; i < documents; i++) {
            text.append(" documents: \"")
                    .append(DATABASE)
                    .append("/documents/c/d")
                    .append(i)
                    .append('"');
        }
        ByteBuf framed = Frames.HEAP.frame(TextMessages.encode("BatchGetDocumentsRequest", text.toString()));

        Admission admission = enforcer.admit(FirestoreMethod.BATCH_GET_DOCUMENTS, framed, PERMIT, REFUSALS);

        if (admission instanceof Admission.Admitted permitted) {
            assertThat(permitted.call().items()).isEqualTo(documents);
            permitted.call().release();
        } else {
            assertThat(admission).isEqualTo(new Admission.Invalid(RequestProblem.TOO_MANY_DOCUMENTS, "documents"));
        }
        assertThat(admission instanceof Admission.Admitted).isEqualTo(admitted);
        assertThat(framed.refCnt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1000, true", "1001, false"})
    void aThousandWritesInOneBatch(int writes, boolean taken) {
        StringBuilder text = new StringBuilder("database: \"" + DATABASE + "\"");
        for (int i = 0; i < writes; i++) {
            text.append(" writes { delete: \"")
                    .append(DATABASE)
                    .append("/documents/c/d")
                    .append(i)
                    .append("\" }");
        }
        ByteBuf framed = Frames.HEAP.frame(TextMessages.encode("BatchWriteRequest", text.toString()));

        Admission admission = enforcer.admit(
                FirestoreMethod.BATCH_WRITE,
                framed,
                new TestCaller(
                        (database, accesses) -> new Decision.Deny(DenyReason.NO_RULE, accesses.get(0), null, null)),
                REFUSALS);

        if (taken) {
            assertThat(admission).isInstanceOf(Admission.Answered.class);
        } else {
            assertThat(admission).isEqualTo(new Admission.Invalid(RequestProblem.TOO_MANY_WRITES, "writes"));
        }
        assertThat(framed.refCnt()).isZero();
    }

    /** Many writes to paths whose texts have one hash code: an access for each distinct one, and no time lost. */
    @Test
    void manyWritesWithChosenNames() {
        CommitRequest.Builder commit = CommitRequest.newBuilder().setDatabase(DATABASE);
        int writes = 1 << 15;
        for (int i = 0; i < 2 * writes; i++) {
            StringBuilder id = new StringBuilder();
            for (int bit = 0; bit < 15; bit++) {
                id.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            commit.addWrites(
                    Write.newBuilder().setUpdate(Document.newBuilder().setName(DATABASE + "/documents/c/" + id)));
        }
        ByteBuf framed = Frames.DIRECT.frame(commit.build().toByteArray());

        Admission admission = enforcer.admit(FirestoreMethod.COMMIT, framed, PERMIT, REFUSALS);

        PermittedCall call = ((Admission.Admitted) admission).call();
        assertThat(call.items()).isEqualTo(2 * writes);
        assertThat(call.permit().grants()).hasSize(writes);
        call.release();
        assertThat(framed.refCnt()).isZero();
    }

    /** Every field classified as a path, wherever it stands, and a foreign name in it: never admitted, never in the foreign database. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "BATCH_GET_DOCUMENTS",
                "RUN_QUERY",
                "RUN_AGGREGATION_QUERY",
                "PARTITION_QUERY",
                "COMMIT",
                "BATCH_WRITE"
            })
    void everyPathIsJudged(FirestoreMethod method) {
        List<byte[]> requests = new ArrayList<>();
        Descriptor type = TextMessages.descriptor(method.rpcName() + "Request");
        byte[] valid = TextMessages.encode(
                type.getName(),
                type.findFieldByName("parent") != null
                        ? "parent: \"" + DATABASE + "/documents\""
                        : "database: \"" + DATABASE + "\"");
        collect(type, new ArrayList<>(), type.findFieldByName("writes") != null, requests);
        assertThat(requests).hasSizeGreaterThanOrEqualTo(1);
        for (byte[] request : requests) {
            byte[] whole = Arrays.copyOf(valid, valid.length + request.length);
            System.arraycopy(request, 0, whole, valid.length, request.length);
            ByteBuf framed = Frames.HEAP.frame(whole);

            Admission admission = enforcer.admit(method, framed, PERMIT, REFUSALS);

            assertThat(admission)
                    .as(HexFormat.of().formatHex(request))
                    .isInstanceOf(Admission.Invalid.class)
                    .extracting(invalid -> ((Admission.Invalid) invalid).problem())
                    .isEqualTo(RequestProblem.FOREIGN_DATABASE);
            assertThat(framed.refCnt()).isZero();
        }
    }

    /** Whatever the bytes: an answer, no leak, and what is forwarded names the judged database only. */
    @Test
    void mutationsNeverThrowAndNeverLeak() {
        Random random = new Random(42);
        Frames[] kinds = Frames.values();
        int admitted = 0;
        for (FirestoreMethod method : FirestoreMethod.values()) {
            if (method.refusal() != null) {
                continue;
            }
            RandomMessages messages = new RandomMessages(method.rpcName().hashCode());
            for (int i = 0; i < 2_500; i++) {
                byte[] message = messages.next(method.rpcName() + "Request").toByteArray();
                if (message.length > 0 && random.nextBoolean()) {
                    message[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
                }
                ByteBuf framed = kinds[i % kinds.length].frame(message);
                if (random.nextInt(10) == 0) {
                    framed.setByte(framed.readerIndex() + random.nextInt(5), random.nextInt(256));
                }
                Admission admission = enforcer.admit(method, framed, PERMIT, REFUSALS);
                if (admission instanceof Admission.Admitted permitted) {
                    admitted++;
                    permitted.call().release();
                }
                assertThat(framed.refCnt()).isZero();
            }
        }
        assertThat(admitted).isGreaterThan(100);
    }

    @Test
    void theLastDatabaseIsRememberedAndNeverMistaken() {
        for (String name : List.of("d", "d2", "d", "e", "d2", "d")) {
            List<DatabaseName> judged = new ArrayList<>();
            List<Access> asked = new ArrayList<>();
            ByteBuf framed = Frames.HEAP.frame(TextMessages.encode(
                    "GetDocumentRequest", "name: \"projects/p/databases/" + name + "/documents/c/d\""));
            enforcer.admit(
                    FirestoreMethod.GET_DOCUMENT,
                    framed,
                    new TestCaller((database, accesses) -> {
                        judged.add(database);
                        asked.addAll(accesses);
                        return new Decision.Deny(DenyReason.NO_TIER, null, null, null);
                    }),
                    REFUSALS);
            assertThat(judged).containsExactly(new DatabaseName("p", name));
            assertThat(asked).hasSize(1);
            assertThat(framed.refCnt()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProblemIsOneSentenceWithoutAFullStop(RequestProblem problem) {
        assertThat(problem.sentence()).isNotBlank();
        assertThat(problem.verbatim() || !problem.sentence().endsWith(".")).isTrue();
    }

    private static byte[] getDocument() {
        return TextMessages.encode("GetDocumentRequest", "name: \"" + DATABASE + "/documents/c/d\"");
    }

    /** Encodes, for each path-bearing string below a message, a message that holds a foreign name in that field alone. */
    private static void collect(
            Descriptor type, List<FieldDescriptor> way, boolean contentOnly, List<byte[]> requests) {
        for (FieldDescriptor field : type.getFields()) {
            Touch touch = TextMessages.touch(field.getFullName());
            boolean entry = type.getOptions().getMapEntry();
            if (way.contains(field) || touch == Touch.HANDLE || touch == Touch.REFUSED || (touch == null && !entry)) {
                continue;
            }
            List<FieldDescriptor> longer = new ArrayList<>(way);
            longer.add(field);
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                collect(field.getMessageType(), longer, contentOnly, requests);
                continue;
            }
            boolean name = touch == Touch.PATH && field.getJavaType() == FieldDescriptor.JavaType.STRING;
            boolean own = way.isEmpty() && !field.isRepeated();
            boolean id = field.getName().equals("collection_id");
            boolean content = contentOnly && field.getName().equals("reference_value");
            if (name && !own && !id && !content) {
                requests.add(encode(longer));
            }
        }
    }

    private static byte[] encode(List<FieldDescriptor> way) {
        byte[] content = FOREIGN.getBytes(StandardCharsets.UTF_8);
        for (FieldDescriptor field : way.reversed()) {
            UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
            if (field.getContainingType().getOptions().getMapEntry() && field.getNumber() == 2) {
                message.addField(1, delimited("k".getBytes(StandardCharsets.UTF_8)));
            }
            content = message.addField(field.getNumber(), delimited(content))
                    .build()
                    .toByteArray();
        }
        return content;
    }

    private static UnknownFieldSet.Field delimited(byte[] content) {
        return UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFrom(content))
                .build();
    }
}
