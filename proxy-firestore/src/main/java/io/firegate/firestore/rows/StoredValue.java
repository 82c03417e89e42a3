package io.firegate.firestore.rows;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.protobuf.ByteString;
import com.google.protobuf.NullValue;
import com.google.protobuf.Timestamp;
import com.google.type.LatLng;
import io.firegate.policy.condition.PolicyValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as Firestore stores them, read and written. */
public final class StoredValue {
    private static final String TYPE = "__type__";
    private static final String VECTOR = "__vector__";
    private static final String ELEMENTS = "value";

    private StoredValue() {}

    /** The value for a condition; null for what cannot be stored, such as the values of pipelines. */
    public static @Nullable PolicyValue read(Value value) {
        return switch (value.getValueTypeCase()) {
            case NULL_VALUE -> PolicyValue.Null.NULL;
            case BOOLEAN_VALUE -> new PolicyValue.Bool(value.getBooleanValue());
            case INTEGER_VALUE -> new PolicyValue.Int(value.getIntegerValue());
            case DOUBLE_VALUE -> new PolicyValue.Real(value.getDoubleValue());
            case TIMESTAMP_VALUE ->
                new PolicyValue.Time(
                        value.getTimestampValue().getSeconds(),
                        value.getTimestampValue().getNanos());
            case STRING_VALUE -> new PolicyValue.Text(value.getStringValue());
            case BYTES_VALUE -> new PolicyValue.Bytes(value.getBytesValue().toByteArray());
            case REFERENCE_VALUE -> new PolicyValue.Reference(value.getReferenceValue());
            case GEO_POINT_VALUE ->
                new PolicyValue.Point(
                        value.getGeoPointValue().getLatitude(),
                        value.getGeoPointValue().getLongitude());
            case ARRAY_VALUE -> array(value.getArrayValue());
            case MAP_VALUE ->
                isVector(value.getMapValue())
                        ? vector(value.getMapValue())
                        : fields(value.getMapValue().getFieldsMap());
            default -> null;
        };
    }

    private static @Nullable PolicyValue array(ArrayValue array) {
        List<PolicyValue> elements = new ArrayList<>(array.getValuesCount());
        for (Value element : array.getValuesList()) {
            PolicyValue read = read(element);
            if (read == null) {
                return null;
            }
            elements.add(read);
        }
        return new PolicyValue.Array(elements);
    }

    /** The fields of a document or a map; null when one of them cannot be stored. */
    public static PolicyValue.@Nullable Fields fields(Map<String, Value> stored) {
        Map<String, PolicyValue> fields = new LinkedHashMap<>();
        for (Map.Entry<String, Value> field : stored.entrySet()) {
            PolicyValue read = read(field.getValue());
            if (read == null) {
                return null;
            }
            fields.put(field.getKey(), read);
        }
        return new PolicyValue.Fields(fields);
    }

    private static PolicyValue vector(MapValue vector) {
        List<Double> elements = new ArrayList<>();
        for (Value element : vector.getFieldsOrThrow(ELEMENTS).getArrayValue().getValuesList()) {
            elements.add(element.hasIntegerValue() ? (double) element.getIntegerValue() : element.getDoubleValue());
        }
        return new PolicyValue.Vector(elements);
    }

    /** Whether a map is how a vector is stored: one value, into which no path leads. */
    public static boolean isVector(MapValue map) {
        return VECTOR.equals(
                        map.getFieldsOrDefault(TYPE, Value.getDefaultInstance()).getStringValue())
                && map.getFieldsOrDefault(ELEMENTS, Value.getDefaultInstance()).hasArrayValue();
    }

    /** The value as Firestore takes it. */
    public static Value write(PolicyValue value) {
        Value.Builder written = Value.newBuilder();
        return switch (value) {
            case PolicyValue.Null.NULL ->
                written.setNullValue(NullValue.NULL_VALUE).build();
            case PolicyValue.Bool bool -> written.setBooleanValue(bool.value()).build();
            case PolicyValue.Int number ->
                written.setIntegerValue(number.value()).build();
            case PolicyValue.Real number ->
                written.setDoubleValue(number.value()).build();
            case PolicyValue.Time time ->
                written.setTimestampValue(Timestamp.newBuilder()
                                .setSeconds(time.seconds())
                                .setNanos(time.nanos()))
                        .build();
            case PolicyValue.Text text -> written.setStringValue(text.value()).build();
            case PolicyValue.Bytes bytes ->
                written.setBytesValue(ByteString.copyFrom(bytes.value())).build();
            case PolicyValue.Reference reference ->
                written.setReferenceValue(reference.name()).build();
            case PolicyValue.Point point ->
                written.setGeoPointValue(LatLng.newBuilder()
                                .setLatitude(point.latitude())
                                .setLongitude(point.longitude()))
                        .build();
            case PolicyValue.Array array ->
                written.setArrayValue(array(array.elements())).build();
            case PolicyValue.Vector vector -> {
                ArrayValue.Builder elements = ArrayValue.newBuilder();
                for (double element : vector.elements()) {
                    elements.addValues(Value.newBuilder().setDoubleValue(element));
                }
                yield written.setMapValue(MapValue.newBuilder()
                                .putFields(
                                        TYPE,
                                        Value.newBuilder()
                                                .setStringValue(VECTOR)
                                                .build())
                                .putFields(
                                        ELEMENTS,
                                        Value.newBuilder()
                                                .setArrayValue(elements)
                                                .build()))
                        .build();
            }
            case PolicyValue.Fields map -> {
                MapValue.Builder fields = MapValue.newBuilder();
                map.forEach((key, field) -> fields.putFields(key, write(field)));
                yield written.setMapValue(fields).build();
            }
        };
    }

    /** Several values as one array. */
    static ArrayValue array(List<PolicyValue> values) {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        for (PolicyValue value : values) {
            array.addValues(write(value));
        }
        return array.build();
    }
}
