package io.firegate.error;

/**
 * Everything firegate itself answers instead of Firestore: the catalogue of {@code docs/errors.md}. The name is the stable id, sent
 * as {@code reason} of the {@code ErrorInfo} with domain {@code firegate}.
 */
public enum ErrorCode {
    TOKEN_MISSING(Group.CALLER, GrpcStatus.UNAUTHENTICATED, "Send an Entra ID access token."),
    TOKEN_MALFORMED(
            Group.CALLER, GrpcStatus.UNAUTHENTICATED, 400, "Send exactly one Authorization header with one token."),
    TOKEN_INVALID(
            Group.CALLER,
            GrpcStatus.UNAUTHENTICATED,
            "Get a fresh token for firegate's API from the tenant; the message names what is wrong with this one."),
    TOKEN_TOO_LARGE(
            Group.CALLER,
            GrpcStatus.UNAUTHENTICATED,
            431,
            "No token of Entra is that large; ask for one with fewer groups, see `limits.tokenBytes`."),
    TOKEN_INSUFFICIENT(
            Group.CALLER,
            GrpcStatus.PERMISSION_DENIED,
            "The token is valid but lacks the scope, role or kind needed here."),
    STEP_UP_REQUIRED(
            Group.CALLER,
            GrpcStatus.UNAUTHENTICATED,
            "Sign the user in again with the claims of the challenge: MSAL does when it is given them."),
    IDENTITY_UNAVAILABLE(
            Group.GATEWAY,
            GrpcStatus.UNAVAILABLE,
            "Firegate cannot reach the tenant's signing keys, or Graph for the caller's groups; try again, then see /readyz."),
    POLICY_DENIED(
            Group.POLICY,
            GrpcStatus.PERMISSION_DENIED,
            "Ask for a tier with a rule for this path and operation, quoting the decision id."),
    ROWS_CHANGED(
            Group.POLICY,
            GrpcStatus.UNAVAILABLE,
            "The policy now shows other rows, or by another credential; official clients listen anew by themselves."),
    FIELDS_CHANGED(
            Group.POLICY,
            GrpcStatus.PERMISSION_DENIED,
            "The policy now shows other fields of the documents; listen anew."),
    DOCUMENT_MISSING(
            Group.CALLER,
            GrpcStatus.NOT_FOUND,
            "The document the write needs does not exist for you; create it, or leave the precondition out."),
    DOCUMENT_EXISTS(
            Group.CALLER,
            GrpcStatus.ALREADY_EXISTS,
            "A document with that name exists, whether you may see it or not; choose another id."),
    DOCUMENT_CHANGED(Group.CALLER, GrpcStatus.FAILED_PRECONDITION, "Read the document again and decide anew."),
    WRITE_CONTENTION(
            Group.UPSTREAM,
            GrpcStatus.ABORTED,
            "Others kept changing the document while firegate judged the write; try again, in a transaction begin it anew."),
    METHOD_UNKNOWN(Group.CALLER, GrpcStatus.UNIMPLEMENTED, "Call one of the methods of google.firestore.v1.Firestore."),
    PATH_UNKNOWN(
            Group.CALLER, GrpcStatus.NOT_FOUND, "Call one of the REST bindings of docs/rest.md with its HTTP method."),
    METHOD_REFUSED(Group.CALLER, GrpcStatus.UNIMPLEMENTED, "This method is refused by name; the message says why."),
    REQUEST_INVALID(Group.CALLER, GrpcStatus.INVALID_ARGUMENT, "The message names the field to change."),
    REQUEST_UNSUPPORTED(Group.CALLER, GrpcStatus.UNIMPLEMENTED, "This form of request is not governed yet."),
    REQUEST_FOREIGN(
            Group.CALLER, GrpcStatus.PERMISSION_DENIED, "Every name in a request must be in the same database."),
    REQUEST_TOO_LARGE(
            Group.CALLER, GrpcStatus.RESOURCE_EXHAUSTED, 413, "Split the request; see `limits` in the configuration."),
    ENCODING_UNSUPPORTED(
            Group.CALLER, GrpcStatus.UNIMPLEMENTED, 415, "Send requests uncompressed (encoding identity)."),
    CONTENT_TYPE_UNSUPPORTED(
            Group.CALLER,
            GrpcStatus.INVALID_ARGUMENT,
            415,
            "Send a body as application/json in UTF-8; gRPC is POST with application/grpc."),
    CANCELLED(Group.CALLER, GrpcStatus.CANCELLED, "The caller gave up before a verdict; seen in the record only."),
    DEADLINE_EXCEEDED(
            Group.CALLER, GrpcStatus.DEADLINE_EXCEEDED, "The caller's deadline passed before the answer was whole."),
    REQUEST_INCOMPLETE(
            Group.CALLER,
            GrpcStatus.DEADLINE_EXCEEDED,
            408,
            "The request's body stopped arriving; see `limits.bodyIdleMillis`."),
    OVERLOADED(Group.GATEWAY, GrpcStatus.UNAVAILABLE, "Firegate is at a limit; try again with backoff."),
    DRAINING(Group.GATEWAY, GrpcStatus.UNAVAILABLE, "This instance is stopping; connect again."),
    RECORD_UNAVAILABLE(
            Group.GATEWAY,
            GrpcStatus.UNAVAILABLE,
            "The record cannot be written and audit.onFailure is deny; see the log."),
    CREDENTIAL_UNAVAILABLE(
            Group.GATEWAY,
            GrpcStatus.UNAVAILABLE,
            "Try again after `metadata.retryAfterSeconds`; the operator sees the cause in the log and in /readyz?verbose."),
    UPSTREAM_UNAVAILABLE(Group.UPSTREAM, GrpcStatus.UNAVAILABLE, "Firestore did not answer; try again with backoff."),
    UPSTREAM_PROTOCOL(Group.UPSTREAM, GrpcStatus.UNAVAILABLE, "Firestore's answer was not understood; see the log."),
    ANSWER_TOO_LARGE(
            Group.UPSTREAM,
            GrpcStatus.RESOURCE_EXHAUSTED,
            "Ask for less at once (page size, mask, limit), or raise `limits.answerMessageBytes`."),
    UPSTREAM_UNAUTHENTICATED(
            Group.GATEWAY,
            GrpcStatus.UNAVAILABLE,
            "Firestore did not accept firegate's own credential; the caller's token is not the cause."),
    UPSTREAM_DENIED(
            Group.GATEWAY,
            GrpcStatus.PERMISSION_DENIED,
            "The policy permits this; Google IAM refuses firegate's credential for the tier. Grant it the database role."),
    INTERNAL(Group.GATEWAY, GrpcStatus.UNAVAILABLE, "A fault of firegate; report it with the decision id.");

    /** Whose doing it is. */
    public enum Group {
        CALLER,
        POLICY,
        GATEWAY,
        UPSTREAM
    }

    private final Group group;
    private final GrpcStatus status;
    private final int httpStatus;
    private final String action;

    ErrorCode(Group group, GrpcStatus status, String action) {
        this(group, status, status.http(), action);
    }

    ErrorCode(Group group, GrpcStatus status, int httpStatus, String action) {
        this.group = group;
        this.status = status;
        this.httpStatus = httpStatus;
        this.action = action;
    }

    /** Whose doing it is. */
    public Group group() {
        return group;
    }

    /** How it is answered over gRPC. */
    public GrpcStatus status() {
        return status;
    }

    /** How it is answered over REST. */
    public int httpStatus() {
        return httpStatus;
    }

    /** What whoever reads it should do. */
    public String action() {
        return action;
    }
}
