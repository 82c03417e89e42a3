package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.JsonCalls.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Firegate's own Google token for that of a tier's service account: {@code generateAccessToken} of IAM Credentials. */
final class Impersonation implements TokenSource {
    /** What whoever calls IAM Credentials must hold; the tier's token does not. */
    static final String CALLER_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    /** All that a tier's token is good for. */
    static final String TIER_SCOPE = "https://www.googleapis.com/auth/datastore";

    /** An expiry this much later than asked for is a wrong clock. */
    private static final Duration SKEW_MAX = Duration.ofMinutes(2);

    private final TokenSource caller;
    private final JsonCalls calls;
    private final URI address;
    private final Duration lifetime;
    private final InstantSource clock;

    /**
     * Tokens of one account.
     *
     * @param account its e-mail address
     * @param iam IAM Credentials, scheme and host
     */
    Impersonation(
            TokenSource caller, JsonCalls calls, String account, URI iam, Duration lifetime, InstantSource clock) {
        this.caller = caller;
        this.calls = calls;
        this.address = URI.create(iam + "/v1/projects/-/serviceAccounts/" + account + ":generateAccessToken");
        this.lifetime = lifetime;
        this.clock = clock;
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        return Chain.then(caller.fetch(), this::mint);
    }

    private CompletionStage<TokenReply> mint(FetchedToken bearer) {
        String body =
                "{\"delegates\":[],\"scope\":[\"" + TIER_SCOPE + "\"],\"lifetime\":\"" + lifetime.toSeconds() + "s\"}";
        Instant asked = clock.instant();
        return calls.send(HttpRequest.newBuilder(address)
                        .header("authorization", "Bearer " + bearer.text())
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)))
                .thenApply(reply -> switch (reply) {
                    case Reply.Broken broken -> broken.reply();
                    case Reply.Answer answer -> read(answer, asked);
                });
    }

    private TokenReply read(Reply.Answer answer, Instant asked) {
        TokenReply failure = answer.commonFailure();
        if (failure != null) {
            return failure;
        }
        if (answer.status() != 200) {
            return switch (answer.status()) {
                case 401 -> answer.tokenRefusal(CredentialProblem.FEDERATED_TOKEN_REFUSED);
                case 403 -> answer.refusal(CredentialProblem.IMPERSONATION_DENIED);
                case 404 -> answer.refusal(CredentialProblem.ACCOUNT_UNKNOWN);
                default -> answer.refusal(CredentialProblem.IMPERSONATION_REFUSED);
            };
        }
        if (!(answer.member("accessToken") instanceof String token) || !FetchedToken.isPlain(token)) {
            return answer.malformed("no usable accessToken");
        }
        Instant expires = instant(answer.member("expireTime"));
        if (expires == null) {
            return answer.malformed("no usable expireTime");
        }
        Instant latest = asked.plus(lifetime);
        if (!expires.isAfter(asked) || expires.isAfter(latest.plus(SKEW_MAX))) {
            return TokenReply.failed(
                    CredentialProblem.CLOCK_WRONG,
                    "the token of " + address + " expires at " + expires + ", asked for at " + asked + " for "
                            + lifetime);
        }
        // Where this clock is behind Google's, what was asked for ends first.
        return new TokenReply.Issued(new FetchedToken(token, expires.isBefore(latest) ? expires : latest));
    }

    private static @Nullable Instant instant(@Nullable Object value) {
        try {
            return value instanceof String text ? Instant.parse(text) : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
