package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.Target;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants to listen to, before anybody has judged it.
 *
 * @param request the message that says so
 * @param kept what is remembered of it
 * @param form what the query asks; null for documents
 */
record TargetAsk(ListenRequest request, Kept kept, @Nullable QueryForm form) {
    /**
     * What is remembered for as long as it is listened to; a decoded message is several times the size.
     *
     * @param id the client's name for it
     * @param database the one database it is in
     * @param accesses what it reads: one query, or documents
     * @param items how many documents it names, repetitions counted; 1 for a query
     */
    record Kept(int id, boolean isQuery, DatabaseName database, List<Access> accesses, int items) {
        Kept {
            accesses = List.copyOf(accesses);
        }
    }

    static TargetAsk of(
            ListenRequest request, DatabaseName database, List<Access> accesses, int items, @Nullable QueryForm form) {
        Target target = request.getAddTarget();
        return new TargetAsk(
                request, new Kept(target.getTargetId(), target.hasQuery(), database, accesses, items), form);
    }

    Target target() {
        return request.getAddTarget();
    }

    int id() {
        return kept.id();
    }

    boolean isQuery() {
        return kept.isQuery();
    }

    DatabaseName database() {
        return kept.database();
    }

    List<Access> accesses() {
        return kept.accesses();
    }

    /** What is listened to, as bytes that differ when it differs; where the client stands in it is not part of it. */
    byte[] identity() {
        return target().toBuilder()
                .clearTargetId()
                .clearResumeType()
                .clearExpectedCount()
                .clearOnce()
                .build()
                .toByteArray();
    }
}
