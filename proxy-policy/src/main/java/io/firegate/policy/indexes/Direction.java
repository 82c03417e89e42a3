package io.firegate.policy.indexes;

/** Which way an index, or an order, goes through a field. */
public enum Direction {
    /** From the smallest value on. */
    ASCENDING("ASC"),
    /** From the largest value on. */
    DESCENDING("DESC");

    private final String word;

    Direction(String word) {
        this.word = word;
    }

    /** As people write it. */
    String word() {
        return word;
    }
}
