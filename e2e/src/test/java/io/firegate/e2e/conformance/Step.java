package io.firegate.e2e.conformance;

import io.firegate.e2e.YamlMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a scenario.
 *
 * @param request what is sent
 * @param background a label: the call runs beside the following steps until one with the same {@code finish}; empty otherwise
 * @param status the gRPC status the call must end with, straight to the emulator as well
 * @param httpStatus the HTTP status the same call must end with, 0 when it follows from {@code status}
 * @param names the documents of the answer in their order, relative to the database; null when the step does not say
 * @param save names of variables and where in the answers their value stands: {@code tx: 0.transaction}
 * @param differs in which way firegate answers differently on purpose; null when it must not
 */
record Step(
        Request request,
        String background,
        String status,
        int httpStatus,
        @Nullable List<String> names,
        Map<String, String> save,
        @Nullable Difference differs) {
    /** What a step sends. */
    sealed interface Request {
        /**
         * An RPC, sent as a protobuf message and as the REST call that stands for it.
         *
         * @param only {@code grpc} or {@code rest} where the other form does not exist, else empty
         * @param gzip whether the request is compressed
         */
        record Rpc(String method, Map<?, ?> message, String only, boolean gzip) implements Request {}

        /**
         * A call whose messages flow both ways: each message is sent when the one before has been answered, and then no more come.
         * A {@code ${token}} in a message is the stream token of the last answer.
         *
         * @param ahead whether all messages are sent before any answer is read
         */
        record Stream(String method, List<?> messages, boolean ahead) implements Request {}

        /** An HTTP request as written. */
        record Http(String method, String path, String body, Map<String, String> headers) implements Request {}

        /** A call of no known RPC, with an empty message. */
        record Path(String path) implements Request {}

        /** Waits for the call of this label. */
        record Finish(String label) implements Request {}
    }

    /**
     * A deliberate difference.
     *
     * @param status the gRPC status through firegate
     * @param httpStatus the HTTP status through firegate
     * @param reason {@code ErrorInfo.reason} in the domain {@code firegate}, empty when firegate speaks as Firestore does
     * @param why for a person
     */
    record Difference(String status, int httpStatus, String reason, String why) {}

    static Step read(YamlMap map) {
        Request request;
        if (map.has("call")) {
            request =
                    new Request.Rpc(map.text("call"), map.map("request").raw(), map.text("only", ""), map.flag("gzip"));
        } else if (map.has("stream")) {
            request = new Request.Stream(map.text("stream"), map.list("messages"), map.flag("ahead"));
        } else if (map.has("http")) {
            YamlMap http = map.map("http");
            request = new Request.Http(
                    http.text("method"),
                    http.text("path"),
                    http.text("body", ""),
                    http.has("headers") ? texts(http.map("headers")) : Map.of());
            http.done();
        } else if (map.has("path")) {
            request = new Request.Path(map.text("path"));
        } else {
            request = new Request.Finish(map.text("finish"));
        }
        String status = map.text("status", "OK");
        Step step = new Step(
                request,
                map.text("background", ""),
                status,
                map.number("httpStatus", HttpStatus.of(status)),
                map.has("names") ? map.texts("names") : null,
                map.has("save") ? texts(map.map("save")) : Map.of(),
                map.has("differs") ? difference(map.map("differs"), status) : null);
        map.done();
        return step;
    }

    private static Difference difference(YamlMap map, String status) {
        String other = map.text("status", status);
        Difference difference = new Difference(
                other, map.number("httpStatus", HttpStatus.of(other)), map.text("reason", ""), map.text("why"));
        map.done();
        return difference;
    }

    private static Map<String, String> texts(YamlMap map) {
        Map<String, String> texts = new java.util.LinkedHashMap<>();
        map.raw().forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        return texts;
    }
}
