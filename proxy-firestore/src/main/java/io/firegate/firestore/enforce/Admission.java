package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a request's bytes. */
public sealed interface Admission {
    /** Permitted: may be forwarded. The call now owns the request's bytes. */
    record Admitted(PermittedCall call) implements Admission {}

    /** Permitted on terms that what is stored must meet: takes turns with Firestore. */
    record Guarded(GuardedCall call) implements Admission {}

    /**
     * There is nothing to forward, and this is the answer: what the policy leaves to be seen needs no asking, or of writes that are
     * judged each for itself none is permitted.
     *
     * @param answer the one message of the answer
     * @param permit the verdict on the whole request; null when it is refused write by write
     * @param refused why not, one per write
     */
    record Answered(
            DatabaseName database, ByteString answer, Decision.@Nullable Permit permit, List<Decision.Deny> refused)
            implements Admission {
        public Answered {
            refused = List.copyOf(refused);
        }

        /** The answer as bytes, for whoever does not know protobuf. */
        public byte[] message() {
            return answer.toByteArray();
        }
    }

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
