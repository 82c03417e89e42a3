package io.firegate.auth.entra;

import java.util.Optional;

/** What is looked at of a token, in the order the verifier does it; for people who ask why theirs is refused. */
public enum InspectionStep {
    LENGTH("not longer than limits.tokenBytes"),
    SPELLING("three parts of base64url joined by dots"),
    HEADER("alg RS256, typ JWT or none, a kid, nothing that chooses a key, no nonce"),
    PAYLOAD("one JSON object, no claim in the wrong case"),
    TENANT("tid is a configured tenant"),
    ISSUER("ver is enabled and iss is exactly the tenant's"),
    AUDIENCE("aud is one of the tenant's audiences"),
    KEY("the tenant publishes the key, and for this issuer"),
    SIGNATURE("the signature verifies"),
    TIMES("exp, nbf and iat are whole seconds, now is between them, and the life is not too long"),
    HOLDER("not bound to a key (cnf)"),
    CALLER("oid and the client's id are GUIDs, claims have their JSON types"),
    KIND("idtyp is user, app or missing"),
    ADMISSION("agents and guests only where the tenant lets them in"),
    PERMISSION("a person has the required scope, an application a role"),
    GROUPS("groups are object ids, and all of them in the token or to be asked of Graph");

    private final String demand;

    InspectionStep(String demand) {
        this.demand = demand;
    }

    /** What must be so. */
    public String demand() {
        return demand;
    }

    /** Where a problem is found; empty for one of the header's, before there is a token. */
    public static Optional<InspectionStep> of(TokenProblem problem) {
        return Optional.ofNullable(
                switch (problem) {
                    case MISSING, REPEATED, IN_URL, EMPTY -> null;
                    case TOO_LARGE -> LENGTH;
                    case NOT_A_TOKEN -> SPELLING;
                    case HEADER_MALFORMED, ALGORITHM, TOKEN_TYPE, HEADER_MEMBER, OTHER_RESOURCE, KEY_ID -> HEADER;
                    case PAYLOAD_MALFORMED, CLAIM_SPELLING -> PAYLOAD;
                    case TENANT -> TENANT;
                    case VERSION, ISSUER -> ISSUER;
                    case AUDIENCE -> AUDIENCE;
                    case UNKNOWN_KEY, KEY_ISSUER, KEYS_UNAVAILABLE -> KEY;
                    case SIGNATURE -> SIGNATURE;
                    case TIME_CLAIM, EXPIRED, NOT_YET_VALID, ISSUED_IN_FUTURE, LIFETIME -> TIMES;
                    case BOUND -> HOLDER;
                    case SUBJECT, CLIENT, CLAIM_TYPE -> CALLER;
                    case SUBJECT_KIND -> KIND;
                    case GUEST, AGENT -> ADMISSION;
                    case NO_SCOPE, SCOPE, ROLE, APP_WITHOUT_ROLE -> PERMISSION;
                    case GROUPS_INCOMPLETE, GROUP_NAMES, PRINCIPAL_GONE, GROUPS_UNAVAILABLE -> GROUPS;
                });
    }
}
