package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.JsonCalls.Reply;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/** The workload's token for Google's federated one: a token exchange (RFC 8693) at Google STS. */
final class TokenExchange implements TokenSource {
    /** The type of a subject token that is a signed JWT. */
    static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    /** Google issues an hour; twelve are possible with an organization policy. */
    private static final long LIFETIME_SECONDS_MAX = 43_200;

    private final TokenSource workload;
    private final JsonCalls calls;
    private final URI address;
    private final Terms terms;
    private final InstantSource clock;

    /**
     * What is exchanged for what.
     *
     * @param audience the workload identity provider
     * @param sts Google's token service, scheme and host
     * @param subjectTokenType of the workload's token
     * @param scope of the token wanted
     */
    record Terms(String audience, URI sts, String subjectTokenType, String scope) {
        /** A JWT for a token that may call IAM Credentials. */
        static Terms of(WorkloadIdentity.Foreign identity) {
            return new Terms(identity.audience(), identity.sts(), JWT, Impersonation.CALLER_SCOPE);
        }
    }

    TokenExchange(TokenSource workload, JsonCalls calls, Terms terms, InstantSource clock) {
        this.workload = workload;
        this.calls = calls;
        this.address = URI.create(terms.sts() + "/v1/token");
        this.terms = terms;
        this.clock = clock;
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        return Chain.then(workload.fetch(), this::exchange);
    }

    private CompletionStage<TokenReply> exchange(FetchedToken subject) {
        String form = "grant_type=" + encoded("urn:ietf:params:oauth:grant-type:token-exchange")
                + "&audience=" + encoded(terms.audience())
                + "&scope=" + encoded(terms.scope())
                + "&requested_token_type=" + encoded(ACCESS_TOKEN)
                + "&subject_token_type=" + encoded(terms.subjectTokenType())
                + "&subject_token=" + encoded(subject.text());
        Instant asked = clock.instant();
        return calls.send(HttpRequest.newBuilder(address)
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form)))
                .thenApply(reply -> switch (reply) {
                    case Reply.Broken broken -> broken.reply();
                    case Reply.Answer answer -> read(answer, asked);
                });
    }

    /** A value in a form (application/x-www-form-urlencoded) or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static TokenReply read(Reply.Answer answer, Instant asked) {
        TokenReply failure = answer.commonFailure();
        if (failure != null) {
            return failure;
        }
        if (answer.status() != 200) {
            return switch (answer.errorCode()) {
                case "invalid_grant" -> answer.tokenRefusal(CredentialProblem.STS_GRANT_REFUSED);
                case "invalid_target" -> answer.refusal(CredentialProblem.STS_TARGET_UNKNOWN);
                case "unauthorized_client" -> answer.refusal(CredentialProblem.STS_CONDITION_REFUSED);
                default -> answer.refusal(CredentialProblem.STS_REQUEST_REFUSED);
            };
        }
        if (!(answer.member("access_token") instanceof String token) || !FetchedToken.isPlain(token)) {
            return answer.malformed("no usable access_token");
        }
        boolean bearer = answer.member("token_type") instanceof String type && type.equalsIgnoreCase("Bearer");
        if (!bearer || !ACCESS_TOKEN.equals(answer.member("issued_token_type"))) {
            return answer.malformed("a token of another type than asked for");
        }
        // Without it nobody could tell when to come again: google-auth-library then never does.
        if (!(answer.member("expires_in") instanceof Long seconds) || seconds <= 0 || seconds > LIFETIME_SECONDS_MAX) {
            return answer.malformed("no usable expires_in");
        }
        return new TokenReply.Issued(new FetchedToken(token, asked.plusSeconds(seconds)));
    }
}
