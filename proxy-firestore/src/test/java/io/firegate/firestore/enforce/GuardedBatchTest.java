package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches of which each write comes to another end. */
class GuardedBatchTest {
    private static final String DOCUMENTS = "projects/p/databases/(default)/documents/";
    private static final int EXISTS = 6;
    private static final int LOST = 9;
    private static final Timestamp WRITTEN =
            Timestamp.newBuilder().setSeconds(900).build();
    private static final RuledTier TIER = new RuledTier("""
            - { id: rows, path: "/rows/{x}", allow: [get, write], where: doc.ward == 'A' }
            - { id: free, path: "/free/{x}", allow: [get, write] }
            - { id: hidden, path: "/hidden/{x}", allow: [write], fields: { hide: [ssn] } }
            - { id: looked, path: "/looked/{x}", allow: [write], where: "lookup(/settings/{x}).open == true", fields: { hide: [ssn] } }
            - { id: counted, path: "/counted/{x}", allow: [write], where: doc.ward == 'A' }
            - { id: count, path: "/counted/{x}", allow: [get] }
            """);

    private static GuardedCall guarded(String... writes) {
        return TIER.guarded(FirestoreMethod.BATCH_WRITE, batch(writes));
    }

    private static Admission admit(String... writes) {
        return TIER.admit(FirestoreMethod.BATCH_WRITE, batch(writes));
    }

    private static byte[] batch(String... writes) {
        return TextMessages.encode(
                "BatchWriteRequest", "database: \"projects/p/databases/(default)\" " + String.join(" ", writes));
    }

    private static String update(String path, String field) {
        return "writes { update { name: \"" + DOCUMENTS + path + "\" fields { key: \"" + field
                + "\" value { string_value: \"A\" } } } update_mask { field_paths: \"" + field + "\" } }";
    }

    private static PermittedCall asked(GuardedCall.Turn turn) {
        assertThat(turn).isInstanceOf(GuardedCall.Turn.Ask.class);
        return ((GuardedCall.Turn.Ask) turn).call();
    }

    /** What is read, by the ends of the paths, and the turn after documents with these wards, or none, were found. */
    private static GuardedCall.Turn read(
            GuardedCall call, GuardedCall.Turn turn, List<String> read, Map<String, String> wards)
            throws InvalidProtocolBufferException, TextFormat.ParseException {
        PermittedCall asked = asked(turn);
        assertThat(asked.method()).isEqualTo(FirestoreMethod.BATCH_GET_DOCUMENTS);
        List<byte[]> answer = new ArrayList<>();
        List<String> names =
                BatchGetDocumentsRequest.parseFrom(RuledTier.message(asked)).getDocumentsList();
        assertThat(names).isEqualTo(read.stream().map(DOCUMENTS::concat).toList());
        for (String name : names) {
            String ward = wards.get(name.substring(DOCUMENTS.length()));
            BatchGetDocumentsResponse.Builder one = BatchGetDocumentsResponse.newBuilder();
            if (ward == null) {
                one.setMissing(name);
            } else {
                Document.Builder found = Document.newBuilder().setName(name).setUpdateTime(WRITTEN);
                TextFormat.merge("fields { key: 'ward' value { string_value: '" + ward + "' } }", found);
                one.setFound(found);
            }
            answer.add(one.build().toByteArray());
        }
        return call.answered(answer, GuardedCall.STATUS_OK);
    }

    /** The paths that are written. */
    private static List<String> written(PermittedCall call) throws InvalidProtocolBufferException {
        assertThat(call.method()).isEqualTo(FirestoreMethod.BATCH_WRITE);
        return BatchWriteRequest.parseFrom(RuledTier.message(call)).getWritesList().stream()
                .map(GuardedBatchTest::name)
                .toList();
    }

    private static String name(Write write) {
        ByteString verified = write.getUnknownFields().getField(5).getLengthDelimitedList().stream()
                .findFirst()
                .orElse(ByteString.EMPTY);
        String name = write.hasUpdate() ? write.getUpdate().getName() : verified.toStringUtf8();
        return name.substring(DOCUMENTS.length());
    }

    private static List<String> rules(List<Decision.Grant> grants) {
        return grants.stream()
                .map(grant -> grant.rule() + " " + grant.access().resource())
                .toList();
    }

    private static byte[] answer(int... codes) {
        BatchWriteResponse.Builder answer = BatchWriteResponse.newBuilder();
        for (int code : codes) {
            answer.addWriteResults(code == 0 ? result() : WriteResult.getDefaultInstance())
                    .addStatus(Status.newBuilder().setCode(code));
        }
        return answer.build().toByteArray();
    }

    private static WriteResult result() {
        return WriteResult.newBuilder().setUpdateTime(WRITTEN).build();
    }

    /** Each status as a word: when it is written, or why it is not. */
    private static List<String> told(GuardedCall.Turn turn) throws InvalidProtocolBufferException {
        assertThat(turn).isInstanceOf(GuardedCall.Turn.Answer.class);
        BatchWriteResponse told = BatchWriteResponse.parseFrom(((GuardedCall.Turn.Answer) turn).message());
        List<String> words = new ArrayList<>();
        for (int i = 0; i < told.getStatusCount(); i++) {
            Status status = told.getStatus(i);
            words.add(
                    status.getCode() == 0
                            ? "at " + told.getWriteResults(i).getUpdateTime().getSeconds()
                            : status.getCode() + " " + status.getMessage());
        }
        return words;
    }

    /** The record names the rules of what goes on and of nothing else. */
    @Test
    void eachWriteComesToItsOwnEnd() throws InvalidProtocolBufferException, TextFormat.ParseException {
        GuardedCall call = guarded(
                update("rows/own", "ward"),
                update("free/a", "n"),
                update("hidden/a", "ssn"),
                update("closed/a", "n"),
                update("rows/others", "ward"),
                "writes { verify: \"" + DOCUMENTS + "rows/seen\" }",
                "writes { verify: \"" + DOCUMENTS + "rows/unseen\" }",
                update("hidden/b", "n"));

        GuardedCall.Turn turn = read(
                call,
                call.begin(),
                List.of("rows/own", "rows/others", "rows/seen", "rows/unseen", "hidden/b"),
                Map.of("rows/own", "A", "rows/others", "B", "rows/seen", "A", "rows/unseen", "B"));

        PermittedCall writes = asked(turn);
        assertThat(written(writes)).containsExactly("rows/own", "free/a", "rows/seen", "rows/unseen", "hidden/b");
        assertThat(rules(writes.permit().grants()))
                .containsExactly(
                        "rows /rows/own", "rows /rows/seen", "rows /rows/unseen", "hidden /hidden/b", "free /free/a");
        assertThat(writes.refused().stream().map(deny -> deny.reason().name()))
                .containsExactly("NO_RULE", "HIDDEN_FIELD", "ROWS");
        assertThat(told(call.answered(List.of(answer(0, 0, 0, 0, 0)), GuardedCall.STATUS_OK)))
                .containsExactly(
                        "at 900", "at 900", "7 HIDDEN_FIELD", "7 NO_RULE", "7 ROWS", "at 900", "at 0", "at 900");
    }

    /** What is done is not sent again, and its own condition of a write nobody judged is Firestore's to look at. */
    @Test
    void aLostPinIsReadAndJudgedAnewAFewTimes() throws InvalidProtocolBufferException, TextFormat.ParseException {
        GuardedCall call = guarded(update("rows/a", "ward"), update("rows/b", "ward"), update("free/a", "n"));
        Map<String, String> stored = Map.of("rows/a", "A", "rows/b", "A");

        asked(read(call, call.begin(), List.of("rows/a", "rows/b"), stored));
        GuardedCall.Turn turn = call.answered(List.of(answer(0, LOST, LOST)), GuardedCall.STATUS_OK);
        int pauses = 0;
        while (turn instanceof GuardedCall.Turn.Pause(long millis)) {
            assertThat(millis).isBetween(1L, 20L << ++pauses);
            PermittedCall again = asked(read(call, call.begin(), List.of("rows/b"), stored));
            assertThat(written(again)).containsExactly("rows/b");
            turn = call.answered(List.of(answer(LOST)), GuardedCall.STATUS_OK);
        }

        assertThat(pauses).isEqualTo(4);
        assertThat(told(turn)).containsExactly("at 900", "9 CONTENTION", "9 ");
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 1", "2, 1, 1", "2, 2, 2", "2, 2, 0"})
    void anAnswerThatDoesNotCountIsNone(int statuses, int results, int messages)
            throws InvalidProtocolBufferException, TextFormat.ParseException {
        GuardedCall call = guarded(update("rows/a", "ward"), update("free/a", "n"));
        asked(read(call, call.begin(), List.of("rows/a"), Map.of()));
        BatchWriteResponse.Builder answer = BatchWriteResponse.newBuilder();
        for (int i = 0; i < 2; i++) {
            if (i < statuses) {
                answer.addStatus(Status.getDefaultInstance());
            }
            if (i < results) {
                answer.addWriteResults(result());
            }
        }
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            all.add(answer.build().toByteArray());
        }

        assertThat(call.answered(all, GuardedCall.STATUS_OK)).isEqualTo(GuardedCall.Turn.Broken.INSTANCE);
    }

    /** Of a create that is judged its own condition is all that can fail; of another Firestore's words are its own. */
    @Test
    void aCreateThatFindsSomethingFails() throws InvalidProtocolBufferException, TextFormat.ParseException {
        String absent = " current_document { exists: false } }";
        GuardedCall call = guarded(
                update("rows/a", "ward").replaceAll("}$", absent),
                update("free/a", "n").replaceAll("}$", absent),
                update("rows/b", "ward"));
        asked(read(call, call.begin(), List.of("rows/b"), Map.of()));

        assertThat(told(call.answered(List.of(answer(EXISTS, EXISTS, 0)), GuardedCall.STATUS_OK)))
                .containsExactly("9 DOCUMENT_EXISTS", "6 ", "at 900");
    }

    /** A write that looks something up has a transaction of its own, once the others are written. */
    @Test
    void whatLooksSomethingUpIsWrittenApart() throws InvalidProtocolBufferException, TextFormat.ParseException {
        GuardedCall call = guarded(
                update("looked/a", "n"),
                update("rows/a", "ward"),
                update("looked/b", "n"),
                update("free/a", "n"),
                update("looked/c", "n"));
        PermittedCall writes = asked(read(call, call.begin(), List.of("rows/a"), Map.of()));
        assertThat(written(writes)).containsExactly("rows/a", "free/a");
        assertThat(rules(writes.permit().grants())).containsExactly("rows /rows/a", "free /free/a");

        GuardedCall.Turn turn = call.answered(List.of(answer(0, 0)), GuardedCall.STATUS_OK);
        assertThat(turn).isInstanceOf(GuardedCall.Turn.Apart.class);
        GuardedCall.Turn.Apart apart = (GuardedCall.Turn.Apart) turn;
        assertThat(apart.calls()).hasSize(3);
        assertThat(rules(apart.rest().grants())).containsExactly("free /free/a");
        CommitResponse committed = CommitResponse.newBuilder()
                .addWriteResults(WriteResult.newBuilder()
                        .setUpdateTime(Timestamp.newBuilder().setSeconds(901)))
                .build();
        apart.ends().committed(1, committed.toByteArray());
        apart.ends().failed(0, TestRefusals.INSTANCE.status(WriteCondition.CONTENTION));
        apart.ends().failed(2, LOST, "words");

        assertThat(told(apart.ends().whole())).containsExactly("9 CONTENTION", "at 900", "at 901", "at 900", "9 words");
    }

    @Test
    void whatLooksSomethingUpIsRefusedAmongTheOthers()
            throws InvalidProtocolBufferException, TextFormat.ParseException {
        GuardedCall call = guarded(update("looked/a", "ssn"), update("rows/a", "ward"));
        asked(read(call, call.begin(), List.of("rows/a"), Map.of()));

        assertThat(told(call.answered(List.of(answer(0)), GuardedCall.STATUS_OK)))
                .containsExactly("7 HIDDEN_FIELD", "at 900");
    }

    @Test
    void aPathThatIsNoneIsToldByItsPlaceInTheBatch() {
        assertThat(admit(update("free/a", "n"), update("looked/a", "a..b"), update("looked/b", "c..d")))
                .isEqualTo(
                        new Admission.Invalid(RequestProblem.BAD_FIELD_PATH, "writes[1].update_mask.field_paths[0]"));
        assertThat(admit(update("free/a", "n"), update("rows/a", "a..b")))
                .isEqualTo(
                        new Admission.Invalid(RequestProblem.BAD_FIELD_PATH, "writes[1].update_mask.field_paths[0]"));
    }

    /** A sum tells what was stored, to whom a read would show it. */
    @Test
    void whatAWriteMakesOfStoredValuesIsShownToWhoMayReadThem()
            throws InvalidProtocolBufferException, TextFormat.ParseException {
        GuardedCall call = guarded(add("rows/a"), add("counted/a"), update("rows/b", "ward"));
        PermittedCall writes = asked(read(
                call,
                call.begin(),
                List.of("rows/a", "counted/a", "rows/b"),
                Map.of("rows/a", "A", "counted/a", "A", "rows/b", "A")));
        assertThat(rules(writes.permit().grants()))
                .containsExactly("rows /rows/a", "counted /counted/a", "rows /rows/b", "count /counted/a");
        WriteResult.Builder sum = WriteResult.newBuilder().setUpdateTime(WRITTEN);
        sum.addTransformResultsBuilder().setIntegerValue(7);
        BatchWriteResponse.Builder answer = BatchWriteResponse.newBuilder();
        for (int i = 0; i < 3; i++) {
            answer.addWriteResults(sum).addStatus(Status.getDefaultInstance());
        }

        GuardedCall.Turn end = call.answered(List.of(answer.build().toByteArray()), GuardedCall.STATUS_OK);
        assertThat(
                        BatchWriteResponse.parseFrom(((GuardedCall.Turn.Answer) end).message())
                                .getWriteResultsList()
                                .stream()
                                .map(result -> result.getTransformResults(0).getIntegerValue()))
                .containsExactly(0L, 7L, 7L);
    }

    private static String add(String path) {
        return "writes { update { name: \"" + DOCUMENTS + path + "\" } update_mask { }"
                + " update_transforms { field_path: \"n\" increment { integer_value: 1 } } }";
    }
}
