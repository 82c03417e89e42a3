package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.input.BoundedBody;
import io.firegate.auth.input.StrictJson;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * HTTP requests with JSON answers to token services, without blocking. Redirects are not followed, bodies are cut at a limit while they
 * are read, and one time limit covers a request from start to last byte.
 */
final class JsonCalls {
    /** Longer waits than this are not believed. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofMinutes(10);

    /** What clocks may differ by before they are named as the cause; Google's own tolerance is of that order. */
    private static final Duration SKEW_MAX = Duration.ofMinutes(2);

    /** OAuth error codes (RFC 6749 section 5.2) and Google's status names: anything else is not repeated. */
    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z_]{1,40}");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}");

    /** Managed identities get a day's token; longer is a mistake of somebody. */
    private static final long LIFETIME_SECONDS_MAX = 48 * 3600;

    private final HttpClient client;
    private final Duration timeout;
    private final int bytesMax;
    private final InstantSource clock;

    /**
     * Calls.
     *
     * @throws IllegalArgumentException when the client would follow redirects: it would carry a token elsewhere
     */
    JsonCalls(HttpClient client, FetchBounds bounds, InstantSource clock) {
        if (client.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new IllegalArgumentException("a client that follows redirects could carry a token elsewhere");
        }
        this.client = client;
        this.timeout = bounds.deadline();
        this.bytesMax = bounds.answerBytesMax();
        this.clock = clock;
    }

    /** What came back. */
    sealed interface Reply {
        /** A response; its body may hold a token, so nothing prints it. */
        final class Answer implements Reply {
            private final HttpResponse<byte[]> response;
            private final @Nullable Map<String, Object> json;
            private final String address;
            private final Instant now;

            private Answer(String address, HttpResponse<byte[]> response, Instant now) {
                this.address = address;
                this.response = response;
                this.json = StrictJson.object(response.body(), StrictJson.Duplicates.REFUSED);
                this.now = now;
            }

            int status() {
                return response.statusCode();
            }

            /** A member of the object answered, or null. */
            @Nullable
            Object member(String name) {
                return json == null ? null : json.get(name);
            }

            /** The whole body as a text that stands for itself, without what surrounds it. */
            String text() {
                return new String(response.body(), StandardCharsets.ISO_8859_1).strip();
            }

            boolean isObject() {
                return json != null;
            }

            @Nullable
            String header(String name) {
                return response.headers().firstValue(name).orElse(null);
            }

            /** The error's code, in OAuth's form or in Google's; empty when there is none. */
            String errorCode() {
                Object error = member("error");
                if (error instanceof Map<?, ?> google) {
                    error = google.get("status");
                }
                return error instanceof String code && ERROR_CODE.matcher(code).matches() ? code : "";
            }

            /** Who answered what. */
            String described() {
                String code = errorCode();
                return address + " answered " + status() + (code.isEmpty() ? "" : " " + code) + entraCodes();
            }

            /** Entra's own numbers, by which its documentation explains an error; empty for anybody else. */
            private String entraCodes() {
                return member("error_codes") instanceof List<?> codes
                        ? codes.stream()
                                .filter(Long.class::isInstance)
                                .limit(3)
                                .map(code -> " AADSTS" + code)
                                .collect(Collectors.joining())
                        : "";
            }

            /** A token as OAuth's token endpoints and metadata services answer it; its expiry is {@link Instant#MAX} when nobody says one. */
            TokenReply accessToken(Instant asked) {
                return member("access_token") instanceof String text && FetchedToken.isPlain(text)
                        ? new TokenReply.Issued(new FetchedToken(text, expiry(asked)))
                        : malformed("no usable access_token");
            }

            private Instant expiry(Instant asked) {
                Long in = whole(member("expires_in"));
                Long at = whole(member("expires_on"));
                if (in != null && in > 0 && in <= LIFETIME_SECONDS_MAX) {
                    return asked.plusSeconds(in);
                }
                return at != null && at > asked.getEpochSecond() && at <= asked.getEpochSecond() + LIFETIME_SECONDS_MAX
                        ? Instant.ofEpochSecond(at)
                        : Instant.MAX;
            }

            /** Azure writes numbers as texts. */
            private static @Nullable Long whole(@Nullable Object value) {
                return switch (value) {
                    case Long number -> number;
                    case String text when SECONDS.matcher(text).matches() -> Long.valueOf(text);
                    case null, default -> null;
                };
            }

            /** The failure every service may answer; null when the status says something of its own. */
            @Nullable
            TokenReply commonFailure() {
                if (status() == 429) {
                    return new TokenReply.Failed(CredentialProblem.THROTTLED, described(), retryAfter());
                } else if (status() >= 500) {
                    return new TokenReply.Failed(CredentialProblem.SERVICE_FAILED, described(), retryAfter());
                } else if (status() == 200 && !isObject()) {
                    return TokenReply.failed(CredentialProblem.MALFORMED_ANSWER, address + " answered no JSON object");
                } else if (status() < 400 && status() != 200) {
                    return TokenReply.failed(CredentialProblem.MALFORMED_ANSWER, described());
                }
                return null;
            }

            /** A refusal. */
            TokenReply refusal(CredentialProblem problem) {
                return new TokenReply.Failed(problem, described(), retryAfter());
            }

            /** A refusal of a token, which clocks that differ would explain. */
            TokenReply tokenRefusal(CredentialProblem problem) {
                Instant theirs = date(header("date"));
                return theirs == null || Duration.between(theirs, now).abs().compareTo(SKEW_MAX) <= 0
                        ? refusal(problem)
                        : TokenReply.failed(
                                CredentialProblem.CLOCK_WRONG,
                                described() + " at " + theirs + ", when it was " + now + " here");
            }

            /** An answer of no use although its status is good. */
            TokenReply malformed(String what) {
                return TokenReply.failed(CredentialProblem.MALFORMED_ANSWER, address + " answered " + what);
            }

            private @Nullable Duration retryAfter() {
                String text = header("retry-after");
                if (text == null) {
                    return null;
                }
                Instant until = SECONDS.matcher(text).matches() ? now.plusSeconds(Long.parseLong(text)) : date(text);
                if (until == null || !until.isAfter(now)) {
                    return null;
                }
                Duration wait = Duration.between(now, until);
                return wait.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wait;
            }

            private static @Nullable Instant date(@Nullable String text) {
                if (text == null) {
                    return null;
                }
                try {
                    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
                } catch (DateTimeParseException e) {
                    return null;
                }
            }
        }

        /** No response, or no whole one. */
        record Broken(TokenReply reply) implements Reply {}
    }

    /** Sends; the time limit and the header that asks for JSON are added here. */
    CompletionStage<Reply> send(HttpRequest.Builder builder) {
        HttpRequest request =
                builder.timeout(timeout).header("accept", "application/json").build();
        String address = request.uri().getScheme() + "://" + request.uri().getRawAuthority()
                + request.uri().getRawPath();
        CompletableFuture<HttpResponse<byte[]>> call = client.sendAsync(request, head -> new BoundedBody(bytesMax));
        // The request's own timeout ends with the response headers; this one covers a body that stops arriving.
        return call.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).handle((response, error) -> {
            if (error == null) {
                return new Reply.Answer(address, response, clock.instant());
            }
            call.cancel(true);
            return new Reply.Broken(broken(address, error));
        });
    }

    private TokenReply broken(String address, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        // The messages of these are not repeated: they may quote what was received.
        return switch (cause) {
            case TimeoutException timedOut -> late(address);
            case HttpTimeoutException timedOut -> late(address);
            case CancellationException cancelled ->
                TokenReply.failed(CredentialProblem.UNREACHABLE, address + " was given up");
            case BoundedBody.TooLong tooLong ->
                TokenReply.failed(
                        CredentialProblem.MALFORMED_ANSWER, address + " answered more than " + bytesMax + " bytes");
            case IOException io ->
                TokenReply.failed(
                        CredentialProblem.UNREACHABLE,
                        address + " could not be read: " + io.getClass().getSimpleName());
            default ->
                TokenReply.failed(
                        CredentialProblem.UNREACHABLE,
                        address + " failed: " + cause.getClass().getSimpleName());
        };
    }

    private TokenReply late(String address) {
        return TokenReply.failed(CredentialProblem.TIMEOUT, address + " did not answer within " + timeout);
    }
}
