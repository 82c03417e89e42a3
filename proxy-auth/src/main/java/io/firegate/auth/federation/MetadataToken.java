package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.JsonCalls.Reply;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.time.InstantSource;
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
    private final InstantSource clock;

    private MetadataToken(
            JsonCalls calls,
            URI address,
            String header,
            String headerValue,
            boolean answersFlavor,
            InstantSource clock) {
        this.calls = calls;
        this.address = address;
        this.header = header;
        this.headerValue = headerValue;
        this.answersFlavor = answersFlavor;
        this.clock = clock;
    }

    /** A token of a managed identity, from Azure's instance metadata service. */
    static MetadataToken azure(
            JsonCalls calls, EntraIdentity.ManagedIdentity identity, String resource, InstantSource clock) {
        URI address = URI.create(identity.metadata() + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                + query(resource, identity.clientId()));
        return new MetadataToken(calls, address, "Metadata", "true", false, clock);
    }

    /** A token of a managed identity, from the endpoint App Service gives its workloads. */
    static MetadataToken appService(
            JsonCalls calls, EntraIdentity.AppService identity, String resource, InstantSource clock) {
        URI address =
                URI.create(identity.endpoint() + "?api-version=2019-08-01" + query(resource, identity.clientId()));
        return new MetadataToken(calls, address, "X-IDENTITY-HEADER", identity.header(), false, clock);
    }

    private static String query(String resource, @Nullable String clientId) {
        return "&resource=" + TokenExchange.encoded(resource)
                + (clientId == null ? "" : "&client_id=" + TokenExchange.encoded(clientId));
    }

    /** An access token of the workload's service account, from Google's metadata server. */
    static MetadataToken google(JsonCalls calls, WorkloadIdentity.GceMetadata identity, InstantSource clock) {
        String path = "/computeMetadata/v1/instance/service-accounts/default/token?scopes=";
        return new MetadataToken(
                calls,
                URI.create(identity.metadata() + path + TokenExchange.encoded(Impersonation.CALLER_SCOPE)),
                FLAVOR,
                "Google",
                true,
                clock);
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        // Plain HTTP/1.1: these services know nothing of an upgrade to HTTP/2.
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .version(HttpClient.Version.HTTP_1_1)
                .header(header, headerValue);
        Instant asked = clock.instant();
        return calls.send(request).thenApply(reply -> read(reply, asked));
    }

    private TokenReply read(Reply reply, Instant asked) {
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
                yield answer.accessToken(asked);
            }
        };
    }

    /** Where nobody answers there is no such service: the workload runs somewhere else. */
    static TokenReply unlessAbsent(TokenReply reply) {
        return reply instanceof TokenReply.Failed failed && failed.problem() == CredentialProblem.UNREACHABLE
                ? TokenReply.failed(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, failed.detail())
                : reply;
    }
}
