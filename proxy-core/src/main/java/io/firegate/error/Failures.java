package io.firegate.error;

import io.firegate.auth.credential.Absence;
import io.firegate.auth.entra.Challenge;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.Verification;
import io.firegate.auth.entra.VerifiedToken;
import io.firegate.auth.graph.Membership;
import io.firegate.firestore.enforce.RequestProblem;
import io.firegate.firestore.enforce.WriteCondition;
import io.firegate.firestore.rest.RestProblem;
import io.firegate.firestore.status.StatusDetails;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.Access;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one place where a refusal of any module becomes an entry of the catalogue. */
public final class Failures {
    /** Longest message about one write: hundreds of them can stand in one answer. */
    private static final int WRITE_CHARS_MAX = 300;

    private Failures() {}

    /** A token that is not accepted. */
    public static Failure of(Verification.Refused refused) {
        TokenProblem problem = refused.problem();
        ErrorCode code = switch (problem.kind()) {
            case NO_CREDENTIALS -> ErrorCode.TOKEN_MISSING;
            case MALFORMED_REQUEST -> ErrorCode.TOKEN_MALFORMED;
            case INVALID_TOKEN ->
                problem == TokenProblem.TOO_LARGE ? ErrorCode.TOKEN_TOO_LARGE : ErrorCode.TOKEN_INVALID;
            case INSUFFICIENT -> ErrorCode.TOKEN_INSUFFICIENT;
            case UNAVAILABLE -> ErrorCode.IDENTITY_UNAVAILABLE;
        };
        return new Failure(
                code,
                problem,
                "firegate: " + problem.description(),
                Map.of(),
                Challenge.of(refused).orElse(null));
    }

    /** The groups of a caller cannot be told: our fault, never taken for "no groups". */
    public static Failure of(Membership.Unknown unknown) {
        long seconds = Math.max(1, unknown.retryAfter().toSeconds());
        return new Failure(
                ErrorCode.IDENTITY_UNAVAILABLE,
                TokenProblem.GROUPS_UNAVAILABLE,
                "firegate: " + TokenProblem.GROUPS_UNAVAILABLE.description(),
                Map.of(Failure.RETRY_AFTER_SECONDS, Long.toString(seconds)),
                null);
    }

    /** A denial by the policy. Names what the caller asked for, and the tier and rule that judged it: nothing the data could change. */
    public static Failure of(Decision.Deny deny) {
        StringBuilder message =
                new StringBuilder("firegate: ").append(deny.reason().sentence());
        if (deny.detail() != null) {
            message.append(": ").append(deny.detail());
        }
        Map<String, String> metadata = new HashMap<>();
        Access refused = deny.refused();
        if (refused != null) {
            String operation = Words.of(refused.operation());
            message.append(" (")
                    .append(operation)
                    .append(' ')
                    .append(Words.shorten(refused.resource().toString()))
                    .append(')');
            metadata.put("operation", operation);
        }
        if (deny.tier() != null) {
            metadata.put("tier", deny.tier());
        }
        if (deny.rule() != null) {
            metadata.put("rule", deny.rule());
        }
        return new Failure(ErrorCode.POLICY_DENIED, deny.reason(), message.toString(), metadata, null);
    }

    /**
     * The same of everything one caller asked for. When nothing but a stronger sign-in is missing and the client can bring one about, it
     * is told how; any other client would loop, and is denied.
     */
    public static Failure of(Decision.Deny deny, VerifiedToken caller) {
        Failure denied = of(deny);
        String context = deny.reason() == DenyReason.AUTH_CONTEXT ? deny.detail() : null;
        String challenge = context == null ? null : caller.stepUp(context).orElse(null);
        return challenge == null
                ? denied
                : new Failure(
                        ErrorCode.STEP_UP_REQUIRED, deny.reason(), denied.message(), denied.metadata(), challenge);
    }

    /**
     * The failure of one write among others that go on, as a serialised {@code google.rpc.Status}.
     *
     * @param decisionId names the decision all of them share
     */
    public static byte[] status(Failure of, String decisionId) {
        Failure failure = of.decidedAs(decisionId);
        String message = failure.message();
        return StatusDetails.encode(
                failure.status().code(),
                message.length() < WRITE_CHARS_MAX ? message : message.substring(0, WRITE_CHARS_MAX - 3) + "...",
                failure.reason().name(),
                Failure.DOMAIN,
                failure.metadata());
    }

    /** A request firegate does not take. */
    public static Failure of(RequestProblem problem, @Nullable String place) {
        ErrorCode code = switch (problem.status()) {
            case INVALID_ARGUMENT -> ErrorCode.REQUEST_INVALID;
            case UNIMPLEMENTED -> ErrorCode.REQUEST_UNSUPPORTED;
            case PERMISSION_DENIED -> ErrorCode.REQUEST_FOREIGN;
        };
        Map<String, String> metadata = place == null ? Map.of() : Map.of("field", place);
        // Clients know Firestore's words for a handle that is none, and act on them.
        String message = problem.verbatim()
                ? problem.sentence()
                : "firegate: " + problem.sentence() + (place == null ? "" : " (at " + place + ")");
        return new Failure(code, problem, message, metadata, null);
    }

    /** A condition of the client's own that does not hold, found out before Firestore was asked to write. */
    public static Failure of(WriteCondition condition) {
        ErrorCode code = switch (condition) {
            case DOCUMENT_MISSING -> ErrorCode.DOCUMENT_MISSING;
            case DOCUMENT_EXISTS -> ErrorCode.DOCUMENT_EXISTS;
            case DOCUMENT_CHANGED -> ErrorCode.DOCUMENT_CHANGED;
            case CONTENTION -> ErrorCode.WRITE_CONTENTION;
        };
        return new Failure(code, condition, "firegate: " + condition.sentence(), Map.of(), null);
    }

    /** A REST request firegate does not take. */
    public static Failure of(RestProblem problem, @Nullable String place) {
        Map<String, String> metadata = place == null ? Map.of() : Map.of("field", place);
        String message = "firegate: " + problem.sentence() + (place == null ? "" : " (at " + place + ")");
        return new Failure(ErrorCode.REQUEST_INVALID, problem, message, metadata, null);
    }

    /** No Google credential for a permitted request: our fault, never a reason to use another. */
    public static Failure of(Absence absence, String credential) {
        long seconds = Math.max(1, absence.retryAfter().toSeconds());
        return new Failure(
                ErrorCode.CREDENTIAL_UNAVAILABLE,
                absence.problem(),
                "firegate: no valid Google credential: " + absence.problem().sentence(),
                Map.of("credential", credential, Failure.RETRY_AFTER_SECONDS, Long.toString(seconds)),
                null);
    }

    /** An answer that did not come. */
    public static Failure of(UpstreamFailure failure) {
        ErrorCode code = switch (failure) {
            case CONNECT, CONNECTION_LOST, RESET -> ErrorCode.UPSTREAM_UNAVAILABLE;
            case OVERLOADED -> ErrorCode.OVERLOADED;
            case PROTOCOL -> ErrorCode.UPSTREAM_PROTOCOL;
        };
        return new Failure(code, failure, "firegate: " + failure.sentence(), Map.of(), null);
    }

    /** What a status of Firestore says of firegate's own credential, so that nobody looks for the fault in the caller's; null for others. */
    public static @Nullable Failure ofOwnCredential(GrpcStatus status) {
        return switch (status) {
            case UNAUTHENTICATED ->
                Failure.of(
                        ErrorCode.UPSTREAM_UNAUTHENTICATED,
                        "firegate: Firestore did not accept firegate's own credential; your token is not the cause");
            case PERMISSION_DENIED ->
                Failure.of(
                        ErrorCode.UPSTREAM_DENIED,
                        "firegate: permitted by the policy, refused by Google IAM for firegate's credential");
            default -> null;
        };
    }

    private static final class Words {
        private static final int RESOURCE_CHARS_MAX = 300;

        static String of(Enum<?> word) {
            return word.name().toLowerCase(java.util.Locale.ROOT);
        }

        /** A status message travels in a header, and official clients stop at 8 KiB of headers. */
        static String shorten(String text) {
            return text.length() <= RESOURCE_CHARS_MAX ? text : text.substring(0, RESOURCE_CHARS_MAX) + "...";
        }
    }
}
