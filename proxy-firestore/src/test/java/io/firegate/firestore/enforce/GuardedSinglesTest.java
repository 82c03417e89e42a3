package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The methods that write one document: what of them is judged, and what is sent. */
class GuardedSinglesTest {
    private static final String NAME = "projects/p/databases/(default)/documents/rows/a";
    private static final Enforcer ENFORCER = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);
    private static final PolicySnapshot POLICY = policy("""
            version: 1
            tiers:
              t:
                databases: ["p/(default)"]
                credential: credential
                rules:
                  - { id: rows, path: "/rows/{x}", allow: [get, write], where: doc.ward == 'A', fields: { hide: [ssn] } }
            bindings:
              - { tier: t, groups: [5b1f0a52-0000-4000-8000-0000000000a1] }
            """);

    private static PolicySnapshot policy(String text) {
        Compilation compilation = PolicyCompiler.compile(List.of(PolicyFile.of("policy.yaml", text)), null);
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) compilation).snapshot();
    }

    /** What is stored, as fields, or nothing; what is sent, in text form, or why nothing is. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "nothing", textBlock = """
            UpdateDocument | ward A       | document { {a} } update_mask { field_paths: 'n' }             | document { {a} } update_mask { field_paths: 'n' } current_document { update_time { seconds: 100 } }
            UpdateDocument | ward A ssn 5 | document { {a} }                                              | document { {a} } update_mask { field_paths: 'ward' } current_document { update_time { seconds: 100 } }
            UpdateDocument | ward A       | document { {a} } current_document { update_time { seconds: 99 } } | DOCUMENT_CHANGED
            UpdateDocument | ward B       | document { {a} } current_document { exists: true }            | DOCUMENT_MISSING
            UpdateDocument | ward B       | document { {a} }                                              | ROWS
            UpdateDocument | nothing      | document { {a} }                                              | document { {a} } current_document { exists: false }
            DeleteDocument | ward A       | {name}                                                        | {name} current_document { update_time { seconds: 100 } }
            DeleteDocument | ward B       | {name}                                                        | ROWS
            DeleteDocument | ward B       | {name} current_document { exists: true }                      | DOCUMENT_MISSING
            DeleteDocument | ward A       | {name} current_document { update_time { seconds: 99 } }       | DOCUMENT_CHANGED
            CreateDocument | nothing      | {id} document { {ward} }                                      | {id} document { {ward} }
            CreateDocument | nothing      | {id} document { }                                             | ROWS
            """)
    void isJudgedAndPinned(String method, @Nullable String stored, String request, String becomes)
            throws TextFormat.ParseException, InvalidProtocolBufferException {
        Message type = switch (method) {
            case "UpdateDocument" -> UpdateDocumentRequest.getDefaultInstance();
            case "DeleteDocument" -> DeleteDocumentRequest.getDefaultInstance();
            default -> CreateDocumentRequest.getDefaultInstance();
        };
        Caller caller = new Caller.Standard(POLICY.standing(TestHandles.CALLER), null, TestHandles.NOW, null);
        Admission admission = ENFORCER.admit(
                List.of(FirestoreMethod.values()).stream()
                        .filter(each -> each.rpcName().equals(method))
                        .findFirst()
                        .orElseThrow(),
                Frames.HEAP.frame(message(type, request).toByteArray()),
                caller,
                TestRefusals.INSTANCE);
        assertThat(admission).isInstanceOf(Admission.Guarded.class);
        GuardedCall call = ((Admission.Guarded) admission).call();
        GuardedCall.Turn turn = call.begin();
        if (turn instanceof GuardedCall.Turn.Ask(PermittedCall asked, GuardedCall.Purpose purpose)
                && purpose == GuardedCall.Purpose.READS) {
            assertThat(BatchGetDocumentsRequest.parseFrom(body(asked)).getDocumentsList())
                    .containsExactly(NAME);
            turn = call.answered(List.of(found(stored)), GuardedCall.STATUS_OK);
        }

        switch (turn) {
            case GuardedCall.Turn.Ask ask -> {
                assertThat(ask.call().method().rpcName()).isEqualTo(method);
                assertThat(type.getParserForType().parseFrom(body(ask.call()))).isEqualTo(message(type, becomes));
            }
            case GuardedCall.Turn.Refuse(var deny) -> assertThat(deny.reason()).hasToString(becomes);
            case GuardedCall.Turn.Fail(var condition) -> assertThat(condition).hasToString(becomes);
            default -> throw new AssertionError(turn);
        }
    }

    private static Message message(Message type, String text) throws TextFormat.ParseException {
        Message.Builder message = type.newBuilderForType();
        TextFormat.merge(
                text.replace("{a}", "{name} {ward}")
                        .replace("{name}", "name: '" + NAME + "'")
                        .replace(
                                "{id}",
                                "parent: 'projects/p/databases/(default)/documents'"
                                        + " collection_id: 'rows' document_id: 'a'")
                        .replace("{ward}", "fields { key: 'ward' value { string_value: 'A' } }"),
                message);
        return message.build();
    }

    private static byte[] body(PermittedCall call) {
        ByteBuf body = call.takeBody();
        try {
            return ByteBufUtil.getBytes(body.skipBytes(5));
        } finally {
            body.release();
        }
    }

    private static byte[] found(@Nullable String stored) throws TextFormat.ParseException {
        BatchGetDocumentsResponse.Builder answer = BatchGetDocumentsResponse.newBuilder();
        if (stored == null) {
            return answer.setMissing(NAME).build().toByteArray();
        }
        StringBuilder text = new StringBuilder("name: '" + NAME + "' update_time { seconds: 100 }");
        List<String> words = List.of(stored.split(" ", -1));
        for (int i = 0; i < words.size(); i += 2) {
            text.append(" fields { key: '")
                    .append(words.get(i))
                    .append("' value { string_value: '")
                    .append(words.get(i + 1))
                    .append("' } }");
        }
        return answer.setFound(TextFormat.parse(text, Document.class)).build().toByteArray();
    }
}
