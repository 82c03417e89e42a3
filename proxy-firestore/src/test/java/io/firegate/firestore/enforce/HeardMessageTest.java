package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentChange;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeardMessageTest {
    private static final VisibleFields NAME_ONLY = VisibleFields.only(List.of(FieldPath.of("name")));

    private static final Document STORED = Document.newBuilder()
            .setName("projects/p/databases/(default)/documents/rows/a")
            .putFields("name", Value.newBuilder().setStringValue("Ada").build())
            .putFields("secret", Value.newBuilder().setIntegerValue(1).build())
            .build();

    private static final UnknownFieldSet UNKNOWN = UnknownFieldSet.newBuilder()
            .addField(100, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    private static DocumentChange heard(Document document, VisibleFields visible)
            throws InvalidProtocolBufferException {
        HeardMessage message = HeardMessage.of(ListenResponse.newBuilder()
                .setDocumentChange(
                        DocumentChange.newBuilder().setDocument(document).addTargetIds(1))
                .build()
                .toByteArray());
        return ListenResponse.parseFrom(message.shown(Objects.requireNonNull(message.document()), visible, List.of(7)))
                .getDocumentChange();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsHiddenIsCutOutWhateverElseADocumentHolds(boolean unknown) throws InvalidProtocolBufferException {
        Document document =
                unknown ? STORED.toBuilder().setUnknownFields(UNKNOWN).build() : STORED;

        DocumentChange heard = heard(document, NAME_ONLY);

        assertThat(heard.getDocument())
                .isEqualTo(STORED.toBuilder().removeFields("secret").build());
        assertThat(heard.getTargetIdsList()).containsExactly(7);
    }

    @Test
    void whoSeesEverythingHearsItAsItCame() throws InvalidProtocolBufferException {
        Document document = STORED.toBuilder().setUnknownFields(UNKNOWN).build();
        assertThat(heard(document, VisibleFields.ALL).getDocument()).isEqualTo(document);
    }
}
