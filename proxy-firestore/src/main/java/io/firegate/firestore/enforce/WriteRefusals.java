package io.firegate.firestore.enforce;

import io.firegate.policy.Decision;

/**
 * Says why one write is not done, where the others go on and the answer as a whole is good: a serialised {@code google.rpc.Status}, which
 * the answer holds in place of the write's result.
 */
public interface WriteRefusals {
    /** The policy says no. */
    byte[] status(Decision.Deny deny);

    /** A condition of the write's own does not hold. */
    byte[] status(WriteCondition condition);
}
