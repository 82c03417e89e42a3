package io.firegate.auth.entra;

import io.firegate.auth.input.BoundedBody;
import io.firegate.auth.input.StrictJson;
import io.firegate.policy.Guid;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Keys from a tenant's OpenID discovery document, over HTTP, without blocking.
 *
 * <p>Every address comes from the configuration but one: {@code jwks_uri}, which must be on the configured authority. Redirects are not
 * followed, bodies are cut at a limit while they are read, and one time limit covers a request from start to last byte.
 */
public final class DiscoveredKeys implements KeySource {
    private final Guid tenant;
    private final Authority authority;
    private final Set<TokenVersion> versions;
    private final KeyBounds bounds;
    private final HttpClient client;

    /**
     * A tenant's published keys.
     *
     * @param client a client of {@link #newClient}; may be shared
     * @throws IllegalArgumentException when the client would follow redirects
     */
    public DiscoveredKeys(
            Guid tenant, Authority authority, Set<TokenVersion> versions, KeyBounds bounds, HttpClient client) {
        if (client.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new IllegalArgumentException("a client that follows redirects could leave the authority");
        }
        this.tenant = tenant;
        this.authority = authority;
        this.versions = Set.copyOf(versions);
        this.bounds = bounds;
        this.client = client;
    }

    /** A client fit for this: it follows no redirect and gives up a connection attempt after the time limit. Close it at the end. */
    public static HttpClient newClient(Duration connectTimeout) {
        return HttpClient.newBuilder()
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public CompletionStage<Answer> fetch() {
        Map<TokenVersion, byte[]> none = new EnumMap<>(TokenVersion.class);
        CompletionStage<Answer> answer = CompletableFuture.completedFuture(new Answer.Documents(none));
        for (TokenVersion version : List.copyOf(versions)) {
            answer = answer.thenCompose(so -> and(version, so));
        }
        return answer;
    }

    /** What was fetched so far and the set of one more version. */
    private CompletionStage<Answer> and(TokenVersion version, Answer soFar) {
        return switch (soFar) {
            case Answer.Failed failed -> CompletableFuture.completedFuture(failed);
            case Answer.Documents documents ->
                keySet(version).thenApply(reply -> switch (reply) {
                    case Reply.Broken broken -> new Answer.Failed(broken.reason());
                    case Reply.Body body -> {
                        Map<TokenVersion, byte[]> sets = new EnumMap<>(TokenVersion.class);
                        sets.putAll(documents.sets());
                        sets.put(version, body.bytes());
                        yield new Answer.Documents(sets);
                    }
                });
        };
    }

    private CompletionStage<Reply> keySet(TokenVersion version) {
        URI metadata = authority.metadata(tenant, version);
        return get(metadata).thenCompose(reply -> switch (reply) {
            case Reply.Broken broken -> CompletableFuture.completedFuture(broken);
            case Reply.Body body -> {
                Map<String, Object> document = StrictJson.object(body.bytes(), StrictJson.Duplicates.REFUSED);
                if (document == null) {
                    yield broken(metadata, "did not answer with a JSON object");
                }
                // OpenID Connect Discovery section 4.3: the issuer must be the one that was asked for.
                if (!authority.issuer(tenant, version).equals(document.get("issuer"))) {
                    yield broken(metadata, "names another issuer than " + authority.issuer(tenant, version));
                }
                URI keys = document.get("jwks_uri") instanceof String text ? parse(text) : null;
                if (keys == null || !authority.hosts(keys)) {
                    yield broken(metadata, "names keys that are not on " + authority.url());
                }
                yield get(keys);
            }
        });
    }

    private CompletionStage<Reply> get(URI address) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(bounds.fetchTimeout())
                .header("accept", "application/json")
                .build();
        BodyHandler<byte[]> body = head -> new BoundedBody(bounds.setBytesMax());
        CompletableFuture<HttpResponse<byte[]>> call = client.sendAsync(request, body);
        // The request's own timeout ends with the response headers; this one covers a body that stops arriving.
        return call.copy()
                .orTimeout(bounds.fetchTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, error) -> {
                    if (error != null) {
                        call.cancel(true);
                        return new Reply.Broken(address + " " + why(error));
                    }
                    return response.statusCode() == 200
                            ? new Reply.Body(response.body())
                            : new Reply.Broken(address + " answered " + response.statusCode());
                });
    }

    private String why(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return switch (cause) {
            case TimeoutException timeout -> "did not answer within " + bounds.fetchTimeout();
            case HttpTimeoutException timeout -> "did not answer within " + bounds.fetchTimeout();
            case CancellationException cancelled -> "was given up";
            case BoundedBody.TooLong tooLong -> "answered more than " + bounds.setBytesMax() + " bytes";
            case IOException io -> "could not be read: " + io.getClass().getSimpleName();
            default -> "failed: " + cause.getClass().getSimpleName();
        };
    }

    private static CompletionStage<Reply> broken(URI address, String why) {
        return CompletableFuture.completedFuture(new Reply.Broken(address + " " + why));
    }

    private static @Nullable URI parse(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private sealed interface Reply {
        final class Body implements Reply {
            private final byte[] bytes;

            Body(byte[] bytes) {
                this.bytes = bytes;
            }

            byte[] bytes() {
                return bytes;
            }
        }

        record Broken(String reason) implements Reply {}
    }
}
