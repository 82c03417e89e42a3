package io.firegate.firestore.fields;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.Value;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What writers may do to the fields of a document. Naming a hidden field is refused; what replaces something above one, or the whole
 * document, is given a mask that leaves the hidden part as it is stored. So it is with a field an update must not change, but that
 * one may be named with the value it has.
 */
public final class FieldWrites {
    private final VisibleFields visible;
    /** The fields a hidden mask shows, when it lists what it shows; else null. */
    private final @Nullable List<FieldPath> shown;

    private final FieldTree changeable;

    private FieldWrites(VisibleFields visible, @Nullable List<FieldPath> shown, FieldTree changeable) {
        this.visible = visible;
        this.shown = shown;
        this.changeable = changeable;
    }

    /** What a rule with this mask and this guard lets its writers do. */
    public static FieldWrites of(FieldMask mask, WriteGuard guard) {
        FieldTree changeable = switch (guard) {
            case WriteGuard.NoGuard.INSTANCE -> FieldTree.ALL;
            case WriteGuard.Readonly readonly -> FieldTree.allBut(readonly.paths());
        };
        return new FieldWrites(
                VisibleFields.of(mask), mask instanceof FieldMask.Shown(var paths) ? paths : null, changeable);
    }

    /** Whether every field may be written. */
    public boolean all() {
        return visible.all() && changeable.isAll();
    }

    /** Judges what can be judged whatever is stored. Every refusal that does not depend on it comes here. */
    public FieldVerdict judge(ClientWrite write) {
        NamedField named = hiddenNamed(write);
        if (named != null) {
            return new FieldVerdict.Refused(FieldVerdict.Cause.HIDDEN, named);
        }
        if (write.creates()) {
            return FieldVerdict.AsItStands.INSTANCE;
        }
        if (touches(write, changeable) || closedTransform(write, changeable) != null) {
            return FieldVerdict.NeedsStored.INSTANCE;
        }
        if (!touches(write, visible.tree())) {
            return FieldVerdict.AsItStands.INSTANCE;
        }
        return shown == null ? FieldVerdict.NeedsStored.INSTANCE : shownOnly(write, shown);
    }

    /**
     * Judges by what is stored.
     *
     * @param stored the document as it is when the write comes to it, null when there is none. What carries the write out must see to
     *     it that this is still so
     */
    public FieldVerdict judge(ClientWrite write, @Nullable Document stored) {
        NamedField named = hiddenNamed(write);
        if (named != null) {
            return new FieldVerdict.Refused(FieldVerdict.Cause.HIDDEN, named);
        }
        if (stored == null || all()) {
            return FieldVerdict.AsItStands.INSTANCE;
        }
        NamedField transformed = closedTransform(write, changeable);
        return transformed != null
                ? new FieldVerdict.Refused(FieldVerdict.Cause.READONLY, transformed)
                : new Rewriting(write, visible, changeable).verdict(stored.getFieldsMap());
    }

    /** Whether a write replaces something of which a part is not open. Called when none of its paths is known to be closed. */
    private static boolean touches(ClientWrite write, FieldTree open) {
        if (open.isAll()) {
            return false;
        }
        DocumentMask mask = write.mask();
        if (mask == null) {
            return true;
        }
        for (String text : mask.getFieldPathsList()) {
            Optional<FieldPath> path = FieldPath.parse(text);
            if (path.isEmpty() || !open.at(path.get()).isAll()) {
                return true;
            }
        }
        return false;
    }

    /** The first transform of a field of which a part is not open. */
    private static @Nullable NamedField closedTransform(ClientWrite write, FieldTree open) {
        for (int i = 0; !open.isAll() && i < write.transforms().size(); i++) {
            String text = write.transforms().get(i).getFieldPath();
            Optional<FieldPath> path = FieldPath.parse(text);
            if (path.isEmpty() || !open.at(path.get()).isAll()) {
                return new NamedField(write.transformsPlace() + "[" + i + "].field_path", text);
            }
        }
        return null;
    }

    /** The mask of what is shown, which needs no reading: what is not there is no loss. */
    private static FieldVerdict shownOnly(ClientWrite write, List<FieldPath> shown) {
        DocumentMask mask = write.mask();
        if (mask == null) {
            return new FieldVerdict.Masked(shown);
        }
        DistinctPaths paths = new DistinctPaths();
        for (String text : mask.getFieldPathsList()) {
            FieldPath.parse(text).ifPresent(path -> {
                List<FieldPath> below = shown.stream().filter(path::holds).toList();
                (below.isEmpty() ? List.of(path) : below).forEach(paths::add);
            });
        }
        return new FieldVerdict.Masked(paths.list());
    }

    /** The first hidden field a write names, or replaces together with something above it by a value that has no fields. */
    private @Nullable NamedField hiddenNamed(ClientWrite write) {
        Map<String, Value> fields = write.document().getFieldsMap();
        DocumentMask mask = write.mask();
        if (visible.all()) {
            return null;
        }
        NamedField named = null;
        if (mask == null) {
            named = hiddenNamed(write, List.of(), fields, visible.tree());
        } else {
            // A path above what is hidden is worth looking below once, however often it is named.
            DistinctPaths above = new DistinctPaths();
            for (int i = 0; named == null && i < mask.getFieldPathsCount(); i++) {
                String text = mask.getFieldPaths(i);
                Optional<FieldPath> path = FieldPath.parse(text);
                if (path.isEmpty() || visible.hides(path.get())) {
                    named = new NamedField(ClientWrite.maskPlace(i), text);
                } else if (!visible.shows(path.get()) && above.add(path.get())) {
                    Value value = FieldValue.at(fields, path.get());
                    FieldTree open = visible.tree().at(path.get());
                    named = value == null ? null : hiddenNamed(write, path.get().segments(), value, open);
                }
            }
        }
        return named != null ? named : closedTransform(write, visible.tree());
    }

    private static @Nullable NamedField hiddenNamed(
            ClientWrite write, List<String> above, Map<String, Value> fields, FieldTree open) {
        for (Map.Entry<String, Value> field : fields.entrySet()) {
            List<String> path = new ArrayList<>(above);
            path.add(field.getKey());
            NamedField named = hiddenNamed(write, path, field.getValue(), open.below(field.getKey()));
            if (named != null) {
                return named;
            }
        }
        return null;
    }

    private static @Nullable NamedField hiddenNamed(ClientWrite write, List<String> path, Value value, FieldTree open) {
        if (open.isAll()) {
            return null;
        }
        Map<String, Value> fields = open.isNothing() ? null : PlainMap.of(value);
        return fields == null ? write.named(new FieldPath(path)) : hiddenNamed(write, path, fields, open);
    }
}
