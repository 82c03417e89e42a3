package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import java.util.List;
import java.util.function.Supplier;
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
     * @param credential what the transaction it is in was begun with, or null
     * @param plan how it is carried out
     * @param writes its writes, one by one; null for a read
     * @param moment when it reads; null when it says nothing about that
     * @param form what it asks when it is a query, else null; to be read while the bytes of the request are there
     */
    record Wants(
            DatabaseName database,
            List<Access> accesses,
            List<Access> answers,
            int items,
            @Nullable String credential,
            Plan plan,
            @Nullable WriteSet writes,
            @Nullable Moment moment,
            @Nullable Supplier<QueryForm> form)
            implements Reading {
        /** What a call wants that is no read. */
        Wants(
                DatabaseName database,
                List<Access> accesses,
                List<Access> answers,
                int items,
                @Nullable String credential,
                Plan plan,
                @Nullable WriteSet writes) {
            this(database, accesses, answers, items, credential, plan, writes, null, null);
        }

        /** What a call without a path wants. */
        Wants(
                DatabaseName database,
                List<Access> accesses,
                List<Access> answers,
                int items,
                @Nullable String credential,
                Plan plan) {
            this(database, accesses, answers, items, credential, plan, null, null, null);
        }

        /** What a read wants, at its moment. */
        Wants(DatabaseName database, List<Access> accesses, int items, Moment moment, Plan plan) {
            this(database, accesses, List.of(), items, moment.credential(), plan, null, moment, null);
        }

        /** What a query wants, at its moment. */
        Wants(DatabaseName database, Access access, Moment moment, Plan plan, Supplier<QueryForm> form) {
            this(database, List.of(access), List.of(), 1, moment.credential(), plan, null, moment, form);
        }
    }

    /**
     * Writes that succeed or fail each for itself, and are judged so.
     *
     * @param database the one database they are in
     * @param writes in the request's order, no two of one document
     */
    record WriteByWrite(DatabaseName database, List<OneWrite> writes) implements Reading {}

    /**
     * It says nothing that could be judged.
     *
     * @param place as in {@link Admission.Invalid}
     */
    record Unreadable(RequestProblem problem, @Nullable String place) implements Reading {}
}
