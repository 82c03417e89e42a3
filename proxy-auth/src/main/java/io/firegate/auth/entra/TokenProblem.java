package io.firegate.auth.entra;

/** Why a token is not accepted: a closed vocabulary, safe to show to whoever sent the token. */
public enum TokenProblem {
    /** No {@code Authorization} header, or another scheme than Bearer. */
    MISSING(Kind.NO_CREDENTIALS, "send an Entra ID access token as Authorization: Bearer"),
    /** More than one {@code Authorization} header. */
    REPEATED(Kind.MALFORMED_REQUEST, "more than one Authorization header"),
    /** {@code Bearer} with nothing behind it. */
    EMPTY(Kind.MALFORMED_REQUEST, "the Authorization header holds no token");

    /** How the problem is answered (RFC 6750 section 3.1). */
    public enum Kind {
        /** 401 with a bare challenge, UNAUTHENTICATED. */
        NO_CREDENTIALS,
        /** 400 {@code invalid_request}, UNAUTHENTICATED. */
        MALFORMED_REQUEST,
        /** 401 {@code invalid_token}, UNAUTHENTICATED. */
        INVALID_TOKEN,
        /** 403 {@code insufficient_scope}, PERMISSION_DENIED. */
        INSUFFICIENT,
        /** 503, UNAVAILABLE: not the caller's doing. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final String description;

    TokenProblem(Kind kind, String description) {
        this.kind = kind;
        this.description = description;
    }

    /** How it is answered. */
    public Kind kind() {
        return kind;
    }

    /** One public sentence in the characters RFC 6750 section 3 allows for {@code error_description}. */
    public String description() {
        return description;
    }
}
