package io.firegate.benchmarks;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.Value;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.condition.RowPredicate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers made fit by protobuf's parser and builders, as firegate did before it cut their bytes: what that is compared with. */
final class ParsedAnswers {
    private static final Parser<Document> DOCUMENT = DiscardUnknownFieldsParser.wrap(Document.parser());
    private static final Parser<RunQueryResponse> QUERY = DiscardUnknownFieldsParser.wrap(RunQueryResponse.parser());

    private ParsedAnswers() {}

    /** An answer of a query without hidden fields, each given as its segments. */
    static byte[] query(byte[] message, List<List<String>> hidden) throws InvalidProtocolBufferException {
        RunQueryResponse answer = QUERY.parseFrom(message);
        return answer.toBuilder()
                .setDocument(without(answer.getDocument(), hidden))
                .build()
                .toByteArray();
    }

    /** A document without hidden fields when a condition permits it; null when not. */
    static byte @Nullable [] get(byte[] message, RowPredicate condition, List<List<String>> hidden)
            throws InvalidProtocolBufferException {
        Document document = DOCUMENT.parseFrom(message);
        return condition.permits(new StoredDocument(document))
                ? without(document, hidden).toByteArray()
                : null;
    }

    private static Document without(Document document, List<List<String>> hidden) {
        return Document.newBuilder()
                .setName(document.getName())
                .putAllFields(without(document.getFieldsMap(), hidden, 0))
                .setCreateTime(document.getCreateTime())
                .setUpdateTime(document.getUpdateTime())
                .build();
    }

    private static Map<String, Value> without(Map<String, Value> fields, List<List<String>> hidden, int depth) {
        Map<String, Value> seen = new TreeMap<>(fields);
        for (List<String> path : hidden) {
            String key = path.get(depth);
            Value value = seen.remove(key);
            if (value != null && path.size() > depth + 1) {
                Map<String, Value> inner = without(value.getMapValue().getFieldsMap(), List.of(path), depth + 1);
                if (!inner.isEmpty()) {
                    seen.put(
                            key,
                            Value.newBuilder()
                                    .setMapValue(MapValue.newBuilder().putAllFields(inner))
                                    .build());
                }
            }
        }
        return seen;
    }
}
