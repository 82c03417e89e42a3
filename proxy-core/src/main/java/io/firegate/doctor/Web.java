package io.firegate.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bounded requests of the doctor's. */
final class Web implements AutoCloseable {
    private static final int BODY_BYTES_MAX = 65_536;

    private final HttpClient client;
    private final Duration timeout;

    Web(Duration timeout) {
        this.timeout = timeout;
        this.client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** What came back. */
    sealed interface Reply {
        /**
         * An answer.
         *
         * @param date by the clock of whoever answered
         * @param body its beginning
         */
        record Answer(int status, Optional<Instant> date, String body) implements Reply {}

        /**
         * None.
         *
         * @param why in words; nothing of what was sent
         */
        record None(String why) implements Reply {}
    }

    Reply get(URI address) {
        return send(HttpRequest.newBuilder(address));
    }

    Reply post(URI address, String authorization, String json) {
        return send(HttpRequest.newBuilder(address)
                .header("authorization", authorization)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<InputStream> answer =
                    client.send(request.timeout(timeout).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                String text = new String(body.readNBytes(BODY_BYTES_MAX), StandardCharsets.UTF_8);
                return new Reply.Answer(
                        answer.statusCode(),
                        date(answer.headers().firstValue("date").orElse(null)),
                        text);
            }
        } catch (IOException e) {
            return new Reply.None(e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.None("interrupted");
        }
    }

    private static Optional<Instant> date(@Nullable String text) {
        try {
            return text == null
                    ? Optional.empty()
                    : Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
