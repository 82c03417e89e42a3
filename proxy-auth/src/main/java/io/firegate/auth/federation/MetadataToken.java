package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.JsonCalls.Reply;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The workload's token from the metadata service of the machine it runs on. */
final class MetadataToken implements TokenSource {
    /** The header with which Google's metadata server shows, and demands, that nobody was tricked into the request. */
    private static final String FLAVOR = "Metadata-Flavor";

    private final JsonCalls calls;
    private final URI address;
    private final String header;
    private final String headerValue;
    private final boolean answersFlavor;

    private MetadataToken(JsonCalls calls, URI address, String header, String headerValue, boolean answersFlavor) {
        this.calls = calls;
        this.address = address;
        this.header = header;
        this.headerValue = headerValue;
        this.answersFlavor = answersFlavor;
    }

    /** A token of a managed identity, from Azure's instance metadata service. */
    static MetadataToken azure(JsonCalls calls, WorkloadIdentity.EntraManagedIdentity identity) {
        String query = "?api-version=2018-02-01&resource=" + encoded(identity.resource());
        if (identity.clientId() != null) {
            query += "&client_id=" + encoded(identity.clientId());
        }
        return new MetadataToken(
                calls,
                URI.create(identity.metadata() + "/metadata/identity/oauth2/token" + query),
                "Metadata",
                "true",
                false);
    }

    /** An access token of the workload's service account, from Google's metadata server. */
    static MetadataToken google(JsonCalls calls, WorkloadIdentity.GceMetadata identity) {
        String path = "/computeMetadata/v1/instance/service-accounts/default/token?scopes=";
        return new MetadataToken(
                calls,
                URI.create(identity.metadata() + path + encoded(Impersonation.CALLER_SCOPE)),
                FLAVOR,
                "Google",
                true);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        // Plain HTTP/1.1: these services know nothing of an upgrade to HTTP/2.
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .version(HttpClient.Version.HTTP_1_1)
                .header(header, headerValue);
        return calls.send(request).thenApply(this::read);
    }

    private TokenReply read(Reply reply) {
        return switch (reply) {
            case Reply.Broken broken -> unlessAbsent(broken.reply());
            case Reply.Answer answer -> {
                TokenReply failure = answer.commonFailure();
                if (failure != null) {
                    yield failure;
                }
                if (answer.status() != 200) {
                    yield answer.refusal(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
                }
                if (answersFlavor && !"Google".equals(answer.header(FLAVOR))) {
                    yield answer.malformed("without " + FLAVOR + ": it is not Google's metadata server");
                }
                @Nullable Object token = answer.member("access_token");
                yield token instanceof String text && FetchedToken.isPlain(text)
                        ? new TokenReply.Issued(new FetchedToken(text, Instant.MAX))
                        : answer.malformed("no usable access_token");
            }
        };
    }

    /** Where nobody answers there is no such service: the workload runs somewhere else. */
    private static TokenReply unlessAbsent(TokenReply reply) {
        return reply instanceof TokenReply.Failed failed && failed.problem() == CredentialProblem.UNREACHABLE
                ? TokenReply.failed(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, failed.detail())
                : reply;
    }
}
