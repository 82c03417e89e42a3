package io.firegate.auth.graph;

/** Why Microsoft Graph did not say which groups a caller is in. A closed vocabulary, for the log and the metrics. */
public enum GraphProblem {
    /** Firegate has no token of its own for Graph; the cause stands with that credential. */
    NO_TOKEN,
    /** No connection, or it broke. */
    UNREACHABLE,
    /** No whole answer within the limit. */
    TIMEOUT,
    /** 429: too many questions of this application, or of this tenant. */
    THROTTLED,
    /** 401 or 403: the application lacks the permission, or nobody consented to it. */
    DENIED,
    /** 5xx. */
    SERVER_ERROR,
    /** Any other answer, a redirect included. */
    MALFORMED,
    /** More lookups at once than the limit, or a policy that names more groups than one lookup may ask about. */
    OVERLOADED
}
