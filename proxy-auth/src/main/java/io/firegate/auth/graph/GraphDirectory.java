package io.firegate.auth.graph;

import io.firegate.auth.credential.Absence;
import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialSource;
import io.firegate.auth.input.BoundedBody;
import io.firegate.auth.input.StrictJson;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's directory behind Microsoft Graph's {@code checkMemberGroups}: it answers for the groups asked about and no others, nested
 * membership counted. The address is built from the configuration and a verified object id; redirects are not followed.
 */
final class GraphDirectory implements Directory {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    private final URI graph;
    private final CredentialSource token;
    private final int answerBytesMax;
    private final HttpClient client;

    /**
     * A directory.
     *
     * @param graph Graph of the tenant's cloud, scheme and host
     * @param token firegate's own for it
     * @param client one that follows no redirects
     * @throws IllegalArgumentException when it would follow them: it could carry the token elsewhere
     */
    GraphDirectory(URI graph, CredentialSource token, int answerBytesMax, HttpClient client) {
        if (client.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new IllegalArgumentException("a client that follows redirects could carry a token elsewhere");
        }
        this.graph = graph;
        this.token = token;
        this.answerBytesMax = answerBytesMax;
        this.client = client;
    }

    @Override
    public CompletionStage<Answer> memberOf(Guid oid, Principal.Kind kind, Set<Guid> groups, Duration within) {
        Credential credential = token.current();
        if (credential == null) {
            Absence absence = token.absence();
            return CompletableFuture.completedFuture(new Answer.Failed(
                    GraphProblem.NO_TOKEN, "no token for Graph: " + absence.problem(), absence.retryAfter()));
        }
        String whose = switch (kind) {
            case USER -> "/v1.0/users/";
            case APP -> "/v1.0/servicePrincipals/";
        };
        URI address = URI.create(graph + whose + oid + "/checkMemberGroups");
        String body = groups.stream()
                .map(group -> "\"" + group + "\"")
                .collect(Collectors.joining(",", "{\"groupIds\":[", "]}"));
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(within)
                .header("authorization", credential.authorization())
                .header("content-type", "application/json")
                .header("accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.US_ASCII))
                .build();
        CompletableFuture<HttpResponse<byte[]>> call =
                client.sendAsync(request, head -> new BoundedBody(answerBytesMax));
        // The request's own timeout ends with the response headers; this one covers a body that stops arriving.
        return call.copy().orTimeout(within.toMillis(), TimeUnit.MILLISECONDS).handle((response, error) -> {
            if (error == null) {
                return read(response, groups);
            }
            call.cancel(true);
            return broken(error, within);
        });
    }

    private Answer read(HttpResponse<byte[]> response, Set<Guid> asked) {
        int status = response.statusCode();
        GraphProblem problem = switch (status) {
            case 200 -> null;
            case 401, 403 -> GraphProblem.DENIED;
            case 429 -> GraphProblem.THROTTLED;
            default -> status >= 500 ? GraphProblem.SERVER_ERROR : GraphProblem.MALFORMED;
        };
        if (problem == null) {
            Set<Guid> members = members(response.body(), asked);
            return members == null
                    ? failed(
                            GraphProblem.MALFORMED,
                            " answered 200 with something else than some of the groups asked about")
                    : new Answer.Groups(members);
        }
        if (status == 404 && "Request_ResourceNotFound".equals(errorCode(response.body()))) {
            return new Answer.Nobody();
        }
        return new Answer.Failed(problem, graph + " answered " + status, retryAfter(response));
    }

    /** The ids answered; null when they are not some of those asked about: then nothing of it is believed. */
    private static @Nullable Set<Guid> members(byte[] body, Set<Guid> asked) {
        Map<String, Object> json = StrictJson.object(body, StrictJson.Duplicates.REFUSED);
        if (json == null || !(json.get("value") instanceof List<?> ids)) {
            return null;
        }
        Set<Guid> members = new HashSet<>();
        for (Object id : ids) {
            Guid group = id instanceof String text ? Guid.parse(text).orElse(null) : null;
            if (group == null || !asked.contains(group)) {
                return null;
            }
            members.add(group);
        }
        return members;
    }

    private static String errorCode(byte[] body) {
        Map<String, Object> json = StrictJson.object(body, StrictJson.Duplicates.REFUSED);
        return json != null && json.get("error") instanceof Map<?, ?> error && error.get("code") instanceof String code
                ? code
                : "";
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        String text = response.headers().firstValue("Retry-After").orElse("");
        return SECONDS.matcher(text).matches() ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }

    private Answer broken(Throwable error, Duration within) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        // The messages of these are not repeated: they may quote what was received.
        return switch (cause) {
            case TimeoutException late -> failed(GraphProblem.TIMEOUT, " did not answer within " + within);
            case HttpTimeoutException late -> failed(GraphProblem.TIMEOUT, " did not answer within " + within);
            case BoundedBody.TooLong tooLong ->
                failed(GraphProblem.MALFORMED, " answered more than " + answerBytesMax + " bytes");
            case IOException io ->
                failed(
                        GraphProblem.UNREACHABLE,
                        " could not be read: " + io.getClass().getSimpleName());
            default ->
                failed(GraphProblem.UNREACHABLE, " failed: " + cause.getClass().getSimpleName());
        };
    }

    private Answer failed(GraphProblem problem, String what) {
        return new Answer.Failed(problem, graph + what, Duration.ZERO);
    }
}
