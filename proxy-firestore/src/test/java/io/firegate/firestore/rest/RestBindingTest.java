package io.firegate.firestore.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.firestore.v1.FirestoreProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A binding Google adds, and one firegate invents, turn the build red. */
class RestBindingTest {
    @Test
    void everyAnnotationIsInTheTableAndNoOther() throws InvalidProtocolBufferException {
        ExtensionRegistry registry = ExtensionRegistry.newInstance();
        AnnotationsProto.registerAllExtensions(registry);
        List<String> annotated = new ArrayList<>();
        for (MethodDescriptor method :
                FirestoreProto.getDescriptor().findServiceByName("Firestore").getMethods()) {
            HttpRule rule = MethodOptions.parseFrom(method.getOptions().toByteString(), registry)
                    .getExtension(AnnotationsProto.http);
            assertThat(rule).as("every RPC has a binding").isNotEqualTo(HttpRule.getDefaultInstance());
            annotated.add(describe(method, rule));
            rule.getAdditionalBindingsList().forEach(more -> annotated.add(describe(method, more)));
        }

        assertThat(Stream.of(RestBinding.values()).map(RestBindingTest::describe))
                .hasSize(22)
                .containsExactlyInAnyOrderElementsOf(annotated);
    }

    private static String describe(MethodDescriptor method, HttpRule rule) {
        String pattern = switch (rule.getPatternCase()) {
            case GET -> "GET " + rule.getGet();
            case POST -> "POST " + rule.getPost();
            case PATCH -> "PATCH " + rule.getPatch();
            case DELETE -> "DELETE " + rule.getDelete();
            case PUT, CUSTOM, PATTERN_NOT_SET -> "unheard of";
        };
        return method.getName() + " " + pattern + " " + rule.getBody();
    }

    private static String describe(RestBinding binding) {
        return binding.method().rpcName() + " " + binding.httpMethod() + " " + binding.template() + " "
                + binding.body().annotation();
    }
}
