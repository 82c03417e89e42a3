package io.firegate.policy.condition;

import org.jspecify.annotations.Nullable;

/**
 * Something wrong in the text of a condition.
 *
 * @param at the character it stands at; the text's length for its end
 * @param message what is wrong: lower case, no full stop, the text's own words in backticks
 * @param fix what to write instead, or null when the message says it
 */
public record Mistake(int at, String message, @Nullable String fix) {}
