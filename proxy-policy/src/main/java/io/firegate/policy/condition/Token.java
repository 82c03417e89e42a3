package io.firegate.policy.condition;

/**
 * A word of a condition's text.
 *
 * @param kind what it is
 * @param value the name, the string's characters, the number's digits, the symbol; nothing for the end
 * @param at where it begins
 * @param end where what follows begins at the earliest
 */
record Token(Kind kind, String value, int at, int end) {
    /** Kinds of words. */
    enum Kind {
        NAME,
        /** A name in backticks. */
        QUOTED,
        STRING,
        INTEGER,
        REAL,
        SYMBOL,
        /** An id in the path of a lookup. */
        ID,
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && value.equals(symbol);
    }

    boolean isWord(String word) {
        return kind == Kind.NAME && value.equals(word);
    }
}
