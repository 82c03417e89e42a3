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
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Compilation;
import io.firegate.policy.Decision;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
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
        return CommitRequest.parseFrom(TextMessages.encode("CommitRequest", text.replace("{docs}/", DOCUMENTS)));
    }

    private static String expected(Map<?, ?> each) throws InvalidProtocolBufferException {
        Object becomes = each.get("becomes");
        return becomes == null
                ? String.valueOf(each.get("not"))
                : commit(becomes).toString();
    }

    private String verdict(PolicySnapshot policy, Map<?, ?> each) throws IOException {
        Caller caller = new Caller.Standard(policy.standing(TestHandles.CALLER), null, TestHandles.NOW, null);
        Admission admission = enforcer.admit(
                FirestoreMethod.COMMIT,
                Frames.HEAP.frame(
                        commit(Objects.requireNonNull(each.get("writes"))).toByteArray()),
                caller,
                TestRefusals.INSTANCE);
        if (admission instanceof Admission.Denied denied) {
            return "at once " + denied.deny().reason();
        }
        if (!(admission instanceof Admission.Guarded(GuardedCall call))) {
            return "not guarded: " + admission;
        }
        GuardedCall.Turn turn = call.begin();
        while (turn instanceof GuardedCall.Turn.Ask ask && ask.call().method() == FirestoreMethod.BATCH_GET_DOCUMENTS) {
            turn = call.answered(found(asked(ask), each.get("stored")), GuardedCall.STATUS_OK);
        }
        return switch (turn) {
            case GuardedCall.Turn.Refuse(var deny) -> deny.reason().name();
            case GuardedCall.Turn.Fail(var condition) -> condition.name();
            case GuardedCall.Turn.Ask ask -> {
                assertThat(ask.call().permit().grants().stream()
                                .map(Decision.Grant::rule)
                                .toList())
                        .as("what the record names")
                        .isEqualTo(each.get("rules"));
                yield CommitRequest.parseFrom(asked(ask)).toString();
            }
            case GuardedCall.Turn other -> other.toString();
        };
    }

    private static List<byte[]> found(ByteString request, @Nullable Object stored) throws IOException {
        List<byte[]> answer = new ArrayList<>();
        for (String name : BatchGetDocumentsRequest.parseFrom(request).getDocumentsList()) {
            Object document = stored instanceof Map<?, ?> map ? map.get(name.substring(DOCUMENTS.length())) : null;
            BatchGetDocumentsResponse.Builder one = BatchGetDocumentsResponse.newBuilder();
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
        ByteBuf body = ask.call().takeBody();
        try {
            return ByteString.copyFrom(ByteBufUtil.getBytes(body.skipBytes(5)));
        } finally {
            body.release();
        }
    }
}
