package io.firegate.auth.entra;

import java.util.concurrent.CompletionStage;

/** What became of a caller's {@code Authorization} header. */
public sealed interface Verification {
    /** The token is good. */
    record Verified(VerifiedToken token) implements Verification {}

    /**
     * The token is not accepted, or nobody can tell.
     *
     * @param problem why
     * @param missingScope the scope to ask for, when that is what is missing; else empty
     */
    record Refused(TokenProblem problem, String missingScope) implements Verification {
        /** A refusal that no scope would mend. */
        public Refused(TokenProblem problem) {
            this(problem, "");
        }
    }

    /**
     * The signing key is not known yet and is being fetched. The stage ends with one of the other two, never exceptionally and
     * never with {@code Pending}; it may end on another thread.
     */
    record Pending(CompletionStage<Verification> result) implements Verification {}
}
