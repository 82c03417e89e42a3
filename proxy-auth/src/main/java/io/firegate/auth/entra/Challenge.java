package io.firegate.auth.entra;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
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

    /**
     * The challenge that makes a client sign its user in once more, so that an authentication context is met (Microsoft, "Claims
     * challenge"). Only for clients that declare they understand it: others would loop.
     *
     * @param context its id, such as {@code c1}
     * @param authority scheme and host of the sign-in service
     * @param clientId the API's
     */
    static String forContext(String context, String authority, String clientId) {
        String claims = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"" + context + "\"}}}";
        return "Bearer realm=\"\", authorization_uri=\"" + authority + "/common/oauth2/authorize\", client_id=\""
                + clientId + "\", error=\"insufficient_claims\", claims=\""
                + Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.US_ASCII))
                + "\", cc_type=\"authcontext\"";
    }

    private static String withError(String error, TokenProblem problem) {
        return REALM + ", error=\"" + error + "\", error_description=\"" + problem.description() + "\"";
    }
}
