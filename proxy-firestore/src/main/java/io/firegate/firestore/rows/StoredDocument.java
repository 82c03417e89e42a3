package io.firegate.firestore.rows;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A document Firestore answered, as a condition sees it. Reads a value when it is asked for. */
public final class StoredDocument implements DocumentView {
    private final Document document;

    public StoredDocument(Document document) {
        this.document = document;
    }

    @Override
    public @Nullable PolicyValue value(FieldPath path) {
        Map<String, Value> fields = document.getFieldsMap();
        List<String> segments = path.segments();
        for (int i = 0; i < segments.size() - 1; i++) {
            MapValue map = fields.getOrDefault(segments.get(i), Value.getDefaultInstance())
                    .getMapValue();
            if (StoredValue.isVector(map)) {
                return null;
            }
            fields = map.getFieldsMap();
        }
        Value value = fields.get(segments.get(segments.size() - 1));
        return value == null ? null : StoredValue.read(value);
    }

    @Override
    public String id() {
        return document.getName().substring(document.getName().lastIndexOf('/') + 1);
    }
}
