package io.firegate.firestore.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.Value;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever two decoders could read differently in an answer is written anew before anything is cut out of it. */
class AnswerSchemaTest {
    private static final Map<String, Message> TYPES = Map.of(
            "Document", Document.getDefaultInstance(),
            "RunQuery", RunQueryResponse.getDefaultInstance(),
            "BatchGet", BatchGetDocumentsResponse.getDefaultInstance(),
            "List", ListDocumentsResponse.getDefaultInstance(),
            "Listen", ListenResponse.getDefaultInstance());

    /** One line of {@code answer-cases.txt}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Case(Message type, byte[] bytes, String how, String why) {
        @Override
        public String toString() {
            return why;
        }
    }

    static List<Case> cases() throws IOException {
        return CaseFile.rows("answer-cases.txt").stream()
                .map(columns -> new Case(
                        Objects.requireNonNull(TYPES.get(columns.get(0)), columns.get(0)),
                        HexFormat.of().parseHex(columns.get(1).replace(" ", "")),
                        columns.get(2),
                        columns.get(3)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatReadsDifferentlyIsWrittenAnew(Case given) throws InvalidProtocolBufferException {
        AnswerSchema schema = new AnswerSchema(given.type());
        MessageWalk read = schema.read(given.bytes());
        String how = read == null ? "none" : Arrays.equals(read.data(), given.bytes()) ? "as it is" : "anew";

        assertThat(how).isEqualTo(given.how());
        assertThat(schema.readAsItIs(given.bytes()) != null).isEqualTo(how.equals("as it is"));
        if (read != null) {
            assertThat(given.type().getParserForType().parseFrom(read.data()))
                    .isEqualTo(DiscardUnknownFieldsParser.wrap(given.type().getParserForType())
                            .parseFrom(given.bytes()));
        }
    }

    @Test
    void nestingIsReadAsDeepAsProtobufReads() {
        AnswerSchema schema = new AnswerSchema(Document.getDefaultInstance());
        Value inside = Value.newBuilder().setBooleanValue(true).build();
        for (int maps = 1; maps < 40; maps++) {
            inside = Value.newBuilder()
                    .setMapValue(MapValue.newBuilder().putFields("a", inside))
                    .build();
            byte[] bytes = Document.newBuilder().putFields("a", inside).build().toByteArray();
            boolean parses = parses(bytes);
            assertThat(schema.readAsItIs(bytes) != null).as("%s maps", maps).isEqualTo(parses);
            assertThat(schema.read(bytes) != null).as("%s maps", maps).isEqualTo(parses);
        }
    }

    private static boolean parses(byte[] document) {
        try {
            return Document.parseFrom(document).isInitialized();
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }
}
