package io.firegate.firestore.guard;

import com.google.firestore.v1.Value;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.ValueOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stored values as the policy compares them. */
public final class StoredValues {
    /** How {@code FieldValue.vector} is stored: a map with this key and value, and the elements. */
    private static final String TYPE = "__type__";

    private static final String VECTOR = "__vector__";
    private static final String ELEMENTS = "value";

    private StoredValues() {}

    /** The same value for the policy. */
    public static PolicyValue of(Value value) {
        return switch (value.getValueTypeCase()) {
            case NULL_VALUE, VALUETYPE_NOT_SET -> PolicyValue.Null.NULL;
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
            case ARRAY_VALUE -> new PolicyValue.Array(list(value.getArrayValue().getValuesList()));
            case MAP_VALUE -> map(value.getMapValue().getFieldsMap());
            case FIELD_REFERENCE_VALUE, VARIABLE_REFERENCE_VALUE, FUNCTION_VALUE, PIPELINE_VALUE ->
                throw new IllegalArgumentException("nothing that can be stored");
        };
    }

    private static List<PolicyValue> list(List<Value> values) {
        List<PolicyValue> list = new ArrayList<>(values.size());
        for (Value value : values) {
            list.add(of(value));
        }
        return list;
    }

    private static PolicyValue map(Map<String, Value> fields) {
        if (fields.containsKey(TYPE)
                && fields.get(TYPE).getStringValue().equals(VECTOR)
                && fields.containsKey(ELEMENTS)
                && fields.get(ELEMENTS).hasArrayValue()) {
            List<Double> elements = new ArrayList<>();
            for (Value element : fields.get(ELEMENTS).getArrayValue().getValuesList()) {
                elements.add(element.hasIntegerValue() ? (double) element.getIntegerValue() : element.getDoubleValue());
            }
            return new PolicyValue.Vector(elements);
        }
        Map<String, PolicyValue> map = new HashMap<>();
        fields.forEach((key, value) -> map.put(key, of(value)));
        return new PolicyValue.Fields(map);
    }

    static boolean equal(Value a, Value b) {
        return compare(a, b) == 0;
    }

    static int compare(Value a, Value b) {
        return ValueOrder.compare(of(a), of(b));
    }
}
