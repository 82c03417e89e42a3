package io.firegate.firestore.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.fields.TestDocuments;
import io.firegate.policy.check.Image;
import io.firegate.policy.condition.FieldPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What writes leave of a document: the cases of {@code simulations.yaml}, which need no emulator. */
class SimulationCasesTest {
    private static final String NAME = "projects/p/databases/(default)/documents/a/b";
    private static final Timestamp CREATED =
            Timestamp.newBuilder().setSeconds(50).build();
    private static final Timestamp CHANGED =
            Timestamp.newBuilder().setSeconds(100).build();

    @TestFactory
    Stream<DynamicTest> simulations() throws IOException {
        try (InputStream in = SimulationCasesTest.class.getResourceAsStream("simulations.yaml")) {
            List<?> cases =
                    (List<?>) new Load(LoadSettings.builder().build()).loadFromInputStream(Objects.requireNonNull(in));
            return cases.stream()
                    .map(each -> (Map<?, ?>) each)
                    .map(each -> DynamicTest.dynamicTest(String.valueOf(each.get("what")), () -> check(each)));
        }
    }

    private static void check(Map<?, ?> each) {
        SimulatedDocument document = each.get("stored") instanceof Map<?, ?> fields
                ? SimulatedDocument.stored(document(fields).toBuilder()
                        .setCreateTime(CREATED)
                        .setUpdateTime(CHANGED)
                        .build())
                : SimulatedDocument.missing(NAME);
        boolean stored = document.exists();
        assertThat(document.isTouched()).isFalse();

        boolean applied = list(each, "writes").stream().allMatch(write -> document.apply(write((Map<?, ?>) write)));

        assertThat(applied).as("carried out").isEqualTo(!each.containsKey("refused"));
        assertThat(document.isTouched()).isTrue();
        assertThat(document.isStored()).isEqualTo(stored);
        assertThat(document.id()).isEqualTo("b");
        if (stored) {
            assertThat(document.createTime()).isEqualTo(CREATED);
            assertThat(document.updateTime()).isEqualTo(CHANGED);
        }
        if (!applied) {
            return;
        }
        Object leaves = each.get("leaves");
        assertThat(document.exists()).isEqualTo(leaves != null);
        assertThat(document.document()).isEqualTo(document(leaves instanceof Map<?, ?> fields ? fields : Map.of()));
        for (Object path : list(each, "clocked")) {
            assertThat(document.isClocked(path(path)))
                    .as("%s is the time", path)
                    .isTrue();
        }
        for (Object path : list(each, "plain")) {
            assertThat(document.isClocked(path(path))).as("%s is no time", path).isFalse();
        }
        for (Map.Entry<?, ?> at : map(each, "at").entrySet()) {
            Value expected = at.getValue() == null ? null : value(at.getValue());
            assertThat(document.stored(path(at.getKey())))
                    .as("at %s", at.getKey())
                    .isEqualTo(expected);
            assertThat(document.value(path(at.getKey())) == null).isEqualTo(expected == null);
        }
        Image image = Objects.requireNonNull(document.image());
        assertThat(image.id()).isEqualTo("b");
        assertThat(image.fields().entries().keySet())
                .isEqualTo(document.document().getFieldsMap().keySet());
    }

    private static List<?> list(Map<?, ?> each, String key) {
        return each.get(key) instanceof List<?> list ? list : List.of();
    }

    private static Map<?, ?> map(Map<?, ?> each, String key) {
        return each.get(key) instanceof Map<?, ?> map ? map : Map.of();
    }

    private static Document document(Map<?, ?> fields) {
        return Document.newBuilder()
                .setName(NAME)
                .putAllFields(value(fields).getMapValue().getFieldsMap())
                .build();
    }

    private static FieldPath path(Object text) {
        return FieldPath.parse(String.valueOf(text)).orElseThrow();
    }

    private static Write write(Map<?, ?> write) {
        Write.Builder built = Write.newBuilder();
        if (write.containsKey("delete")) {
            return built.setDelete(NAME).build();
        }
        if (write.get("transform") instanceof List<?> transforms) {
            built.getTransformBuilder()
                    .setDocument(NAME)
                    .addAllFieldTransforms(transforms.stream()
                            .map(each -> transform((List<?>) each))
                            .toList());
            return built.build();
        }
        built.setUpdate(document(map(write, "set")));
        if (write.containsKey("mask")) {
            built.getUpdateMaskBuilder()
                    .addAllFieldPaths(
                            list(write, "mask").stream().map(String::valueOf).toList());
        }
        list(write, "then").forEach(each -> built.addUpdateTransforms(transform((List<?>) each)));
        return built.build();
    }

    private static FieldTransform transform(List<?> words) {
        FieldTransform.Builder transform = FieldTransform.newBuilder().setFieldPath(String.valueOf(words.get(1)));
        return switch (String.valueOf(words.get(0))) {
            case "clock" ->
                transform
                        .setSetToServerValue(FieldTransform.ServerValue.REQUEST_TIME)
                        .build();
            case "increment" -> transform.setIncrement(value(words.get(2))).build();
            case "maximum" -> transform.setMaximum(value(words.get(2))).build();
            case "minimum" -> transform.setMinimum(value(words.get(2))).build();
            case "append" ->
                transform.setAppendMissingElements(array(words.get(2))).build();
            case "remove" ->
                transform.setRemoveAllFromArray(array(words.get(2))).build();
            case "nothing" -> transform.build();
            default -> throw new IllegalArgumentException(words.toString());
        };
    }

    private static ArrayValue array(@Nullable Object elements) {
        return value(elements).getArrayValue();
    }

    /** A plain value; {@code (none)} is no value at all, {@code (time)} what stands where the time of the write will be. */
    private static Value value(@Nullable Object plain) {
        return switch (plain) {
            case String text when text.equals("(none)") -> Value.getDefaultInstance();
            case String text
            when text.equals("(time)") ->
                Value.newBuilder()
                        .setTimestampValue(Timestamp.getDefaultInstance())
                        .build();
            case List<?> list -> {
                Value.Builder array = Value.newBuilder();
                array.getArrayValueBuilder()
                        .addAllValues(
                                list.stream().map(SimulationCasesTest::value).toList());
                yield array.build();
            }
            case Map<?, ?> map -> {
                Value.Builder fields = Value.newBuilder();
                fields.getMapValueBuilder();
                map.forEach((key, each) -> fields.getMapValueBuilder().putFields(String.valueOf(key), value(each)));
                yield fields.build();
            }
            case null, default -> TestDocuments.value(plain);
        };
    }
}
