package io.firegate.firestore.guard;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Timestamp;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One document as it is stored, and as it would be after each of some writes. For one thread. */
public final class SimulatedDocument {
    private final String name;
    private final boolean storedAtFirst;
    private final Timestamp updateTime;
    private boolean exists;
    private boolean touched;
    private Map<String, Value> fields;
    /** Fields whose value only Firestore's clock knows. */
    private final List<FieldPath> clocked = new ArrayList<>();

    private SimulatedDocument(String name, boolean exists, Timestamp updateTime, Map<String, Value> fields) {
        this.name = name;
        this.storedAtFirst = exists;
        this.exists = exists;
        this.updateTime = updateTime;
        this.fields = fields;
    }

    /** A document that is stored. */
    public static SimulatedDocument stored(Document document) {
        return new SimulatedDocument(
                document.getName(), true, document.getUpdateTime(), new HashMap<>(document.getFieldsMap()));
    }

    /** A name under which nothing is stored. */
    public static SimulatedDocument missing(String name) {
        return new SimulatedDocument(name, false, Timestamp.getDefaultInstance(), new HashMap<>());
    }

    /** The same, apart. */
    public SimulatedDocument copy() {
        SimulatedDocument copy = new SimulatedDocument(name, storedAtFirst, updateTime, new HashMap<>(fields));
        copy.exists = exists;
        copy.touched = touched;
        copy.clocked.addAll(clocked);
        return copy;
    }

    /** Whether it is there, after the writes so far. */
    public boolean exists() {
        return exists;
    }

    /** Whether Firestore has it now, before any write. */
    public boolean isStored() {
        return storedAtFirst;
    }

    /** Whether a write has changed it here. */
    public boolean isTouched() {
        return touched;
    }

    /** When Firestore changed it last; only of one that {@link #isStored}. */
    public Timestamp updateTime() {
        return updateTime;
    }

    /** What it holds. */
    public Document document() {
        return Document.newBuilder().setName(name).putAllFields(fields).build();
    }

    /** The value at a path, or null. */
    public @Nullable Value value(FieldPath path) {
        return at(fields, path.segments(), 0);
    }

    private static @Nullable Value at(Map<String, Value> fields, List<String> segments, int i) {
        Value value = fields.get(segments.get(i));
        if (value == null || i == segments.size() - 1) {
            return value;
        }
        return value.hasMapValue() ? at(value.getMapValue().getFieldsMap(), segments, i + 1) : null;
    }

    /** Whether a field's value, or a part of it, is the time Firestore will write it at. */
    public boolean isClocked(FieldPath path) {
        for (FieldPath field : clocked) {
            if (field.meets(path)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Carries a write out: an {@code update} or {@code transform}, or a {@code delete}. Its precondition has been looked at.
     *
     * @return false when its mask or a transform names no field, which Firestore will refuse
     */
    public boolean apply(Write write) {
        touched = true;
        exists = write.getOperationCase() != Write.OperationCase.DELETE;
        return switch (write.getOperationCase()) {
            case DELETE -> {
                fields = new HashMap<>();
                clocked.clear();
                yield true;
            }
            case UPDATE -> update(write) && transform(write.getUpdateTransformsList());
            case TRANSFORM -> transform(write.getTransform().getFieldTransformsList());
            default -> throw new IllegalArgumentException("not a change: " + write.getOperationCase());
        };
    }

    private boolean update(Write write) {
        Document update = write.getUpdate();
        if (!write.hasUpdateMask()) {
            fields = new HashMap<>(update.getFieldsMap());
            clocked.clear();
            return true;
        }
        DocumentMask mask = write.getUpdateMask();
        for (String text : mask.getFieldPathsList()) {
            FieldPath path = FieldPath.parse(text).orElse(null);
            if (path == null) {
                return false;
            }
            put(path, at(update.getFieldsMap(), path.segments(), 0));
        }
        return true;
    }

    private boolean transform(List<FieldTransform> transforms) {
        for (FieldTransform transform : transforms) {
            FieldPath path = FieldPath.parse(transform.getFieldPath()).orElse(null);
            if (path == null) {
                return false;
            }
            Value stored = value(path);
            switch (transform.getTransformTypeCase()) {
                case SET_TO_SERVER_VALUE -> {
                    put(
                            path,
                            Value.newBuilder()
                                    .setTimestampValue(Timestamp.getDefaultInstance())
                                    .build());
                    clocked.add(path);
                }
                case INCREMENT -> put(path, Transforms.increment(stored, transform.getIncrement()));
                case MAXIMUM -> put(path, Transforms.maximum(stored, transform.getMaximum()));
                case MINIMUM -> put(path, Transforms.minimum(stored, transform.getMinimum()));
                case APPEND_MISSING_ELEMENTS ->
                    put(
                            path,
                            Transforms.append(
                                    stored, transform.getAppendMissingElements().getValuesList()));
                case REMOVE_ALL_FROM_ARRAY ->
                    put(
                            path,
                            Transforms.remove(
                                    stored, transform.getRemoveAllFromArray().getValuesList()));
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    private void put(FieldPath path, @Nullable Value value) {
        clocked.removeIf(path::holds);
        fields = put(fields, path.segments(), 0, value);
    }

    /** A null value takes the field away; above a field that is set maps come into being, in place of whatever stood there. */
    private static Map<String, Value> put(
            Map<String, Value> fields, List<String> segments, int i, @Nullable Value value) {
        Map<String, Value> changed = new HashMap<>(fields);
        String key = segments.get(i);
        if (i == segments.size() - 1) {
            if (value == null) {
                changed.remove(key);
            } else {
                changed.put(key, value);
            }
            return changed;
        }
        Value present = fields.get(key);
        Map<String, Value> below =
                present != null && present.hasMapValue() ? present.getMapValue().getFieldsMap() : null;
        if (below == null) {
            if (value == null) {
                return fields;
            }
            below = Map.of();
        }
        changed.put(
                key,
                Value.newBuilder()
                        .setMapValue(MapValue.newBuilder().putAllFields(put(below, segments, i + 1, value)))
                        .build());
        return changed;
    }
}
