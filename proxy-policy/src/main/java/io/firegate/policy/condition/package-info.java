/**
 * Conditions over documents: what a policy's {@code where} says, in two forms. A {@link io.firegate.policy.condition.Condition} is
 * what was written; a {@link io.firegate.policy.condition.RowPredicate} is what is left of it when caller, grants and path are known,
 * and either judges a document here or is written as a filter of a query.
 */
@NullMarked
package io.firegate.policy.condition;

import org.jspecify.annotations.NullMarked;
