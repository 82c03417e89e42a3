package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a request's bytes. */
public sealed interface Admission {
    /** Permitted: may be forwarded. The call now owns the request's bytes. */
    record Admitted(PermittedCall call) implements Admission {}

    /** Well-formed, and the policy says no. */
    record Denied(DatabaseName database, List<Access> accesses, Decision.Deny deny) implements Admission {}

    /**
     * Not a request firegate understands.
     *
     * @param problem what is wrong
     * @param place where: a field path such as {@code structured_query.from[0]}, or null for the message as a whole. Holds field
     *     names and numbers, never values
     */
    record Invalid(RequestProblem problem, @Nullable String place) implements Admission {}
}
