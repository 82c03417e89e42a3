/**
 * Conditions over documents: what a policy's {@code where} says, in two forms. A {@link io.firegate.policy.condition.Condition} is
 * what was written, as {@link io.firegate.policy.condition.ConditionReader} reads it; a
 * {@link io.firegate.policy.condition.RowPredicate} is what is left of it when caller, grants and path are known, and either judges a
 * document here or is written as a filter of a query. May depend on {@link io.firegate.policy.yaml}, for its words only.
 */
@NullMarked
package io.firegate.policy.condition;

import org.jspecify.annotations.NullMarked;
