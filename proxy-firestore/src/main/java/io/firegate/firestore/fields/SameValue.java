package io.firegate.firestore.fields;

import com.google.firestore.v1.Value;
import io.firegate.firestore.rows.StoredValue;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.ValueOrder;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client that writes a value back says what is stored. As Firestore compares: JavaScript writes the double 1.0 it has read
 * as the integer 1, and times lose what is below a microsecond.
 */
final class SameValue {
    private SameValue() {}

    /** Whether both are missing, or both are there and equal. */
    static boolean same(@Nullable Value a, @Nullable Value b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        if (a.equals(b)) {
            return true;
        }
        PolicyValue left = StoredValue.read(a);
        PolicyValue right = StoredValue.read(b);
        return left != null && right != null && ValueOrder.equal(left, right);
    }
}
