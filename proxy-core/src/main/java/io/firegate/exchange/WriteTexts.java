package io.firegate.exchange;

import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.firestore.enforce.WriteCondition;
import io.firegate.firestore.enforce.WriteRefusals;
import io.firegate.policy.Decision;

/**
 * Refusals of single writes in the words of the catalogue.
 *
 * @param decisionId names the decision all of them share
 */
record WriteTexts(String decisionId) implements WriteRefusals {
    @Override
    public byte[] status(Decision.Deny deny) {
        return status(Failures.of(deny));
    }

    @Override
    public byte[] status(WriteCondition condition) {
        return status(Failures.of(condition));
    }

    private byte[] status(Failure failure) {
        return Failures.status(failure, decisionId);
    }
}
