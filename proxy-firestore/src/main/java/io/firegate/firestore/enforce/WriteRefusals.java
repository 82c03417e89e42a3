package io.firegate.firestore.enforce;

import io.firegate.policy.Decision;

/** Says a refusal of one write, where the others go on and the answer as a whole is good. */
@FunctionalInterface
public interface WriteRefusals {
    /** A serialised {@code google.rpc.Status}: what the answer holds in place of the write's result. */
    byte[] status(Decision.Deny deny);
}
