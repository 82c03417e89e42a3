package io.firegate.firestore.fields;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.TailWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One document with nothing in it but what is open, made of its bytes: what stays is copied, and only what is above something that goes is
 * written anew. Fields come in the order of their names, because the order they came in may depend on names that are hidden.
 */
final class Cutting {
    /** The fields of the type of a map's entries. */
    private static final int KEY = 1;

    private static final int VALUE = 2;

    private final DocumentBytes document;
    private final byte[] data;
    private final TailWriter out;

    private Cutting(DocumentBytes document, TailWriter out) {
        this.document = document;
        this.data = document.data();
        this.out = out;
    }

    /**
     * A field of a map that is open, wholly or in part.
     *
     * @param tagAt index of its first byte
     * @param end index after the last
     * @param key index of the first byte of its name
     * @param keyEnd index after the last
     * @param head of its name
     * @param open what of its value
     */
    private record Entry(int tagAt, int end, int key, int keyEnd, long head, FieldTree open) {}

    /** Writes what is open of a document. */
    static void write(DocumentBytes document, FieldTree open, TailWriter out) {
        Cutting cutting = new Cutting(document, out);
        List<Field> before = new ArrayList<>(1);
        List<Field> behind = new ArrayList<>(2);
        List<Entry> entries = new ArrayList<>();
        FieldCursor fields = document.fields();
        while (fields.next()) {
            if (fields.number() == Document.FIELDS_FIELD_NUMBER) {
                cutting.add(fields, open, entries);
            } else {
                (fields.number() < Document.FIELDS_FIELD_NUMBER ? before : behind).add(fields.field());
            }
        }
        cutting.copy(behind);
        cutting.map(entries, Document.FIELDS_FIELD_NUMBER);
        cutting.copy(before);
    }

    private void copy(List<Field> fields) {
        for (int i = fields.size() - 1; i >= 0; i--) {
            out.copy(data, fields.get(i).tagAt(), fields.get(i).end());
        }
    }

    /** Adds the field of a map the cursor stands on, unless nothing of it is open. */
    private void add(FieldCursor fields, FieldTree open, List<Entry> entries) {
        FieldCursor entry = fields.fields();
        entry.next();
        int key = entry.start();
        int keyEnd = entry.end();
        long head = FieldName.head(data, key, keyEnd);
        FieldTree below = open.below(data, key, keyEnd, head);
        if (!below.isNothing()) {
            entries.add(new Entry(fields.tagAt(), fields.end(), key, keyEnd, head, below));
        }
    }

    private void map(List<Entry> entries, int number) {
        entries.sort((one, other) ->
                FieldName.compare(one.head, data, one.key, one.keyEnd, other.head, data, other.key, other.keyEnd));
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.open.isAll()) {
                out.copy(data, entry.tagAt, entry.end);
            } else {
                int written = out.length();
                value(document.fields(entry.keyEnd, entry.end), entry.open);
                if (out.length() > written) {
                    out.delimit(VALUE, written);
                    int withValue = out.length();
                    out.copy(data, entry.key, entry.keyEnd);
                    out.delimit(KEY, withValue);
                    out.delimit(number, written);
                }
            }
        }
    }

    /**
     * Writes a value of which a part is open, or nothing.
     *
     * @param behindKey what stands in an entry behind its key
     */
    private void value(FieldCursor behindKey, FieldTree open) {
        behindKey.next();
        FieldCursor value = behindKey.fields();
        // A value has one field at most.
        if (!value.next() || value.number() != Value.MAP_VALUE_FIELD_NUMBER) {
            return;
        }
        List<Entry> entries = new ArrayList<>();
        FieldCursor fields = value.fields();
        while (fields.next()) {
            FieldCursor key = fields.fields();
            key.next();
            if (PlainMap.isReserved(data, key.start(), key.end())) {
                return;
            }
            add(fields, open, entries);
        }
        int written = out.length();
        map(entries, MapValue.FIELDS_FIELD_NUMBER);
        if (out.length() > written) {
            out.delimit(Value.MAP_VALUE_FIELD_NUMBER, written);
        }
    }
}
