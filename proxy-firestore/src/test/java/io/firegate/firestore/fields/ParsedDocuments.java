package io.firegate.firestore.fields;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.policy.condition.FieldPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is left of a document without hidden fields, worked out by protobuf's own parser and path by path: what the bytes are held against. */
final class ParsedDocuments {
    private ParsedDocuments() {}

    /** The document as protobuf reads it, without what it does not know; null when it is none. */
    static @Nullable Document parsed(byte[] bytes) {
        try {
            return DiscardUnknownFieldsParser.wrap(Document.parser()).parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    static Document without(Document document, List<FieldPath> hidden) {
        return document.toBuilder()
                .clearFields()
                .putAllFields(without(document.getFieldsMap(), hidden, 0))
                .build();
    }

    /** @param hidden those that lie at or below this map, which is so many segments deep */
    private static Map<String, Value> without(Map<String, Value> fields, List<FieldPath> hidden, int depth) {
        Map<String, Value> left = new HashMap<>();
        fields.forEach((key, value) -> {
            List<FieldPath> here = at(hidden, key, depth);
            Map<String, Value> map = PlainMap.of(value);
            if (here.isEmpty()) {
                left.put(key, value);
            } else if (here.stream().noneMatch(path -> path.segments().size() == depth + 1) && map != null) {
                put(left, key, without(map, here, depth + 1));
            }
        });
        return left;
    }

    static Document only(Document document, List<FieldPath> shown) {
        return document.toBuilder()
                .clearFields()
                .putAllFields(only(document.getFieldsMap(), shown, 0))
                .build();
    }

    private static Map<String, Value> only(Map<String, Value> fields, List<FieldPath> shown, int depth) {
        Map<String, Value> left = new HashMap<>();
        fields.forEach((key, value) -> {
            List<FieldPath> here = at(shown, key, depth);
            Map<String, Value> map = PlainMap.of(value);
            if (here.stream().anyMatch(path -> path.segments().size() == depth + 1)) {
                left.put(key, value);
            } else if (!here.isEmpty() && map != null) {
                put(left, key, only(map, here, depth + 1));
            }
        });
        return left;
    }

    private static List<FieldPath> at(List<FieldPath> paths, String key, int depth) {
        return paths.stream()
                .filter(path -> path.segments().get(depth).equals(key))
                .toList();
    }

    private static void put(Map<String, Value> left, String key, Map<String, Value> map) {
        if (!map.isEmpty()) {
            left.put(
                    key,
                    Value.newBuilder()
                            .setMapValue(MapValue.newBuilder().putAllFields(map))
                            .build());
        }
    }
}
