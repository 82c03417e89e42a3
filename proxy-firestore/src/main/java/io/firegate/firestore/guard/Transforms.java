package io.firegate.firestore.guard;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Value;
import io.firegate.firestore.rows.StoredValue;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.ValueOrder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the transforms of {@code DocumentTransform.FieldTransform} (write.proto) make of a stored value. */
final class Transforms {
    private Transforms() {}

    /**
     * {@code increment}: a field that is no number, or missing, becomes the operand; integers stay integers and stop at the ends of their
     * range; a double on either side makes a double.
     */
    static Value increment(@Nullable Value stored, Value by) {
        if (stored == null || !isNumber(stored)) {
            return by;
        }
        if (stored.hasIntegerValue() && by.hasIntegerValue()) {
            long a = stored.getIntegerValue();
            long b = by.getIntegerValue();
            long sum = a + b;
            boolean overflown = ((a ^ sum) & (b ^ sum)) < 0;
            return Value.newBuilder()
                    .setIntegerValue(overflown ? a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE : sum)
                    .build();
        }
        return Value.newBuilder().setDoubleValue(real(stored) + real(by)).build();
    }

    /** {@code maximum}: of equal numbers the stored one stays; NaN is larger than any. */
    static Value maximum(@Nullable Value stored, Value other) {
        if (stored == null || !isNumber(stored)) {
            return other;
        }
        if (isNan(stored) || isNan(other)) {
            return isNan(stored) ? stored : other;
        }
        return compare(stored, other) >= 0 ? stored : other;
    }

    /** {@code minimum}: of equal numbers the stored one stays; NaN is smaller than any. */
    static Value minimum(@Nullable Value stored, Value other) {
        if (stored == null || !isNumber(stored)) {
            return other;
        }
        if (isNan(stored) || isNan(other)) {
            return isNan(stored) ? stored : other;
        }
        return compare(stored, other) <= 0 ? stored : other;
    }

    /** {@code append_missing_elements}: those that are not there yet, each once; a field that is no array becomes one. */
    static Value append(@Nullable Value stored, List<Value> elements) {
        ArrayValue.Builder array = array(stored);
        Set<PolicyValue> present = set(array.getValuesList());
        for (Value element : elements) {
            if (present.add(read(element))) {
                array.addValues(element);
            }
        }
        return Value.newBuilder().setArrayValue(array).build();
    }

    /** {@code remove_all_from_array}: every element that equals one of these goes; a field that is no array becomes an empty one. */
    static Value remove(@Nullable Value stored, List<Value> elements) {
        Set<PolicyValue> gone = set(elements);
        ArrayValue.Builder left = ArrayValue.newBuilder();
        for (Value element : array(stored).getValuesList()) {
            if (!gone.contains(read(element))) {
                left.addValues(element);
            }
        }
        return Value.newBuilder().setArrayValue(left).build();
    }

    /** Ordered, so that two arrays of thousands of elements are compared in no more time than it takes to sort them. */
    private static Set<PolicyValue> set(List<Value> values) {
        Set<PolicyValue> set = new TreeSet<>(ValueOrder::compare);
        for (Value value : values) {
            set.add(read(value));
        }
        return set;
    }

    private static ArrayValue.Builder array(@Nullable Value stored) {
        return stored != null && stored.hasArrayValue() ? stored.getArrayValue().toBuilder() : ArrayValue.newBuilder();
    }

    private static int compare(Value a, Value b) {
        return ValueOrder.compare(read(a), read(b));
    }

    private static PolicyValue read(Value value) {
        PolicyValue read = StoredValue.read(value);
        if (read == null) {
            throw new IllegalArgumentException("nothing that can be stored");
        }
        return read;
    }

    static boolean isNumber(Value value) {
        return value.hasIntegerValue() || value.hasDoubleValue();
    }

    private static boolean isNan(Value value) {
        return value.hasDoubleValue() && Double.isNaN(value.getDoubleValue());
    }

    private static double real(Value number) {
        return number.hasIntegerValue() ? number.getIntegerValue() : number.getDoubleValue();
    }
}
