package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.RollbackRequest;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.DatabaseName;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What looks something up. Single writes are Commits of a transaction of firegate's own, and answered as what they came as.
 */
class LookupTurnsTest {
    private static final String PARENT = "projects/p/databases/(default)/documents";
    private static final String NAME = PARENT + "/looked/a";
    private static final Timestamp CREATED =
            Timestamp.newBuilder().setSeconds(50).build();
    private static final Timestamp CHANGED =
            Timestamp.newBuilder().setSeconds(100).build();
    private static final Timestamp COMMITTED =
            Timestamp.newBuilder().setSeconds(900).build();
    private static final ByteString BEGUN = ByteString.copyFromUtf8("begun");
    private static final RuledTier TIER = new RuledTier("""
            - { id: looked, path: "/looked/{x}", allow: [write], where: "lookup(/settings/{x}).open == true" }
            - { id: shown, path: "/looked/{x}", allow: [get], fields: { hide: [ssn] } }
            - { id: plain, path: "/plain/{x}", allow: [write], where: "lookup(/settings/{x}).open == true" }
            - { id: plain-shown, path: "/plain/{x}", allow: [get], where: "doc.n == 1" }
            - { id: books, path: "/books/{b}", allow: [read], history: true, where: "lookup(/settings/all).open == true" }
            """);

    private static GuardedCall guarded(FirestoreMethod method, MessageLite request) {
        return TIER.guarded(method, request.toByteArray());
    }

    private static byte[] asked(GuardedCall.Turn turn, GuardedCall.Purpose purpose) {
        assertThat(turn)
                .isInstanceOfSatisfying(
                        GuardedCall.Turn.Ask.class,
                        ask -> assertThat(ask.purpose()).isEqualTo(purpose));
        return RuledTier.message(((GuardedCall.Turn.Ask) turn).call());
    }

    private static Value number(int n) {
        return Value.newBuilder().setIntegerValue(n).build();
    }

    private static Document openDocument(String id) {
        return Document.newBuilder()
                .setName(PARENT + "/settings/" + id)
                .putFields("open", Value.newBuilder().setBooleanValue(true).build())
                .build();
    }

    /** The turn after the other document was read in a transaction that begins with it. */
    private static GuardedCall.Turn open(GuardedCall call, String id) throws InvalidProtocolBufferException {
        BatchGetDocumentsRequest lookup =
                BatchGetDocumentsRequest.parseFrom(asked(call.begin(), GuardedCall.Purpose.BEGINS));
        assertThat(lookup.getDocumentsList()).containsExactly(PARENT + "/settings/" + id);
        assertThat(lookup.getNewTransaction().hasReadWrite()).isTrue();
        return call.answered(
                List.of(BatchGetDocumentsResponse.newBuilder()
                        .setFound(openDocument(id))
                        .setTransaction(BEGUN)
                        .build()
                        .toByteArray()),
                GuardedCall.STATUS_OK);
    }

    /** The turn after the document itself was read in that transaction. */
    private static GuardedCall.Turn read(GuardedCall call, GuardedCall.Turn turn, @Nullable Document stored)
            throws InvalidProtocolBufferException {
        BatchGetDocumentsRequest read = BatchGetDocumentsRequest.parseFrom(asked(turn, GuardedCall.Purpose.READS));
        assertThat(read.getTransaction()).isEqualTo(BEGUN);
        assertThat(read.getDocumentsList()).containsExactly(NAME);
        BatchGetDocumentsResponse.Builder answer = BatchGetDocumentsResponse.newBuilder();
        return call.answered(
                List.of((stored == null ? answer.setMissing(NAME) : answer.setFound(stored))
                        .build()
                        .toByteArray()),
                GuardedCall.STATUS_OK);
    }

    private static Write committed(GuardedCall.Turn turn) throws InvalidProtocolBufferException {
        CommitRequest commit = CommitRequest.parseFrom(asked(turn, GuardedCall.Purpose.WRITES));
        assertThat(commit.getTransaction()).isEqualTo(BEGUN);
        assertThat(commit.getDatabase()).isEqualTo("projects/p/databases/(default)");
        assertThat(commit.getWritesCount()).isEqualTo(1);
        return commit.getWrites(0);
    }

    private static ByteString answer(GuardedCall call) {
        CommitResponse answer = CommitResponse.newBuilder()
                .addWriteResults(WriteResult.newBuilder().setUpdateTime(COMMITTED))
                .setCommitTime(COMMITTED)
                .build();
        GuardedCall.Turn end = call.answered(List.of(answer.toByteArray()), GuardedCall.STATUS_OK);
        assertThat(end).isInstanceOf(GuardedCall.Turn.Answer.class);
        assertThat(call.leftOpen()).as("the transaction is over").isNull();
        return ((GuardedCall.Turn.Answer) end).message();
    }

    private static Document.Builder document() {
        return Document.newBuilder().setName(NAME).putFields("n", number(2));
    }

    private static Document stored() {
        return document()
                .putFields("n", number(1))
                .putFields("m", number(3))
                .putFields("ssn", number(5))
                .setCreateTime(CREATED)
                .setUpdateTime(CHANGED)
                .build();
    }

    @Test
    void anUpdateIsAnsweredWithWhatItLeaves() throws InvalidProtocolBufferException {
        UpdateDocumentRequest update = UpdateDocumentRequest.newBuilder()
                .setDocument(document())
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("n"))
                .build();
        GuardedCall whole = guarded(FirestoreMethod.UPDATE_DOCUMENT, update);
        Write write = committed(read(whole, open(whole, "a"), stored()));
        assertThat(write.getUpdate()).isEqualTo(document().build());
        assertThat(write.getCurrentDocument().getUpdateTime()).isEqualTo(CHANGED);
        Document left = stored().toBuilder()
                .putFields("n", number(2))
                .removeFields("ssn")
                .setUpdateTime(COMMITTED)
                .build();
        assertThat(Document.parseFrom(answer(whole))).isEqualTo(left);

        GuardedCall part = guarded(
                FirestoreMethod.UPDATE_DOCUMENT,
                update.toBuilder()
                        .setMask(DocumentMask.newBuilder().addFieldPaths("m"))
                        .build());
        committed(read(part, open(part, "a"), stored()));
        assertThat(Document.parseFrom(answer(part)))
                .isEqualTo(left.toBuilder().removeFields("n").build());
    }

    @Test
    void aCreateIsAnsweredWithWhatIsThereThen() throws InvalidProtocolBufferException {
        CreateDocumentRequest create = CreateDocumentRequest.newBuilder()
                .setParent(PARENT)
                .setCollectionId("looked")
                .setDocumentId("a")
                .setDocument(document().clearName().putFields("m", number(3)))
                .build();
        GuardedCall whole = guarded(FirestoreMethod.CREATE_DOCUMENT, create);
        Write write = committed(open(whole, "a"));
        assertThat(write.getUpdate().getName()).isEqualTo(NAME);
        assertThat(write.getCurrentDocument().hasExists()).isTrue();
        assertThat(write.getCurrentDocument().getExists()).isFalse();
        Document left = document()
                .putFields("m", number(3))
                .setCreateTime(COMMITTED)
                .setUpdateTime(COMMITTED)
                .build();
        assertThat(Document.parseFrom(answer(whole))).isEqualTo(left);

        GuardedCall part = guarded(
                FirestoreMethod.CREATE_DOCUMENT,
                create.toBuilder()
                        .setMask(DocumentMask.newBuilder().addFieldPaths("m"))
                        .build());
        committed(open(part, "a"));
        assertThat(Document.parseFrom(answer(part)))
                .isEqualTo(left.toBuilder().removeFields("n").build());
    }

    @Test
    void aDeleteIsAnsweredWithNothing() throws InvalidProtocolBufferException {
        GuardedCall call = guarded(
                FirestoreMethod.DELETE_DOCUMENT,
                DeleteDocumentRequest.newBuilder().setName(NAME).build());

        assertThat(committed(read(call, open(call, "a"), stored())).getDelete()).isEqualTo(NAME);
        assertThat(answer(call)).isEmpty();
    }

    /** Firestore does not see it, so nobody else would refuse it. */
    @Test
    void theMaskOfTheAnswerIsReadHere() {
        UpdateDocumentRequest.Builder update =
                UpdateDocumentRequest.newBuilder().setDocument(document().setName(PARENT + "/plain/a"));

        assertThat(judged(update.setMask(DocumentMask.newBuilder().addFieldPaths("a..b"))))
                .isEqualTo(new Admission.Invalid(RequestProblem.BAD_FIELD_PATH, "mask"));
        assertThat(judged(update.setMask(DocumentMask.newBuilder()
                        .addAllFieldPaths(IntStream.rangeClosed(0, 1_000)
                                .mapToObj(i -> "f" + i)
                                .toList()))))
                .isEqualTo(new Admission.Invalid(RequestProblem.TOO_MANY_PATHS, "mask"));
    }

    private static Admission judged(UpdateDocumentRequest.Builder update) {
        GuardedCall call = guarded(FirestoreMethod.UPDATE_DOCUMENT, update.build());
        try {
            return ((GuardedCall.Turn.Judged) open(call, "a")).admission();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Others wait for the documents it has read. */
    @Test
    void aTransactionThatIsLeftIsGivenUpOnce() throws InvalidProtocolBufferException {
        GuardedCall call = guarded(
                FirestoreMethod.DELETE_DOCUMENT,
                DeleteDocumentRequest.newBuilder().setName(NAME).build());
        assertThat(call.leftOpen()).isNull();
        open(call, "a");

        PermittedCall rollback = Objects.requireNonNull(call.leftOpen());
        assertThat(rollback.method()).isEqualTo(FirestoreMethod.ROLLBACK);
        assertThat(RollbackRequest.parseFrom(RuledTier.message(rollback)).getTransaction())
                .isEqualTo(BEGUN);
        assertThat(call.leftOpen()).isNull();
    }

    /** What is judged by another document is read as of the time that was read at. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET_DOCUMENT          | name: '{parent}/books/b'
            LIST_DOCUMENTS        | parent: '{parent}' collection_id: 'books'
            BATCH_GET_DOCUMENTS   | database: 'projects/p/databases/(default)' documents: '{parent}/books/b'
            RUN_QUERY             | parent: '{parent}' structured_query { from { collection_id: 'books' } }
            RUN_AGGREGATION_QUERY | parent: '{parent}' structured_aggregation_query { structured_query { from { collection_id: 'books' } } aggregations { alias: 'n' count { } } }
            """)
    void aReadIsAtTheMomentOfWhatWasLookedUp(FirestoreMethod method, String request)
            throws InvalidProtocolBufferException {
        String name = method.rpcName() + "Request";
        GuardedCall call = TIER.guarded(method, TextMessages.encode(name, request.replace("{parent}", PARENT)));
        asked(call.begin(), GuardedCall.Purpose.READS);
        GuardedCall.Turn turn = call.answered(
                List.of(BatchGetDocumentsResponse.newBuilder()
                        .setFound(openDocument("all"))
                        .setReadTime(CHANGED)
                        .build()
                        .toByteArray()),
                GuardedCall.STATUS_OK);

        assertThat(turn).isInstanceOf(GuardedCall.Turn.Judged.class);
        Admission judged = ((GuardedCall.Turn.Judged) turn).admission();
        assertThat(judged).isInstanceOf(Admission.Admitted.class);
        PermittedCall read = ((Admission.Admitted) judged).call();
        DynamicMessage forwarded = TextMessages.decode(read.method().rpcName() + "Request", RuledTier.message(read));
        Object at = forwarded.getField(forwarded.getDescriptorForType().findFieldByName("read_time"));
        assertThat(((Message) at).toByteString()).isEqualTo(CHANGED.toByteString());
    }

    /** What is looked up is read at the moment of the request, and the request at no other. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            transaction: '{tx}'              | transaction: 'up'                | transaction: 'up'
            read_time { seconds: 5 }         | read_time { seconds: 5 }         | read_time { seconds: 5 }
            new_transaction { read_only { }} | new_transaction { read_only { }} | transaction: 'begun'
            """)
    void aMomentOfTheClientsOwnIsKept(String moment, String looksUp, String forwarded)
            throws InvalidProtocolBufferException, TextFormat.ParseException {
        ByteString transaction = new SealedTransaction(
                        ByteString.copyFromUtf8("up"), "credential", SealedTransaction.Mode.READ_WRITE, false)
                .seal(TestHandles.SEALER, TestHandles.CALLER, new DatabaseName("p", "(default)"));
        String text = "database: 'projects/p/databases/(default)' documents: '" + PARENT + "/books/b' "
                + moment.replace("{tx}", TextFormat.escapeBytes(transaction));
        GuardedCall call =
                guarded(FirestoreMethod.BATCH_GET_DOCUMENTS, TextFormat.parse(text, BatchGetDocumentsRequest.class));

        GuardedCall.Turn lookup = call.begin();
        assertThat(lookup).isInstanceOf(GuardedCall.Turn.Ask.class);
        assertThat(moment(((GuardedCall.Turn.Ask) lookup).call())).isEqualTo(text(looksUp));
        BatchGetDocumentsResponse.Builder found = BatchGetDocumentsResponse.newBuilder()
                .setFound(openDocument("all"))
                .setReadTime(CHANGED);
        if (looksUp.startsWith("new")) {
            found.setTransaction(BEGUN);
        }
        GuardedCall.Turn turn = call.answered(List.of(found.build().toByteArray()), GuardedCall.STATUS_OK);

        assertThat(turn).isInstanceOf(GuardedCall.Turn.Judged.class);
        Admission judged = ((GuardedCall.Turn.Judged) turn).admission();
        assertThat(judged).isInstanceOf(Admission.Admitted.class);
        assertThat(moment(((Admission.Admitted) judged).call())).isEqualTo(text(forwarded));
    }

    private static BatchGetDocumentsRequest text(String moment) throws TextFormat.ParseException {
        return TextFormat.parse(moment, BatchGetDocumentsRequest.class);
    }

    private static BatchGetDocumentsRequest moment(PermittedCall call) {
        try {
            return BatchGetDocumentsRequest.parseFrom(RuledTier.message(call)).toBuilder()
                    .clearDatabase()
                    .clearDocuments()
                    .build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
