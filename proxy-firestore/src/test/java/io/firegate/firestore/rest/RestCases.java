package io.firegate.firestore.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Case files beside the tests, and what the tests take out of answers. */
final class RestCases {
    private RestCases() {}

    /** The lines of a case file that hold a case. */
    static Stream<String> lines(String resource) {
        try (InputStream stream = RestCases.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("no case file " + resource);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The message of a frame. */
    static byte[] message(RestTarget.Encoded encoded) {
        return switch (encoded) {
            case RestTarget.Encoded.Frame frame -> Arrays.copyOfRange(frame.framed(), 5, frame.framed().length);
            case RestTarget.Encoded.Invalid(RestProblem problem, @Nullable String place) ->
                throw new AssertionError("refused: " + problem + " at " + place);
        };
    }

    /** The target of a verb behind the documents of {@code projects/p/databases/d}. */
    static RestTarget verb(String verb) {
        return target("POST", "/v1/projects/p/databases/d/documents:" + verb);
    }

    static RestTarget target(String httpMethod, String pathAndQuery) {
        return ((RestTarget.Parsed.Matched) RestTarget.parse(httpMethod, pathAndQuery)).target();
    }

    static String text(RestRenderer.Rendered rendered) {
        return switch (rendered) {
            case RestRenderer.Rendered.Json json -> new String(json.bytes(), StandardCharsets.UTF_8);
            case RestRenderer.Rendered.TooLong ignored -> "too long";
            case RestRenderer.Rendered.Unreadable ignored -> "unreadable";
        };
    }
}
