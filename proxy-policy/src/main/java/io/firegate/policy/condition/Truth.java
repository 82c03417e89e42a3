package io.firegate.policy.condition;

/** A truth value of Kleene's strong three-valued logic. Only {@link #TRUE} permits anything. */
public enum Truth {
    FALSE,
    /** An operand is missing, or Firestore would match nothing whatever is asked. */
    UNKNOWN,
    TRUE;

    static Truth of(boolean value) {
        return value ? TRUE : FALSE;
    }

    Truth and(Truth other) {
        return compareTo(other) <= 0 ? this : other;
    }

    Truth or(Truth other) {
        return compareTo(other) >= 0 ? this : other;
    }

    Truth not() {
        return switch (this) {
            case TRUE -> FALSE;
            case FALSE -> TRUE;
            case UNKNOWN -> UNKNOWN;
        };
    }
}
