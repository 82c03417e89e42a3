package io.firegate.firestore.guard;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.rows.StoredValue;
import io.firegate.policy.check.Image;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One document as it is stored, and as it would be after each of some writes. For one thread.
 *
 * <p>A write costs what it changes and not what the document holds, because one request may write one document thousands of times.
 */
public final class SimulatedDocument implements DocumentView {
    /** Transforms of one document in one request (vendor page "Quotas and limits"); each costs the time of all before. */
    private static final int TRANSFORMS_MAX = 500;

    /** Elements of arrays that are read, and paths that are looked at, for one document of one request: some tenths of a second. */
    private static final long WORK_MAX = 2_000_000;

    private final String name;
    private final boolean storedAtFirst;
    private final Timestamp createTime;
    private final Timestamp updateTime;
    private boolean exists;
    private boolean touched;
    private int transformed;
    private long work;
    /** Each a {@link Value}, or for a map that was written into a {@code Map} of the same kind. */
    private Map<String, Object> fields;
    /** Fields whose value only Firestore's clock knows. */
    private final Set<FieldPath> clocked = new LinkedHashSet<>();

    private SimulatedDocument(
            String name, boolean exists, Timestamp createTime, Timestamp updateTime, Map<String, Value> fields) {
        this.createTime = createTime;
        this.name = name;
        this.storedAtFirst = exists;
        this.exists = exists;
        this.updateTime = updateTime;
        this.fields = new HashMap<>(fields);
    }

    /** A document that is stored. */
    public static SimulatedDocument stored(Document document) {
        return new SimulatedDocument(
                document.getName(), true, document.getCreateTime(), document.getUpdateTime(), document.getFieldsMap());
    }

    /** A name under which nothing is stored. */
    public static SimulatedDocument missing(String name) {
        return new SimulatedDocument(
                name, false, Timestamp.getDefaultInstance(), Timestamp.getDefaultInstance(), Map.of());
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

    /** When it was created; only of one that {@link #isStored}. */
    public Timestamp createTime() {
        return createTime;
    }

    /** What it holds, put together anew. */
    public Document document() {
        return Document.newBuilder()
                .setName(name)
                .putAllFields(whole(fields).getFieldsMap())
                .build();
    }

    /** What it holds now, and will go on holding whatever is written here; null when it holds what is no value of Firestore. */
    public @Nullable Image image() {
        PolicyValue.Fields read = StoredValue.fields(whole(fields).getFieldsMap());
        return read == null ? null : new Image(id(), read, clocked);
    }

    /** The value at a path, or null. */
    public @Nullable Value stored(FieldPath path) {
        Object found = find(fields, path.segments());
        return found == null ? null : value(found);
    }

    @Override
    public @Nullable PolicyValue value(FieldPath path) {
        Value value = stored(path);
        return value == null ? null : StoredValue.read(value);
    }

    @Override
    public String id() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static MapValue whole(Map<?, ?> fields) {
        MapValue.Builder map = MapValue.newBuilder();
        fields.forEach((key, value) -> map.putFields((String) key, value(value)));
        return map.build();
    }

    private static Value value(Object node) {
        return node instanceof Map<?, ?> map
                ? Value.newBuilder().setMapValue(whole(map)).build()
                : (Value) node;
    }

    private static @Nullable Object find(Map<?, ?> fields, List<String> segments) {
        Object node = fields.get(segments.get(0));
        for (int i = 1; i < segments.size(); i++) {
            if (node instanceof Map<?, ?> map) {
                node = map.get(segments.get(i));
            } else if (node instanceof Value value
                    && value.hasMapValue()
                    && !StoredValue.isVector(value.getMapValue())) {
                node = value.getMapValue().getFieldsMap().get(segments.get(i));
            } else {
                return null;
            }
        }
        return node;
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
     * @return false when its mask or a transform names no field, an operand is none, or it would be more work than one request may be
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
            Object written = find(update.getFieldsMap(), path.segments());
            work += 1 + clocked.size();
            if (work > WORK_MAX) {
                return false;
            }
            put(path, (Value) written);
        }
        return true;
    }

    private boolean transform(List<FieldTransform> transforms) {
        for (FieldTransform transform : transforms) {
            FieldPath path = FieldPath.parse(transform.getFieldPath()).orElse(null);
            if (path == null) {
                return false;
            }
            Value stored = stored(path);
            work += elements(stored) + elements(transform);
            if (++transformed > TRANSFORMS_MAX
                    || work > WORK_MAX
                    || !isReadable(transform)
                    || (stored != null && StoredValue.read(stored) == null)) {
                return false;
            }
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

    private static int elements(@Nullable Value value) {
        return value == null ? 0 : value.getArrayValue().getValuesCount();
    }

    private static int elements(FieldTransform transform) {
        return transform.getAppendMissingElements().getValuesCount()
                + transform.getRemoveAllFromArray().getValuesCount();
    }

    private static boolean isReadable(FieldTransform transform) {
        return switch (transform.getTransformTypeCase()) {
            case INCREMENT -> Transforms.isNumber(transform.getIncrement());
            case MAXIMUM -> Transforms.isNumber(transform.getMaximum());
            case MINIMUM -> Transforms.isNumber(transform.getMinimum());
            case APPEND_MISSING_ELEMENTS ->
                transform.getAppendMissingElements().getValuesList().stream()
                        .allMatch(value -> StoredValue.read(value) != null);
            case REMOVE_ALL_FROM_ARRAY ->
                transform.getRemoveAllFromArray().getValuesList().stream()
                        .allMatch(value -> StoredValue.read(value) != null);
            case SET_TO_SERVER_VALUE, TRANSFORMTYPE_NOT_SET -> true;
        };
    }

    /** A null value takes the field away; above a field that is set maps come into being, in place of whatever stood there. */
    private void put(FieldPath path, @Nullable Value value) {
        // A field above what is set becomes a map, and is the time of the write no more.
        clocked.removeIf(at -> path.holds(at) || (value != null && at.holds(path)));
        List<String> segments = path.segments();
        Map<String, Object> map = fields;
        for (int i = 0; i < segments.size() - 1; i++) {
            Map<String, Object> below = below(map, segments.get(i), value != null);
            if (below == null) {
                return;
            }
            map = below;
        }
        String last = segments.get(segments.size() - 1);
        if (value == null) {
            map.remove(last);
        } else {
            map.put(last, value);
        }
    }

    /** The map under a key, made fit for changing; null when there is none and none is to be made. */
    @SuppressWarnings("unchecked") // every map among the nodes was made here
    private static @Nullable Map<String, Object> below(Map<String, Object> map, String key, boolean make) {
        Object present = map.get(key);
        if (present instanceof Map<?, ?> open) {
            return (Map<String, Object>) open;
        }
        Map<String, Object> opened;
        if (present instanceof Value value && value.hasMapValue() && !StoredValue.isVector(value.getMapValue())) {
            opened = new HashMap<>(value.getMapValue().getFieldsMap());
        } else if (make) {
            opened = new HashMap<>();
        } else {
            return null;
        }
        map.put(key, opened);
        return opened;
    }
}
