package io.firegate.auth.entra;

import java.util.Optional;

/** The value of {@code WWW-Authenticate} for a refusal (RFC 6750 section 3). Stateless. */
public final class Challenge {
    private static final String REALM = "Bearer realm=\"firegate\"";

    private Challenge() {}

    /** The challenge; empty when the refusal is not the caller's doing and no other token would help. */
    public static Optional<String> of(Verification.Refused refused) {
        TokenProblem problem = refused.problem();
        return switch (problem.kind()) {
            // RFC 6750 section 3.1: no error code when the request carried no credentials.
            case NO_CREDENTIALS -> Optional.of(REALM);
            case MALFORMED_REQUEST -> Optional.of(withError("invalid_request", problem));
            case INVALID_TOKEN -> Optional.of(withError("invalid_token", problem));
            case INSUFFICIENT -> {
                String challenge = withError("insufficient_scope", problem);
                String scope = refused.missingScope();
                yield Optional.of(scope.isEmpty() ? challenge : challenge + ", scope=\"" + scope + "\"");
            }
            case UNAVAILABLE -> Optional.empty();
        };
    }

    private static String withError(String error, TokenProblem problem) {
        return REALM + ", error=\"" + error + "\", error_description=\"" + problem.description() + "\"";
    }
}
