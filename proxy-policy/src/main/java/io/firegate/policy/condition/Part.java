package io.firegate.policy.condition;

import java.util.List;

/** What a piece of a condition's text turned out to be, before its surroundings say whether that fits. */
sealed interface Part {
    /** Where it begins. */
    int at();

    /** Something true or false. */
    record Truthful(Condition condition, int at) implements Part {}

    /** One value. */
    record Single(Operand operand, int at) implements Part {}

    /** {@code grant.name}. */
    record GrantSet(String name, int at) implements Part {}

    /** {@code [a, b]}. */
    record Members(List<Operand> members, int at) implements Part {
        public Members {
            members = List.copyOf(members);
        }
    }

    /** Something with a mistake that has been told. */
    record Broken(int at) implements Part {}
}
