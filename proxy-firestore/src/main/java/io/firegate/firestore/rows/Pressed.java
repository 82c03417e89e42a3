package io.firegate.firestore.rows;

import com.google.firestore.v1.StructuredQuery.Filter;

/** What a condition is as a filter of a query. */
public sealed interface Pressed {
    /** No filter: every document meets it. */
    enum Everything implements Pressed {
        INSTANCE
    }

    /** No document meets it. */
    enum Nothing implements Pressed {
        INSTANCE
    }

    /** The documents this filter returns are those that meet it. */
    record Filtered(Filter filter) implements Pressed {}

    /**
     * A query cannot say it.
     *
     * @param why a public phrase, which tells nothing about stored data
     */
    record Unpressable(String why) implements Pressed {}
}
