package io.firegate.firestore.fields;

import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.Value;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mask under which a write leaves alone what its writer may not see or change. Where nothing is stored that must stay, a path
 * stands whole, so that no empty map is left; else its open fields stand for it, the client's and the stored ones that must go.
 *
 * <p>For one write that names nothing hidden and one stored document.
 */
final class Rewriting {
    private final ClientWrite write;
    private final VisibleFields visible;
    private final FieldTree changeable;
    private final Map<String, Value> written;
    private @Nullable NamedField refused;

    Rewriting(ClientWrite write, VisibleFields visible, FieldTree changeable) {
        this.write = write;
        this.visible = visible;
        this.changeable = changeable;
        this.written = write.document().getFieldsMap();
    }

    FieldVerdict verdict(Map<String, Value> stored) {
        List<FieldPath> paths = new ArrayList<>();
        DistinctPaths asked = new DistinctPaths();
        DocumentMask mask = write.mask();
        if (mask == null) {
            below(List.of(), visible.tree(), changeable, written, stored, paths);
        } else {
            for (int i = 0; i < mask.getFieldPathsCount(); i++) {
                FieldPath path = FieldPath.parse(mask.getFieldPaths(i)).orElse(null);
                if (path == null) {
                    refuse(new NamedField(ClientWrite.maskPlace(i), mask.getFieldPaths(i)));
                } else if (asked.add(path)) {
                    masked(i, path, stored, paths);
                }
            }
        }
        if (refused != null) {
            return new FieldVerdict.Refused(FieldVerdict.Cause.READONLY, refused);
        }
        boolean asItStands = mask == null ? !keeps(stored, visible.tree(), changeable) : paths.equals(asked.list());
        if (asItStands) {
            return FieldVerdict.AsItStands.INSTANCE;
        }
        DistinctPaths distinct = new DistinctPaths();
        paths.forEach(distinct::add);
        return new FieldVerdict.Masked(distinct.list());
    }

    /** A path of the client's own mask. */
    private void masked(int index, FieldPath path, Map<String, Value> stored, List<FieldPath> paths) {
        FieldTree open = visible.shows(path) ? FieldTree.ALL : visible.tree().at(path);
        FieldTree free = changeable.at(path);
        Value value = FieldValue.at(written, path);
        Value old = FieldValue.at(stored, path);
        if (free.isNothing()) {
            if (!same(value, old, open)) {
                refuse(new NamedField(ClientWrite.maskPlace(index), path.toString()));
            }
        } else if (open.isAll() && free.isAll()) {
            paths.add(path);
        } else {
            at(path.segments(), open, free, value, old, paths);
        }
    }

    private void below(
            List<String> above,
            FieldTree open,
            FieldTree free,
            Map<String, Value> values,
            Map<String, Value> olds,
            List<FieldPath> paths) {
        Set<String> keys = new LinkedHashSet<>(values.keySet());
        keys.addAll(olds.keySet());
        for (String key : keys) {
            List<String> path = new ArrayList<>(above);
            path.add(key);
            at(path, open.below(key), free.below(key), values.get(key), olds.get(key), paths);
        }
    }

    private void at(
            List<String> path,
            FieldTree open,
            FieldTree free,
            @Nullable Value value,
            @Nullable Value old,
            List<FieldPath> paths) {
        if (open.isNothing()) {
            return;
        }
        if (free.isNothing()) {
            if (value != null && !same(value, old, open)) {
                refuse(write.named(new FieldPath(path)));
            }
            return;
        }
        if (value == null && old == null) {
            return;
        }
        boolean keeps = old != null && keeps(old, open, free);
        Map<String, Value> values = value == null ? Map.of() : PlainMap.of(value);
        Map<String, Value> olds = PlainMap.of(old);
        List<FieldPath> inner = new ArrayList<>();
        if (values != null && !(open.isAll() && free.isAll())) {
            below(path, open, free, values, olds == null ? Map.of() : olds, inner);
        } else if (keeps) {
            // A value without fields in place of something that must stay. Above what is hidden it has been refused
            // before.
            refuse(write.named(new FieldPath(path)));
        }
        if (keeps) {
            paths.addAll(inner);
        } else {
            paths.add(new FieldPath(path));
        }
    }

    /** Whether a stored value is, or holds, something that must stay as it is. */
    private static boolean keeps(Value old, FieldTree open, FieldTree free) {
        if (open.isNothing() || free.isNothing()) {
            return true;
        }
        if (open.isAll() && free.isAll()) {
            return false;
        }
        Map<String, Value> fields = PlainMap.of(old);
        return fields == null ? !open.isAll() : keeps(fields, open, free);
    }

    private static boolean keeps(Map<String, Value> fields, FieldTree open, FieldTree free) {
        for (Map.Entry<String, Value> field : fields.entrySet()) {
            if (keeps(field.getValue(), open.below(field.getKey()), free.below(field.getKey()))) {
                return true;
            }
        }
        return false;
    }

    /** Whether what the client sees of two values is the same. */
    private static boolean same(@Nullable Value value, @Nullable Value old, FieldTree open) {
        return SameValue.same(
                value == null ? null : VisibleFields.redact(value, open),
                old == null ? null : VisibleFields.redact(old, open));
    }

    private void refuse(NamedField field) {
        if (refused == null) {
            refused = field;
        }
    }
}
