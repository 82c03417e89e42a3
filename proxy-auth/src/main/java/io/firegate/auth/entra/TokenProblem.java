package io.firegate.auth.entra;

/**
 * Why a token is not accepted: a closed vocabulary, safe to show to whoever sent the token.
 *
 * <p>The description is the {@code error_description} of the challenge and the public sentence of the refusal. It says what is
 * wrong and what to ask for, and never repeats anything from the token.
 */
public enum TokenProblem {
    /** No {@code Authorization} header, or another scheme than Bearer. */
    MISSING(Kind.NO_CREDENTIALS, "send an Entra ID access token as Authorization: Bearer"),
    /** More than one {@code Authorization} header. */
    REPEATED(Kind.MALFORMED_REQUEST, "more than one Authorization header"),
    /** A token as a parameter of a URL, where logs and histories keep it. */
    IN_URL(Kind.MALFORMED_REQUEST, "a token must be in the Authorization header and never in a URL"),
    /** {@code Bearer} with nothing behind it. */
    EMPTY(Kind.MALFORMED_REQUEST, "the Authorization header holds no token"),

    /** Longer than any token Entra issues. */
    TOO_LARGE(Kind.INVALID_TOKEN, "token too large"),
    /** Not three parts of base64url. */
    NOT_A_TOKEN(
            Kind.INVALID_TOKEN,
            "not a token: after Bearer and one space come three base64url parts joined by dots, without padding or spaces"),
    /** The header is not one JSON object with unique members. */
    HEADER_MALFORMED(Kind.INVALID_TOKEN, "token header is not a JSON object with unique members"),
    /** Anything but RS256, {@code none} and the HMAC family included. */
    ALGORITHM(Kind.INVALID_TOKEN, "signing algorithm not accepted: only RS256 is"),
    /** {@code typ} is there and is not {@code JWT}. */
    TOKEN_TYPE(Kind.INVALID_TOKEN, "token type not accepted: typ must be JWT"),
    /** A member that would let the token choose its own key or its own reading (RFC 8725 section 3). */
    HEADER_MEMBER(Kind.INVALID_TOKEN, "token header must not have crit, b64, jwk, jku, x5u or x5c"),
    /** A {@code nonce} in the header: only Microsoft's own resources can verify such a token. */
    OTHER_RESOURCE(
            Kind.INVALID_TOKEN,
            "token is for another resource: its header has a nonce, as tokens for Microsoft Graph do; ask Entra for a token for this API"),
    /** No {@code kid}, or an impossible one. */
    KEY_ID(Kind.INVALID_TOKEN, "token header has no usable kid"),
    /** The payload is not one JSON object with unique members. */
    PAYLOAD_MALFORMED(Kind.INVALID_TOKEN, "token payload is not a JSON object with unique claims"),
    /** A claim such as {@code TID} beside or in place of {@code tid}. */
    CLAIM_SPELLING(Kind.INVALID_TOKEN, "a claim is spelled in the wrong case"),
    /** {@code tid} is not one of the configured tenants. */
    TENANT(Kind.INVALID_TOKEN, "tenant not accepted: sign in to the tenant this gateway serves"),
    /** {@code ver} is not enabled for the tenant. */
    VERSION(
            Kind.INVALID_TOKEN,
            "issuer not accepted: this token version is not enabled; set api.requestedAccessTokenVersion to 2 in the manifest of the API registration"),
    /** {@code iss} is not exactly the tenant's issuer for that version. */
    ISSUER(Kind.INVALID_TOKEN, "issuer not accepted: it is not the issuer of the tenant in tid"),
    /** {@code aud} is not one of the configured strings. */
    AUDIENCE(Kind.INVALID_TOKEN, "audience not accepted: ask Entra for a token for this API"),
    /** No key of the tenant has this {@code kid}, and the key set was looked at a moment ago. */
    UNKNOWN_KEY(Kind.INVALID_TOKEN, "signing key not known for this tenant"),
    /** The key of that {@code kid} belongs to another issuer. */
    KEY_ISSUER(Kind.INVALID_TOKEN, "signing key not for this issuer"),
    /** The signature does not verify. */
    SIGNATURE(Kind.INVALID_TOKEN, "signature does not verify"),
    /** {@code exp}, {@code nbf} or {@code iat} is missing, null, not a whole number or out of range. */
    TIME_CLAIM(Kind.INVALID_TOKEN, "exp, nbf and iat must be whole seconds"),
    /** {@code exp} plus the tolerated skew has passed. */
    EXPIRED(Kind.INVALID_TOKEN, "token expired: get a new one"),
    /** {@code nbf} lies ahead by more than the tolerated skew. */
    NOT_YET_VALID(Kind.INVALID_TOKEN, "token not valid yet: compare the clocks"),
    /** {@code iat} lies ahead by more than the tolerated skew. */
    ISSUED_IN_FUTURE(Kind.INVALID_TOKEN, "token issued in the future: compare the clocks"),
    /** {@code exp} minus {@code iat} is more than the configured cap. */
    LIFETIME(Kind.INVALID_TOKEN, "token lives longer than this gateway accepts"),
    /** {@code cnf}: the token is bound to a key, and as Bearer that proof is missing. */
    BOUND(Kind.INVALID_TOKEN, "token is bound to a key by cnf and cannot be used as Bearer"),
    /** No {@code oid}, or not a GUID. */
    SUBJECT(Kind.INVALID_TOKEN, "token has no oid that is a GUID"),
    /** No {@code azp} (v2) or {@code appid} (v1), as in ID tokens. */
    CLIENT(Kind.INVALID_TOKEN, "token names no client application: send an access token, not an ID token"),
    /** {@code idtyp} is neither {@code user} nor {@code app}. */
    SUBJECT_KIND(Kind.INVALID_TOKEN, "token is neither for a person nor for an application: idtyp not accepted"),
    /** No {@code scp}, and no {@code idtyp} that says it is an application's. */
    NO_SCOPE(
            Kind.INVALID_TOKEN,
            "token has neither scp nor idtyp app: a person needs a delegated scope of this API, an application needs the optional claim idtyp on the API registration"),
    /** A claim that is used has another JSON type than Entra gives it. */
    CLAIM_TYPE(Kind.INVALID_TOKEN, "a claim has the wrong JSON type"),

    /** A person's token without the scope the tenant requires. */
    SCOPE(Kind.INSUFFICIENT, "token lacks the required scope of this API"),
    /** None of the app roles the tenant asks of everybody. */
    ROLE(
            Kind.INSUFFICIENT,
            "token has none of the app roles this gateway asks of everybody: ask their owner to assign one"),
    /** An application's token without any role: every application of the tenant can get one of those. */
    APP_WITHOUT_ROLE(Kind.INSUFFICIENT, "application has no app role for this API: ask its owner to assign one"),
    /** Overage: Entra left groups out of the token, so nobody can tell which the caller has. */
    GROUPS_INCOMPLETE(
            Kind.INSUFFICIENT,
            "token does not hold all groups of the caller: limit the groups claim to groups assigned to the application, or use app roles"),
    /** The groups are to be looked up, and the directory knows nobody of the token's object id. */
    PRINCIPAL_GONE(
            Kind.INSUFFICIENT, "caller is not in the directory of the tenant: deleted since the token was issued"),
    /** Names instead of object ids in {@code groups}: names are not unique, so they grant nothing. */
    GROUP_NAMES(
            Kind.INSUFFICIENT,
            "groups claim holds names instead of object ids: set the groups claim of the API registration to group ids"),
    /** A guest, and guests are not let in. */
    GUEST(Kind.INSUFFICIENT, "guests of the tenant are not admitted"),
    /** An agent identity or an agent's user account, and agents are not let in. */
    AGENT(Kind.INSUFFICIENT, "agents are not admitted"),

    /** The tenant's keys were never fetched, or are too old to be trusted. */
    KEYS_UNAVAILABLE(Kind.UNAVAILABLE, "signing keys of the tenant are not available: try again later"),
    /** The groups are to be looked up, and Graph does not answer. */
    GROUPS_UNAVAILABLE(Kind.UNAVAILABLE, "groups of the caller cannot be looked up now: try again later");

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
