package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Compilation;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What becomes of guarded writes on what is stored: the cases of {@code write-verdicts.yaml}. */
class WriteVerdictsTest {
    private static final String DOCUMENTS = "projects/p/databases/(default)/documents/";
    private static final Timestamp CHANGED =
            Timestamp.newBuilder().setSeconds(100).build();

    /** A transaction of the client's own, which is {@code up} to Firestore. */
    private static final ByteString TRANSACTION = new SealedTransaction(
                    ByteString.copyFromUtf8("up"), "credential", SealedTransaction.Mode.READ_WRITE, false)
            .seal(TestHandles.SEALER, TestHandles.CALLER, new DatabaseName("p", "(default)"));

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);

    @TestFactory
    Stream<DynamicTest> verdicts() throws IOException {
        Map<?, ?> file;
        try (InputStream in = WriteVerdictsTest.class.getResourceAsStream("/write-verdicts.yaml")) {
            file = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(Objects.requireNonNull(in));
        }
        Compilation compilation =
                PolicyCompiler.compile(List.of(PolicyFile.of("policy.yaml", String.valueOf(file.get("policy")))), null);
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        PolicySnapshot policy = ((Compilation.Compiled) compilation).snapshot();
        return ((List<?>) Objects.requireNonNull(file.get("cases")))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .map(each -> DynamicTest.dynamicTest(
                                String.valueOf(each.get("what")),
                                () -> assertThat(verdict(policy, each)).isEqualTo(expected(each))));
    }

    private static CommitRequest commit(Object writes) throws InvalidProtocolBufferException {
        String text = "database: \"projects/p/databases/(default)\" " + writes;
        return CommitRequest.parseFrom(TextMessages.encode(
                "CommitRequest",
                text.replace("{docs}/", DOCUMENTS).replace("{tx}", TextFormat.escapeBytes(TRANSACTION))));
    }

    private static String expected(Map<?, ?> each) throws InvalidProtocolBufferException {
        Object becomes = each.get("becomes");
        return becomes == null
                ? String.valueOf(each.get("not"))
                : commit(becomes).toString();
    }

    private String verdict(PolicySnapshot policy, Map<?, ?> each) throws IOException {
        Caller caller = new Caller.Standard(policy.standing(TestHandles.CALLER), null, TestHandles.NOW, null);
        ByteBuf framed = Frames.HEAP.frame(
                commit(Objects.requireNonNull(each.get("writes"))).toByteArray());
        byte[] bytes = framed.array();
        Admission admission = enforcer.admit(FirestoreMethod.COMMIT, framed, caller, TestRefusals.INSTANCE);
        if (admission instanceof Admission.Denied denied) {
            return "at once " + denied.deny().reason();
        }
        if (!(admission instanceof Admission.Guarded(GuardedCall call))) {
            return "not guarded: " + admission;
        }
        // They have been given back, and hold another request by now.
        Arrays.fill(bytes, (byte) -1);
        boolean read = false;
        GuardedCall.Turn turn = call.begin();
        while (true) {
            if (turn instanceof GuardedCall.Turn.Judged(Admission.Guarded(GuardedCall judged))) {
                call = judged;
                turn = call.begin();
            }
            if (!(turn instanceof GuardedCall.Turn.Ask ask)
                    || ask.call().method() != FirestoreMethod.BATCH_GET_DOCUMENTS) {
                return (read || turn instanceof GuardedCall.Turn.Ask ? "" : "at once ") + end(turn, each);
            }
            if (each.get("reads") != null) {
                assertThat(rules(ask)).as("what the read is under").isEqualTo(each.get("reads"));
            }
            read = true;
            turn = call.answered(found(asked(ask), each.get("stored")), GuardedCall.STATUS_OK);
        }
    }

    private static String end(GuardedCall.Turn turn, Map<?, ?> each) throws InvalidProtocolBufferException {
        return switch (turn) {
            case GuardedCall.Turn.Refuse(var deny) -> deny.reason().name();
            case GuardedCall.Turn.Judged(Admission.Denied denied) ->
                denied.deny().reason().name();
            case GuardedCall.Turn.Fail(var condition) -> condition.name();
            case GuardedCall.Turn.Ask ask -> {
                assertThat(rules(ask)).as("what the record names").isEqualTo(each.get("rules"));
                yield CommitRequest.parseFrom(asked(ask)).toString();
            }
            case GuardedCall.Turn other -> other.toString();
        };
    }

    private static List<String> rules(GuardedCall.Turn.Ask ask) {
        return ask.call().permit().grants().stream().map(Decision.Grant::rule).toList();
    }

    private static List<byte[]> found(ByteString request, @Nullable Object stored) throws IOException {
        List<byte[]> answer = new ArrayList<>();
        BatchGetDocumentsRequest read = BatchGetDocumentsRequest.parseFrom(request);
        if (read.hasNewTransaction()) {
            answer.add(BatchGetDocumentsResponse.newBuilder()
                    .setTransaction(ByteString.copyFromUtf8("begun"))
                    .build()
                    .toByteArray());
        }
        for (String name : read.getDocumentsList()) {
            Object document = stored instanceof Map<?, ?> map ? map.get(name.substring(DOCUMENTS.length())) : null;
            BatchGetDocumentsResponse.Builder one =
                    BatchGetDocumentsResponse.newBuilder().setReadTime(CHANGED);
            if (document == null) {
                one.setMissing(name);
            } else {
                Document.Builder found = Document.newBuilder().setName(name).setUpdateTime(CHANGED);
                TextFormat.merge(String.valueOf(document), found);
                one.setFound(found);
            }
            answer.add(one.build().toByteArray());
        }
        return answer;
    }

    private static ByteString asked(GuardedCall.Turn.Ask ask) {
        return ByteString.copyFrom(RuledTier.message(ask.call()));
    }
}
