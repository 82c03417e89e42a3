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
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The methods that write one document: what of them is judged, and what is sent. */
class GuardedSinglesTest {
    private static final String NAME = "projects/p/databases/(default)/documents/rows/a";
    private static final RuledTier TIER = new RuledTier("""
            - { id: rows, path: "/rows/{x}", allow: [get, write], where: doc.ward == 'A', fields: { hide: [ssn] } }
            """);

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
        GuardedCall call = TIER.guarded(
                List.of(FirestoreMethod.values()).stream()
                        .filter(each -> each.rpcName().equals(method))
                        .findFirst()
                        .orElseThrow(),
                message(type, request).toByteArray());
        GuardedCall.Turn turn = call.begin();
        if (turn instanceof GuardedCall.Turn.Ask(PermittedCall asked, GuardedCall.Purpose purpose)
                && purpose == GuardedCall.Purpose.READS) {
            assertThat(BatchGetDocumentsRequest.parseFrom(RuledTier.message(asked))
                            .getDocumentsList())
                    .containsExactly(NAME);
            turn = call.answered(List.of(found(stored)), GuardedCall.STATUS_OK);
        }

        switch (turn) {
            case GuardedCall.Turn.Ask ask -> {
                assertThat(ask.call().method().rpcName()).isEqualTo(method);
                assertThat(type.getParserForType().parseFrom(RuledTier.message(ask.call())))
                        .isEqualTo(message(type, becomes));
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
