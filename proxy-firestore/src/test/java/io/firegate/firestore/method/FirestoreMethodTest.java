package io.firegate.firestore.method;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.FirestoreProto;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.firegate.firestore.method.FirestoreMethod.Shape;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FirestoreMethodTest {
    private static final ServiceDescriptor SERVICE =
            FirestoreProto.getDescriptor().findServiceByName("Firestore");

    @Test
    void theTableIsTheServiceNoMoreAndNoLess() {
        assertThat(Arrays.stream(FirestoreMethod.values())
                        .collect(Collectors.toMap(FirestoreMethod::rpcName, FirestoreMethod::shape)))
                .isEqualTo(SERVICE.getMethods().stream()
                        .collect(Collectors.toMap(MethodDescriptor::getName, FirestoreMethodTest::shape)));
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsPathAndNoOther(FirestoreMethod method) {
        assertThat(method.path()).isEqualTo("/" + SERVICE.getFullName() + "/" + method.rpcName());
        assertThat(FirestoreMethod.byPath(method.path())).isSameAs(method);
        assertThat(FirestoreMethod.byPath(method.path().substring(1))).isNull();
        assertThat(FirestoreMethod.byPath(method.path() + "/")).isNull();
        assertThat(FirestoreMethod.byPath("/google.firestore.v1beta1.Firestore/" + method.rpcName()))
                .isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalIsOneSentenceWithoutAFullStop(FirestoreMethod method) {
        String refusal = method.refusal();
        assertThat(refusal == null || (!refusal.isBlank() && !refusal.endsWith(".")))
                .isTrue();
    }

    private static Shape shape(MethodDescriptor method) {
        if (method.isClientStreaming()) {
            return Shape.BIDIRECTIONAL;
        }
        return method.isServerStreaming() ? Shape.SERVER_STREAM : Shape.UNARY;
    }
}
