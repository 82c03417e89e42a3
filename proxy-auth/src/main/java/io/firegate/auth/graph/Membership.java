package io.firegate.auth.graph;

import io.firegate.policy.Guid;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Which of the groups asked about a principal is in. */
public sealed interface Membership {
    /** What can be told. */
    sealed interface Outcome extends Membership {}

    /**
     * It is known.
     *
     * @param groups those of the groups asked about, nested membership counted
     */
    record Known(Set<Guid> groups) implements Outcome {
        public Known {
            groups = Set.copyOf(groups);
        }
    }

    /** The tenant's directory does not know the principal: deleted since the token was issued. */
    record NoSuchPrincipal() implements Outcome {}

    /**
     * Nobody can tell.
     *
     * @param retryAfter when asking again makes sense; positive
     */
    record Unknown(GraphProblem problem, Duration retryAfter) implements Outcome {}

    /** It is being asked. The stage ends within the lookup's time limit and not exceptionally; it may end on another thread. */
    record Pending(CompletionStage<Outcome> outcome) implements Membership {}
}
