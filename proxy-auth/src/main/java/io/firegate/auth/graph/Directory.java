package io.firegate.auth.graph;

import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The directory of one tenant: the only I/O of group lookups. Safe for any thread. */
interface Directory {
    /** Asks which of at most 20 groups somebody is in. The stage ends within the time and not exceptionally; it may end on another thread. */
    CompletionStage<Answer> memberOf(Guid oid, Principal.Kind kind, Set<Guid> groups, Duration within);

    /** What came of it. */
    sealed interface Answer {
        /** Those of the groups. */
        record Groups(Set<Guid> groups) implements Answer {}

        /** It knows nobody of that id. */
        record Nobody() implements Answer {}

        /**
         * No answer.
         *
         * @param detail for the operator: the address and what it did; nothing of what was received
         * @param retryAfter what it asked for; zero when nothing
         */
        record Failed(GraphProblem problem, String detail, Duration retryAfter) implements Answer {}
    }
}
