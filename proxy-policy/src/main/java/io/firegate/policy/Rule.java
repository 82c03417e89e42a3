package io.firegate.policy;

import io.firegate.policy.yaml.Position;
import java.util.Locale;

/**
 * A path, what it allows and on which terms.
 *
 * @param id its name in records and denials
 * @param pattern which documents
 * @param operations the bits of the operations it grants
 * @param history whether it grants reads of the past
 * @param terms what a permit by it demands
 * @param position where it stands in the policy
 */
record Rule(String id, PathPattern pattern, int operations, boolean history, Terms terms, Position position) {

    /** How many operations there are: the length of a table by {@link #slot}. */
    static final int SLOTS = Operation.values().length;

    /** The place of an operation in tables and bit sets that live no longer than the program. */
    @SuppressWarnings("EnumOrdinal") // an EnumMap per node would be two objects more for each rule
    static int slot(Operation operation) {
        return operation.ordinal();
    }

    /** The bit of an operation. */
    static int bit(Operation operation) {
        return 1 << slot(operation);
    }

    boolean allows(Operation operation) {
        return (operations & bit(operation)) != 0;
    }

    /** Whether a permit by either demands the same of who reads any document both match. */
    boolean onSameTerms(Rule other) {
        return terms.readLike(other.terms) && pattern.alike(other.pattern, terms.variables());
    }

    /** The word of {@code allow} for an operation. */
    static String word(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    /** The words of {@code allow}, the long way. */
    String allowed() {
        StringBuilder out = new StringBuilder();
        for (Operation operation : Operation.values()) {
            if (allows(operation)) {
                out.append(out.isEmpty() ? "" : ", ").append(word(operation));
            }
        }
        return out.toString();
    }
}
