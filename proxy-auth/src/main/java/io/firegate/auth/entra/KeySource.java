package io.firegate.auth.entra;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Where a tenant's signing keys are published: the only I/O of token verification. Safe for any thread. */
public interface KeySource {
    /**
     * Asks once for the keys, without blocking the caller. The stage ends within the source's own time limit and not exceptionally;
     * it may end on another thread.
     */
    CompletionStage<Answer> fetch();

    /** What a fetch gave. */
    sealed interface Answer {
        /**
         * The key sets as published: JSON Web Key Sets (RFC 7517 section 5), not yet looked into.
         *
         * @param sets one for each token version the tenant accepts
         */
        record Documents(Map<TokenVersion, byte[]> sets) implements Answer {}

        /**
         * No keys this time.
         *
         * @param reason for the operator: the address or file, and what it did
         */
        record Failed(String reason) implements Answer {}
    }
}
