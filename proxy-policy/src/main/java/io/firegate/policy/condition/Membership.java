package io.firegate.policy.condition;

import java.util.List;

/** Being one of several, as Firestore's {@code IN} and {@code ARRAY_CONTAINS} see it. */
final class Membership {
    private Membership() {}

    /** Whether a value is among others. Null and NaN match nothing, on either side; among none is false. */
    static Truth in(PolicyValue value, List<PolicyValue> others) {
        if (others.isEmpty()) {
            return Truth.FALSE;
        }
        if (value.matchesNothing()) {
            return Truth.UNKNOWN;
        }
        for (PolicyValue other : others) {
            if (!other.matchesNothing() && ValueOrder.equal(value, other)) {
                return Truth.TRUE;
            }
        }
        return Truth.FALSE;
    }

    /** Whether an array has a member. */
    static Truth contains(PolicyValue array, PolicyValue member) {
        if (array.matchesNothing() || member.matchesNothing()) {
            return Truth.UNKNOWN;
        }
        if (array instanceof PolicyValue.Array list) {
            for (PolicyValue element : list.elements()) {
                if (ValueOrder.equal(element, member)) {
                    return Truth.TRUE;
                }
            }
        }
        return Truth.FALSE;
    }
}
