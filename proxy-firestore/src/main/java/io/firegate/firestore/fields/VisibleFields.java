package io.firegate.firestore.fields;

import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.wire.TailWriter;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a document that exist for a caller. What is hidden does not: a value above a hidden field that is no map cannot be
 * divided and is hidden whole, and a map of which nothing is left is not there, whether something was taken out of it or not.
 */
public final class VisibleFields {
    /** Every field. */
    public static final VisibleFields ALL = new VisibleFields(FieldTree.ALL);

    /** No field. */
    public static final VisibleFields NONE = new VisibleFields(FieldTree.NOTHING);

    private static final FieldPath NAME = FieldPath.of("__name__");

    private final FieldTree tree;

    private VisibleFields(FieldTree tree) {
        this.tree = tree;
    }

    /** Those a mask leaves. */
    public static VisibleFields of(FieldMask mask) {
        return switch (mask) {
            case FieldMask.AllFields.INSTANCE -> ALL;
            case FieldMask.Hidden hidden -> new VisibleFields(FieldTree.allBut(hidden.paths()));
            case FieldMask.Shown shown -> new VisibleFields(FieldTree.only(shown.paths()));
        };
    }

    /** These paths and what is below them. */
    public static VisibleFields only(List<FieldPath> paths) {
        return new VisibleFields(FieldTree.only(paths));
    }

    /** Whether nothing is hidden. */
    public boolean all() {
        return tree.isAll();
    }

    /** Whether everything at and below a path is visible. {@code __name__} always is: it is the name, not a field. */
    public boolean shows(FieldPath path) {
        return path.equals(NAME) || tree.at(path).isAll();
    }

    /** Whether a path equals, contains or lies under one that is hidden. */
    public boolean touches(FieldPath path) {
        return !shows(path);
    }

    /** Whether nothing at and below a path is visible. */
    public boolean hides(FieldPath path) {
        return !path.equals(NAME) && tree.at(path).isNothing();
    }

    FieldTree tree() {
        return tree;
    }

    /** What is visible in both. */
    public VisibleFields and(VisibleFields other) {
        return all() ? other : other.all() ? this : new VisibleFields(tree.and(other.tree));
    }

    /** What a caller sees of a document, as bytes. Its name and its times are no fields and stay. */
    public byte[] redact(DocumentBytes document) {
        if (all()) {
            return document.copy();
        }
        TailWriter seen = new TailWriter(document.end() - document.start());
        write(document, seen);
        return seen.bytes();
    }

    /** Writes what a caller sees of a document: not more bytes than it has. */
    public void write(DocumentBytes document, TailWriter out) {
        if (all()) {
            out.copy(document.data(), document.start(), document.end());
        } else {
            Cutting.write(document, tree, out);
        }
    }

    /** What is open of a map: in the order of its keys, because the order it came in may depend on keys that are hidden. */
    private static Map<String, Value> redact(Map<String, Value> fields, FieldTree open) {
        Map<String, Value> seen = new TreeMap<>();
        fields.forEach((key, value) -> {
            Value left = redact(value, open.below(key));
            if (left != null) {
                seen.put(key, left);
            }
        });
        return seen;
    }

    /** What is open of a value; null when nothing is. */
    static @Nullable Value redact(Value value, FieldTree open) {
        if (open.isAll()) {
            return value;
        }
        Map<String, Value> fields = open.isNothing() ? null : PlainMap.of(value);
        Map<String, Value> seen = fields == null ? Map.of() : redact(fields, open);
        return seen.isEmpty()
                ? null
                : Value.newBuilder()
                        .setMapValue(MapValue.newBuilder().putAllFields(seen))
                        .build();
    }
}
