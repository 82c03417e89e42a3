package io.firegate.audit;

import io.firegate.firestore.enforce.QueryForm;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about one request: the first line of an exchange, handed to {@link AuditLog#decision} before anything is
 * forwarded or refused.
 *
 * @param id names the decision; the outcome carries the same
 * @param time when the request was judged
 * @param trace the caller's trace id ({@link TraceParent#traceId}), or null
 * @param principal who calls; null exactly when nobody was proven to
 * @param peer the address the request came from, without a port
 * @param client the address a trusted proxy says it was first sent from, {@code unknown} when that cannot be read; null without one
 * @param method the RPC's name in the proto file, or for an unknown one the {@code :path} as sent. A query string is never written:
 *     callers are known to put tokens there
 * @param database the database the request names; null when it was refused before that was read
 * @param verdict what was decided
 */
public record DecisionLine(
        DecisionId id,
        Instant time,
        @Nullable String trace,
        @Nullable Principal principal,
        String peer,
        @Nullable String client,
        String method,
        @Nullable DatabaseName database,
        Verdict verdict) {

    /** What was decided. */
    public sealed interface Verdict {}

    /**
     * The policy permits everything the request wants.
     *
     * @param permit the verdict
     * @param query what the query that is permitted asks; null for what is no query
     * @param snapshot the id of the policy that judged
     */
    public record Permitted(
            Decision.Permit permit, @Nullable QueryForm query, String snapshot) implements Verdict {
        /** The verdict on what is no query, or is not put to Firestore. */
        public Permitted(Decision.Permit permit, String snapshot) {
            this(permit, null, snapshot);
        }
    }

    /**
     * The policy says no.
     *
     * @param deny the verdict
     * @param accesses everything the request wanted, in its order
     * @param snapshot the id of the policy that judged
     */
    public record Denied(Decision.Deny deny, List<Access> accesses, String snapshot) implements Verdict {
        public Denied {
            accesses = List.copyOf(accesses);
        }
    }

    /**
     * The policy judges each write for itself, and refuses some or all.
     *
     * @param permit the verdict on those that go on; null when none does
     * @param refused the verdicts on the others, in the request's order; at least one
     * @param snapshot the id of the policy that judged
     */
    public record WriteByWrite(Decision.@Nullable Permit permit, List<Decision.Deny> refused, String snapshot)
            implements Verdict {
        public WriteByWrite(Decision.@Nullable Permit permit, List<Decision.Deny> refused, String snapshot) {
            if (refused.isEmpty()) {
                throw new IllegalArgumentException("nothing is refused");
            }
            this.permit = permit;
            this.refused = List.copyOf(refused);
            this.snapshot = snapshot;
        }
    }

    /**
     * Refused before the policy was asked: a bad token, a request nobody understands, or a fault of our own.
     *
     * @param reason the constant of a closed vocabulary such as {@code TokenProblem}; its name is written
     * @param place where in the request, or null: field names and numbers, never values
     */
    public record Refused(Enum<?> reason, @Nullable String place) implements Verdict {}
}
