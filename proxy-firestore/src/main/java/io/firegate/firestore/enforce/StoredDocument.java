package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import io.firegate.firestore.guard.StoredValues;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A document as conditions see it. */
final class StoredDocument implements DocumentView {
    private final Document document;

    private StoredDocument(Document document) {
        this.document = document;
    }

    static StoredDocument of(Document document) {
        return new StoredDocument(document);
    }

    @Override
    public @Nullable PolicyValue value(FieldPath path) {
        Map<String, Value> fields = document.getFieldsMap();
        int last = path.segments().size() - 1;
        for (int i = 0; ; i++) {
            Value value = fields.get(path.segments().get(i));
            if (value == null) {
                return null;
            }
            if (i == last) {
                return StoredValues.of(value);
            }
            if (!value.hasMapValue()) {
                return null;
            }
            fields = value.getMapValue().getFieldsMap();
        }
    }

    @Override
    public String id() {
        return document.getName().substring(document.getName().lastIndexOf('/') + 1);
    }
}
