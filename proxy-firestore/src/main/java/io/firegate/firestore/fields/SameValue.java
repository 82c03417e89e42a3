package io.firegate.firestore.fields;

import com.google.firestore.v1.Value;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.ValueOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client that writes a value back says what is stored. As Firestore compares: JavaScript writes the double 1.0 it has read
 * as the integer 1, and times lose what is below a microsecond.
 */
final class SameValue {
    private static final String TYPE = "__type__";
    private static final String VECTOR = "__vector__";
    private static final String VECTOR_VALUES = "value";

    private SameValue() {}

    /** Whether both are missing, or both are there and equal. */
    static boolean same(@Nullable Value a, @Nullable Value b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        if (a.equals(b)) {
            return true;
        }
        PolicyValue left = read(a);
        PolicyValue right = read(b);
        return left != null && right != null && ValueOrder.equal(left, right);
    }

    /** Null for what Firestore does not store. */
    private static @Nullable PolicyValue read(Value value) {
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
            case ARRAY_VALUE -> array(value.getArrayValue().getValuesList());
            case MAP_VALUE -> map(value.getMapValue().getFieldsMap());
            case FIELD_REFERENCE_VALUE, VARIABLE_REFERENCE_VALUE, FUNCTION_VALUE, PIPELINE_VALUE, VALUETYPE_NOT_SET ->
                null;
        };
    }

    private static @Nullable PolicyValue array(List<Value> values) {
        List<PolicyValue> elements = new ArrayList<>(values.size());
        for (Value value : values) {
            PolicyValue element = read(value);
            if (element == null) {
                return null;
            }
            elements.add(element);
        }
        return new PolicyValue.Array(elements);
    }

    private static @Nullable PolicyValue map(Map<String, Value> values) {
        Value type = values.get(TYPE);
        if (type != null && type.getStringValue().equals(VECTOR)) {
            return vector(values.getOrDefault(VECTOR_VALUES, Value.getDefaultInstance()));
        }
        Map<String, PolicyValue> fields = new HashMap<>();
        for (Map.Entry<String, Value> entry : values.entrySet()) {
            PolicyValue field = read(entry.getValue());
            if (field == null) {
                return null;
            }
            fields.put(entry.getKey(), field);
        }
        return new PolicyValue.Fields(fields);
    }

    private static PolicyValue vector(Value values) {
        List<Double> elements = new ArrayList<>();
        for (Value value : values.getArrayValue().getValuesList()) {
            elements.add(value.hasIntegerValue() ? (double) value.getIntegerValue() : value.getDoubleValue());
        }
        return new PolicyValue.Vector(elements);
    }
}
