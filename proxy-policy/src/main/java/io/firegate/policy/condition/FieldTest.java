package io.firegate.policy.condition;

/**
 * What a filter does with a field of documents, as far as an index is concerned.
 *
 * @param member whether it looks into an array; otherwise it compares the field for equality, with one value or several
 */
public record FieldTest(FieldPath field, boolean member) {}
