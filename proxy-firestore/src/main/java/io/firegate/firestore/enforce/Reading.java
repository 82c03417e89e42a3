package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request says, before anybody has judged it. */
sealed interface Reading {
    /**
     * What the request wants.
     *
     * @param database the one database it is for
     * @param accesses what it does; distinct, in the request's order
     * @param answers what its answer shows beyond that; distinct, none of them in {@code accesses}
     * @param items how many documents or writes it names, repetitions counted; 1 for a query
     */
    record Wants(DatabaseName database, List<Access> accesses, List<Access> answers, int items) implements Reading {
        Wants(DatabaseName database, List<Access> accesses, int items) {
            this(database, accesses, List.of(), items);
        }
    }

    /**
     * It says nothing that could be judged.
     *
     * @param place as in {@link Admission.Invalid}
     */
    record Unreadable(RequestProblem problem, @Nullable String place) implements Reading {}
}
