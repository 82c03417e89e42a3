package io.firegate.firestore.fields;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.protobuf.NullValue;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.FieldPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Documents out of plain lists, maps and scalars, and case files beside the tests. */
public final class TestDocuments {
    private TestDocuments() {}

    /** A document that holds these fields. */
    public static Document document(Map<?, ?> fields) {
        return Document.newBuilder().putAllFields(fields(fields)).build();
    }

    private static Map<String, Value> fields(Map<?, ?> fields) {
        Map<String, Value> values = new LinkedHashMap<>();
        fields.forEach((key, value) -> values.put((String) key, value(value)));
        return values;
    }

    /** The value of a list, a map or a scalar. */
    public static Value value(@Nullable Object plain) {
        Value.Builder value = Value.newBuilder();
        return switch (plain) {
            case null -> value.setNullValue(NullValue.NULL_VALUE).build();
            case Boolean bool -> value.setBooleanValue(bool).build();
            case Integer number -> value.setIntegerValue(number).build();
            case Long number -> value.setIntegerValue(number).build();
            case Double number -> value.setDoubleValue(number).build();
            case String text -> value.setStringValue(text).build();
            case List<?> list ->
                value.setArrayValue(ArrayValue.newBuilder()
                                .addAllValues(
                                        list.stream().map(TestDocuments::value).toList()))
                        .build();
            case Map<?, ?> map ->
                value.setMapValue(MapValue.newBuilder().putAllFields(fields(map)))
                        .build();
            default -> throw new IllegalArgumentException("no value of a document: " + plain.getClass());
        };
    }

    static FieldMask hide(List<String> paths) {
        return new FieldMask.Hidden(paths(paths));
    }

    static FieldMask show(List<String> paths) {
        return new FieldMask.Shown(paths(paths));
    }

    static List<FieldPath> paths(List<String> paths) {
        return paths.stream().map(path -> FieldPath.parse(path).orElseThrow()).toList();
    }

    static String resource(String name) {
        try (InputStream stream = TestDocuments.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("no case file " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
