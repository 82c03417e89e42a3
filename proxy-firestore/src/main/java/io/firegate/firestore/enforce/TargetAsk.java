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
 * @param database the one database it is in
 * @param accesses what it reads: one query, or documents
 * @param items how many documents it names, repetitions counted; 1 for a query
 * @param form what the query asks; null for documents
 */
record TargetAsk(
        ListenRequest request,
        DatabaseName database,
        List<Access> accesses,
        int items,
        @Nullable QueryForm form) {
    TargetAsk {
        accesses = List.copyOf(accesses);
    }

    Target target() {
        return request.getAddTarget();
    }

    /** The client's name for it. */
    int id() {
        return target().getTargetId();
    }

    boolean isQuery() {
        return target().hasQuery();
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
