package io.firegate.policy.check;

import org.jspecify.annotations.Nullable;

/**
 * A check of which everything but the document is known. Two are equal when they say the same.
 *
 * @param check what is demanded
 * @param facts what is known
 */
public record BoundCheck(Check check, CheckFacts facts) {
    /**
     * The verdict on a write.
     *
     * @param old the document before it; null when there is none
     * @param doc the document after it; null when it is deleted
     * @param budget what the request has left for checks
     */
    public Check.Verdict judge(@Nullable Image old, @Nullable Image doc, CheckBudget budget) {
        return check.judge(facts, old, doc, budget);
    }
}
