package io.firegate.policy.condition;

/** How two values are compared, as Firestore's field filters do it. */
public enum Comparison {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String symbol;

    Comparison(String symbol) {
        this.symbol = symbol;
    }

    /** As a policy writes it. */
    public String symbol() {
        return symbol;
    }

    /** Whether it is anything but equality. */
    boolean isRange() {
        return this != EQUAL && this != NOT_EQUAL;
    }

    /** The same said with the operands exchanged. */
    Comparison mirrored() {
        return switch (this) {
            case EQUAL, NOT_EQUAL -> this;
            case LESS -> GREATER;
            case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
            case GREATER -> LESS;
            case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        };
    }

    /**
     * The verdict on two values that are there. A null matches nothing, NaN only {@code !=}, and a range only values of the type of
     * its bound; what matches nothing is unknown and not false, so that {@code !} does not turn it into a permit.
     */
    Truth of(PolicyValue left, PolicyValue right) {
        boolean leftNothing = left.matchesNothing();
        boolean rightNothing = right.matchesNothing();
        if (leftNothing || rightNothing) {
            boolean anyNull = left == PolicyValue.Null.NULL || right == PolicyValue.Null.NULL;
            return this != NOT_EQUAL || anyNull ? Truth.UNKNOWN : Truth.of(!(leftNothing && rightNothing));
        }
        if (isRange() && !ValueOrder.sameType(left, right)) {
            return Truth.UNKNOWN;
        }
        int order = ValueOrder.compare(left, right);
        return Truth.of(
                switch (this) {
                    case EQUAL -> order == 0;
                    case NOT_EQUAL -> order != 0;
                    case LESS -> order < 0;
                    case LESS_OR_EQUAL -> order <= 0;
                    case GREATER -> order > 0;
                    case GREATER_OR_EQUAL -> order >= 0;
                });
    }
}
