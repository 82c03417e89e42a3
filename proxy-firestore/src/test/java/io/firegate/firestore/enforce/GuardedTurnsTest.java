package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.Status;
import io.firegate.firestore.guard.SimulatedDocument;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The turns of guarded writes with a Firestore that answers what the test says. */
class GuardedTurnsTest {
    private static final DatabaseName DATABASE = new DatabaseName("p", "(default)");
    private static final String DOCUMENTS = DATABASE.resourceName() + "/documents/";
    private static final int UNAVAILABLE = 14;
    private static final int FAILED_PRECONDITION = 9;
    private static final Timestamp CHANGED =
            Timestamp.newBuilder().setSeconds(100).build();
    private static final Timestamp COMMITTED =
            Timestamp.newBuilder().setSeconds(900).build();

    private static final RuledTier TIER = new RuledTier("""
            - { id: rows, path: "/rows/{x}", allow: [get, write], where: doc.ward == 'A' }
            - { id: past, path: "/past/{x}", allow: [get, write], where: doc.ward == 'A', history: true }
            - { id: split-create, path: "/split/{x}", allow: [create], where: doc.ward == 'A' }
            - { id: split-update, path: "/split/{x}", allow: [update], where: "doc.ward in ['A', 'B']" }
            - { id: pairs, path: "/pairs/{x}", allow: [get], where: doc.a == doc.b }
            - { id: pairs-written, path: "/pairs/{x}", allow: [write] }
            - { id: fields, path: "/fields/{x}", allow: [get, write], fields: { hide: [ssn] } }
            """);

    private static Admission admit(FirestoreMethod method, MessageLite request) {
        return TIER.admit(method, request.toByteArray());
    }

    private static GuardedCall guarded(FirestoreMethod method, MessageLite request) {
        return TIER.guarded(method, request.toByteArray());
    }

    private static byte[] asked(GuardedCall.Turn turn, boolean writes) {
        assertThat(turn)
                .isInstanceOfSatisfying(
                        GuardedCall.Turn.Ask.class,
                        ask -> assertThat(ask.purpose() == GuardedCall.Purpose.WRITES)
                                .isEqualTo(writes));
        return RuledTier.message(((GuardedCall.Turn.Ask) turn).call());
    }

    /** The turn after what is stored has been read: each document as a ward, or null for none. */
    private static GuardedCall.Turn read(GuardedCall call, GuardedCall.Turn turn, Map<String, String> wards)
            throws InvalidProtocolBufferException {
        List<byte[]> answer = new ArrayList<>();
        for (String name :
                BatchGetDocumentsRequest.parseFrom(asked(turn, false)).getDocumentsList()) {
            String ward = wards.get(name.substring(DOCUMENTS.length()));
            BatchGetDocumentsResponse.Builder one = BatchGetDocumentsResponse.newBuilder();
            answer.add((ward == null
                            ? one.setMissing(name)
                            : one.setFound(ward(name, ward).toBuilder().setUpdateTime(CHANGED)))
                    .build()
                    .toByteArray());
        }
        return call.answered(answer, GuardedCall.STATUS_OK);
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static Document ward(String name, String ward) {
        return Document.newBuilder().setName(name).putFields("ward", text(ward)).build();
    }

    private static Write update(String path, String ward) {
        return Write.newBuilder().setUpdate(ward(DOCUMENTS + path, ward)).build();
    }

    private static Write verify(String path) {
        UnknownFieldSet.Field name = UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(DOCUMENTS + path))
                .build();
        return Write.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder().addField(5, name).build())
                .build();
    }

    private static CommitRequest commit(Write... writes) {
        return CommitRequest.newBuilder()
                .setDatabase(DATABASE.resourceName())
                .addAllWrites(List.of(writes))
                .build();
    }

    /** A verify answers when the document was changed last: of one that is hidden that would tell that it is there. */
    @ParameterizedTest
    @ValueSource(strings = {"visible", "hidden", "missing"})
    void aVerifyTellsTheTimeOfAVisibleDocumentOnly(String which) throws InvalidProtocolBufferException {
        GuardedCall call = guarded(FirestoreMethod.COMMIT, commit(update("rows/own", "A"), verify("rows/other")));
        Map<String, String> stored = switch (which) {
            case "visible" -> Map.of("rows/own", "A", "rows/other", "A");
            case "hidden" -> Map.of("rows/own", "A", "rows/other", "B");
            default -> Map.of("rows/own", "A");
        };

        asked(read(call, call.begin(), stored), true);
        CommitResponse answer = CommitResponse.newBuilder()
                .addWriteResults(WriteResult.newBuilder().setUpdateTime(COMMITTED))
                .addWriteResults(
                        which.equals("missing")
                                ? WriteResult.getDefaultInstance()
                                : WriteResult.newBuilder()
                                        .setUpdateTime(CHANGED)
                                        .build())
                .setCommitTime(COMMITTED)
                .build();
        GuardedCall.Turn end = call.answered(List.of(answer.toByteArray()), GuardedCall.STATUS_OK);

        assertThat(end).isInstanceOf(GuardedCall.Turn.Answer.class);
        CommitResponse told = CommitResponse.parseFrom(((GuardedCall.Turn.Answer) end).message());
        assertThat(told.getWriteResults(1).getUpdateTime()).isEqualTo(which.equals("visible") ? CHANGED : COMMITTED);
        assertThat(told.getWriteResults(0)).isEqualTo(answer.getWriteResults(0));
    }

    /** Wherever it stands among the writes, and whatever Firestore leaves out of its answer. */
    @Test
    void aVerifyTellsNothingOfAHiddenDocumentWhereverItStands() throws InvalidProtocolBufferException {
        for (int results = 0; results <= 2; results++) {
            GuardedCall call = guarded(FirestoreMethod.COMMIT, commit(verify("rows/other"), update("rows/own", "A")));
            asked(read(call, call.begin(), Map.of("rows/own", "A", "rows/other", "B")), true);
            CommitResponse.Builder answer = CommitResponse.newBuilder().setCommitTime(COMMITTED);
            for (int i = 0; i < results; i++) {
                answer.addWriteResults(WriteResult.newBuilder().setUpdateTime(CHANGED));
            }

            GuardedCall.Turn end = call.answered(List.of(answer.build().toByteArray()), GuardedCall.STATUS_OK);

            CommitResponse told = CommitResponse.parseFrom(((GuardedCall.Turn.Answer) end).message());
            assertThat(told.getWriteResultsList().stream().map(WriteResult::getUpdateTime))
                    .isEqualTo(List.of(COMMITTED, CHANGED).subList(0, results));
        }
    }

    /** Each has the condition that nothing is there, so Firestore looks at it. */
    @Test
    void createsAloneAreSentUnread() {
        Write create = update("rows/x", "A").toBuilder()
                .setCurrentDocument(Precondition.newBuilder().setExists(false))
                .build();
        GuardedCall call = guarded(FirestoreMethod.COMMIT, commit(create));

        asked(call.begin(), true);
        assertThat(call.answered(List.of(), GuardedCall.STATUS_ALREADY_EXISTS))
                .isEqualTo(new GuardedCall.Turn.Fail(WriteCondition.DOCUMENT_EXISTS));
        assertThat(call.answered(List.of(), FAILED_PRECONDITION)).isEqualTo(GuardedCall.Turn.Relay.INSTANCE);
    }

    @ParameterizedTest
    @CsvSource({
        "9, false, Pause",
        "6, false, Pause",
        "5, false, Pause",
        "9, true, Fail[condition=CONTENTION]",
        "14, false, INSTANCE",
        "14, true, INSTANCE"
    })
    void aLostPinIsTriedAgainOutsideATransaction(int status, boolean transaction, String becomes)
            throws InvalidProtocolBufferException {
        ByteString own = new SealedTransaction(
                        ByteString.copyFromUtf8("up"), TestCaller.CREDENTIAL, SealedTransaction.Mode.READ_WRITE, false)
                .seal(TestHandles.SEALER, TestHandles.CALLER, DATABASE);
        CommitRequest.Builder request = commit(update("rows/x", "A")).toBuilder();
        GuardedCall call = guarded(
                FirestoreMethod.COMMIT,
                transaction ? request.setTransaction(own).build() : request.build());
        asked(read(call, call.begin(), Map.of("rows/x", "A")), true);

        assertThat(call.answered(List.of(), status).toString()).startsWith(becomes);
    }

    @Test
    void whatFirestoreSaysOfTheReadIsItsOwn() throws InvalidProtocolBufferException {
        GuardedCall failed = guarded(FirestoreMethod.COMMIT, commit(update("rows/x", "A")));
        asked(failed.begin(), false);
        assertThat(failed.answered(List.of(), FAILED_PRECONDITION)).isEqualTo(GuardedCall.Turn.Relay.INSTANCE);

        for (List<byte[]> noAnswer : List.of(List.<byte[]>of(), List.of(new byte[] {10, 127}))) {
            GuardedCall broken = guarded(FirestoreMethod.COMMIT, commit(update("rows/x", "A")));
            asked(broken.begin(), false);
            assertThat(broken.answered(noAnswer, GuardedCall.STATUS_OK)).isEqualTo(GuardedCall.Turn.Broken.INSTANCE);
        }

        GuardedCall twice = guarded(FirestoreMethod.COMMIT, commit(update("rows/x", "A")));
        asked(read(twice, twice.begin(), Map.of("rows/x", "A")), true);
        byte[] answer = CommitResponse.getDefaultInstance().toByteArray();
        assertThat(twice.answered(List.of(answer, answer), GuardedCall.STATUS_OK))
                .isEqualTo(GuardedCall.Turn.Broken.INSTANCE);
    }

    /** What decides about a write is read as the transaction reads: in one that reads the past it needs what a read of the past needs. */
    @Test
    void aGuardedWriteInATransactionOfThePastNeedsHistory() {
        ByteString past = new SealedTransaction(
                        ByteString.copyFromUtf8("up"), TestCaller.CREDENTIAL, SealedTransaction.Mode.READ_WRITE, true)
                .seal(TestHandles.SEALER, TestHandles.CALLER, DATABASE);
        for (Write write : List.of(
                update("rows/x", "A"),
                Write.newBuilder().setDelete(DOCUMENTS + "rows/x").build(),
                verify("rows/x"))) {
            CommitRequest request =
                    commit(write).toBuilder().setTransaction(past).build();

            assertThat(admit(FirestoreMethod.COMMIT, request))
                    .isInstanceOfSatisfying(
                            Admission.Denied.class,
                            denied -> assertThat(denied.deny().reason()).isEqualTo(DenyReason.HISTORY));
        }
        // What is refused at first only because it is not known whether it creates is asked again, both ways.
        assertThat(admit(FirestoreMethod.COMMIT, commit(update("split/x", "A"))))
                .isInstanceOf(Admission.Guarded.class);
        assertThat(admit(
                        FirestoreMethod.COMMIT,
                        commit(update("split/x", "A")).toBuilder()
                                .setTransaction(past)
                                .build()))
                .isInstanceOf(Admission.Denied.class);
        assertThat(admit(
                        FirestoreMethod.COMMIT,
                        commit(update("past/x", "A")).toBuilder()
                                .setTransaction(past)
                                .build()))
                .isInstanceOf(Admission.Guarded.class);
        assertThat(admit(FirestoreMethod.COMMIT, commit(update("rows/x", "A")))).isInstanceOf(Admission.Guarded.class);
    }

    private static Value map(int x, int y) {
        MapValue.Builder map = MapValue.newBuilder();
        map.putFields("x", Value.newBuilder().setIntegerValue(x).build());
        if (y != 0) {
            map.putFields("y", Value.newBuilder().setIntegerValue(y).build());
        }
        return Value.newBuilder().setMapValue(map).build();
    }

    private static Document pair(String name, Value a, Value b) {
        return Document.newBuilder()
                .setName(name)
                .putFields("a", a)
                .putFields("b", b)
                .setUpdateTime(COMMITTED)
                .build();
    }

    private static Document shown(FirestoreMethod method, MessageLite request, Document answer)
            throws InvalidProtocolBufferException {
        Admission admission = admit(method, request);
        assertThat(admission).isInstanceOf(Admission.Admitted.class);
        PermittedCall call = ((Admission.Admitted) admission).call();
        Examined examined = call.answers().examine(answer.toByteArray());
        call.release();
        return Document.parseFrom(((Examined.Send) examined).message());
    }

    /** A part of a document can meet a condition that the whole does not: two maps cut to what they share are equal. */
    @Test
    void aCutAnswerIsShownToNobodyWhoSeesRowsOnly() throws InvalidProtocolBufferException {
        String name = DOCUMENTS + "pairs/x";
        Document alike = pair(name, map(1, 2), map(1, 2));
        Document unlike = pair(name, map(1, 2), map(1, 3));
        Document cut = pair(name, map(1, 0), map(1, 0));
        DocumentMask mask = DocumentMask.newBuilder()
                .addFieldPaths("a.x")
                .addFieldPaths("b.x")
                .build();
        UpdateDocumentRequest update =
                UpdateDocumentRequest.newBuilder().setDocument(unlike).build();
        CreateDocumentRequest create = CreateDocumentRequest.newBuilder()
                .setParent(DATABASE.resourceName() + "/documents")
                .setCollectionId("pairs")
                .setDocumentId("x")
                .setDocument(unlike.toBuilder().clearName())
                .build();
        FirestoreMethod updating = FirestoreMethod.UPDATE_DOCUMENT;
        FirestoreMethod creating = FirestoreMethod.CREATE_DOCUMENT;
        Document nothing = unlike.toBuilder().clearFields().build();

        assertThat(shown(updating, update, alike)).isEqualTo(alike);
        assertThat(shown(updating, update, unlike)).isEqualTo(nothing);
        assertThat(shown(updating, update.toBuilder().setMask(mask).build(), cut))
                .isEqualTo(nothing);
        assertThat(shown(creating, create, alike)).isEqualTo(alike);
        assertThat(shown(creating, create, unlike)).isEqualTo(nothing);
        assertThat(shown(creating, create.toBuilder().setMask(mask).build(), cut))
                .isEqualTo(nothing);
    }

    private static BatchWriteRequest batch(Write... writes) {
        return BatchWriteRequest.newBuilder()
                .setDatabase(DATABASE.resourceName())
                .addAllWrites(List.of(writes))
                .build();
    }

    /** A batch of which the first write is done and the second has lost its pin, at its second reading. */
    private static GuardedCall halfDone() throws InvalidProtocolBufferException {
        GuardedCall call = guarded(FirestoreMethod.BATCH_WRITE, batch(update("rows/x", "A"), update("rows/y", "A")));
        asked(read(call, call.begin(), Map.of("rows/x", "A", "rows/y", "A")), true);
        BatchWriteResponse answer = BatchWriteResponse.newBuilder()
                .addWriteResults(WriteResult.newBuilder().setUpdateTime(COMMITTED))
                .addWriteResults(WriteResult.getDefaultInstance())
                .addStatus(Status.getDefaultInstance())
                .addStatus(Status.newBuilder().setCode(FAILED_PRECONDITION))
                .build();
        assertThat(call.answered(List.of(answer.toByteArray()), GuardedCall.STATUS_OK))
                .isInstanceOf(GuardedCall.Turn.Pause.class);
        BatchGetDocumentsRequest again = BatchGetDocumentsRequest.parseFrom(asked(call.begin(), false));
        assertThat(again.getDocumentsList()).containsExactly(DOCUMENTS + "rows/y");
        return call;
    }

    private static void assertHalfDone(GuardedCall.Turn end) throws InvalidProtocolBufferException {
        assertThat(end).isInstanceOf(GuardedCall.Turn.Answer.class);
        BatchWriteResponse told = BatchWriteResponse.parseFrom(((GuardedCall.Turn.Answer) end).message());
        assertThat(told.getStatus(0)).isEqualTo(Status.getDefaultInstance());
        assertThat(told.getWriteResults(0).getUpdateTime()).isEqualTo(COMMITTED);
        assertThat(told.getStatus(1).getCode()).isEqualTo(UNAVAILABLE);
        assertThat(told.getWriteResults(1)).isEqualTo(WriteResult.getDefaultInstance());
    }

    @Test
    void whatIsDoneOfABatchIsSaidWhenFirestoreFailsForTheRest() throws InvalidProtocolBufferException {
        assertHalfDone(halfDone().answered(List.of(), UNAVAILABLE));
    }

    @Test
    void whatIsDoneOfABatchIsSaidWhenFirestoreNoLongerAnswers() throws InvalidProtocolBufferException {
        assertHalfDone(Objects.requireNonNull(halfDone().unanswered()));
    }

    @Test
    void aBatchOfWhichNothingIsDoneFailsAsAWhole() {
        GuardedCall call = guarded(FirestoreMethod.BATCH_WRITE, batch(update("rows/x", "A"), update("rows/y", "A")));
        asked(call.begin(), false);

        assertThat(call.unanswered()).isNull();
        assertThat(call.answered(List.of(), UNAVAILABLE)).isEqualTo(GuardedCall.Turn.Relay.INSTANCE);
    }

    /** Each looks at all of the document, so their number times its size is work. */
    @Test
    void oneDocumentIsWrittenAHundredTimesAtMost() {
        Write[] hundred =
                IntStream.range(0, 100).mapToObj(i -> update("rows/x", "A")).toArray(Write[]::new);
        Write[] more =
                IntStream.range(0, 101).mapToObj(i -> update("rows/x", "A")).toArray(Write[]::new);

        assertThat(admit(FirestoreMethod.COMMIT, commit(hundred))).isInstanceOf(Admission.Guarded.class);
        assertThat(admit(FirestoreMethod.COMMIT, commit(more)))
                .isInstanceOfSatisfying(
                        Admission.Invalid.class,
                        invalid -> assertThat(invalid.problem()).isEqualTo(RequestProblem.TOO_MANY_GUARDED));
    }

    /** What nobody has to look at for its own sake counts too: a create beside them is looked at. */
    @Test
    void aThousandDocumentsAreLookedAtAtMost() {
        CommitRequest thousand = commit(IntStream.range(0, 1_000)
                .mapToObj(i -> update("rows/" + i, "A"))
                .toArray(Write[]::new));
        Write create = update("split/x", "A").toBuilder()
                .setCurrentDocument(Precondition.newBuilder().setExists(false))
                .build();

        assertThat(admit(FirestoreMethod.COMMIT, thousand)).isInstanceOf(Admission.Guarded.class);
        for (Write more : List.of(update("rows/x", "A"), create)) {
            assertThat(admit(
                            FirestoreMethod.COMMIT,
                            thousand.toBuilder().addWrites(more).build()))
                    .isEqualTo(new Admission.Invalid(RequestProblem.TOO_MANY_GUARDED, null));
        }
    }

    @Test
    void aMaskThatMustBeWidenedHasAThousandPathsAtMost() {
        List<String> paths = IntStream.range(0, 1_000).mapToObj(i -> "f" + i).toList();
        GetDocumentRequest.Builder get = GetDocumentRequest.newBuilder().setName(DOCUMENTS + "rows/x");
        get.getMaskBuilder().addAllFieldPaths(paths);

        Admission admitted = admit(FirestoreMethod.GET_DOCUMENT, get.build());
        assertThat(admitted).isInstanceOf(Admission.Admitted.class);
        ((Admission.Admitted) admitted).call().release();
        get.getMaskBuilder().addFieldPaths("one_more");
        assertThat(admit(FirestoreMethod.GET_DOCUMENT, get.build()))
                .isInstanceOfSatisfying(
                        Admission.Invalid.class,
                        invalid -> assertThat(invalid.problem()).isEqualTo(RequestProblem.TOO_MANY_PATHS));
    }

    /** The bytes they came in have been given back, so nothing of them may be held while Firestore writes. */
    @Test
    void whatWasReadIsNotKept() throws ReflectiveOperationException, InvalidProtocolBufferException {
        GuardedCall call = guarded(FirestoreMethod.COMMIT, commit(update("rows/x", "A"), update("rows/y", "A")));
        GuardedCall.Turn turn = read(call, call.begin(), Map.of("rows/x", "A", "rows/y", "A"));

        assertThat(turn).isInstanceOf(GuardedCall.Turn.Ask.class);
        for (Field field : call.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                Object value = field.get(call);
                assertThat(value instanceof Map<?, ?> map ? map.values() : Arrays.asList(value))
                        .as(field.getName())
                        .doesNotHaveAnyElementsOfTypes(SimulatedDocument.class);
            }
        }
    }

    @Test
    void decisionsNameWhatTheyAreAbout() throws InvalidProtocolBufferException {
        GuardedCall call = guarded(FirestoreMethod.COMMIT, commit(update("rows/x", "B")));

        assertThat(read(call, call.begin(), Map.of("rows/x", "A")))
                .isInstanceOfSatisfying(GuardedCall.Turn.Refuse.class, refuse -> {
                    Decision.Deny deny = refuse.deny();
                    assertThat(deny.reason()).isEqualTo(DenyReason.ROWS);
                    assertThat(deny.rule()).isEqualTo("rows");
                });
    }
}
