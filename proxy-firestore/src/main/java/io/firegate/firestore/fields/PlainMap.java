package io.firegate.firestore.fields;

import com.google.firestore.v1.Value;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map whose keys are fields of the document. Clients write vectors and the types of BSON as maps with a reserved key
 * ({@code __type__}, {@code __oid__} and others); Firestore stores no other map with such a key, and each is one scalar.
 */
final class PlainMap {
    private static final String RESERVED = "__";

    private PlainMap() {}

    /** The fields of a value; null when it has none that a path could name. */
    static @Nullable Map<String, Value> of(@Nullable Value value) {
        if (value == null || !value.hasMapValue()) {
            return null;
        }
        Map<String, Value> fields = value.getMapValue().getFieldsMap();
        for (String key : fields.keySet()) {
            if (isReserved(key)) {
                return null;
            }
        }
        return fields;
    }

    /**
     * Whether a key in the bytes of a message is one of those.
     *
     * @param from index of its first byte
     * @param to index after the last
     */
    static boolean isReserved(byte[] data, int from, int to) {
        return to - from >= 2 * RESERVED.length()
                && data[from] == '_'
                && data[from + 1] == '_'
                && data[to - 2] == '_'
                && data[to - 1] == '_';
    }

    private static boolean isReserved(String key) {
        return key.length() >= 2 * RESERVED.length() && key.startsWith(RESERVED) && key.endsWith(RESERVED);
    }
}
