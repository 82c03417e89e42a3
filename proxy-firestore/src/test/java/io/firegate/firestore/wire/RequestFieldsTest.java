package io.firegate.firestore.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.firegate.firestore.method.FirestoreMethod;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A field nobody classified, and a line nobody needs, turn the build red. */
class RequestFieldsTest {
    @Test
    void everyFieldOfEveryGovernedRequestIsClassifiedAndNoOther() {
        Set<String> fields = new LinkedHashSet<>();
        for (FirestoreMethod method : FirestoreMethod.values()) {
            if (method.refusal() == null) {
                collect(RequestFields.message(method.rpcName() + "Request"), new LinkedHashSet<>(), fields);
            }
        }

        assertThat(RequestFields.touches().keySet()).containsExactlyInAnyOrderElementsOf(fields);
    }

    @Test
    void theUnpublishedVerifyIsAMemberOfTheOperation() {
        Descriptor write =
                RequestFields.message("CommitRequest").findFieldByName("writes").getMessageType();
        FieldDescriptor verify = write.findFieldByNumber(5);

        assertThat(verify.getName()).isEqualTo("verify");
        assertThat(verify.getContainingOneof().getFields().stream().map(FieldDescriptor::getName))
                .containsExactlyInAnyOrder("update", "delete", "verify", "transform");
    }

    private static void collect(Descriptor message, Set<String> seen, Set<String> fields) {
        if (!seen.add(message.getFullName())) {
            return;
        }
        for (FieldDescriptor field : message.getFields()) {
            Touch touch = RequestFields.touch(field);
            if (!message.getOptions().getMapEntry()) {
                fields.add(field.getFullName());
            }
            // Nothing below a refused message is ever read.
            boolean read = touch != Touch.REFUSED;
            if (read && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                collect(field.getMessageType(), seen, fields);
            }
        }
    }
}
