package io.firegate.e2e.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A plain HTTP/1.1 client. */
final class RestCaller implements Caller {
    /** A call that takes longer is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;
    private final String token;

    RestCaller(String address, String token) {
        this.address = address;
        this.token = token;
    }

    @Override
    public Optional<Answer> call(Step.Request request, Variables variables) {
        return switch (request) {
            case Step.Request.Rpc rpc when rpc.only().equals("grpc") -> Optional.empty();
            case Step.Request.Rpc rpc -> {
                JsonObject message = variables.json(rpc.message()).getAsJsonObject();
                yield Optional.of(send(rest(rpc.method(), message), rpc.gzip(), Map.of()));
            }
            case Step.Request.Http http ->
                Optional.of(send(
                        new RestCall(http.method(), variables.fill(http.path()), variables.fill(http.body())),
                        false,
                        http.headers()));
            case Step.Request.Stream stream -> Optional.empty();
            case Step.Request.Path path -> Optional.empty();
            case Step.Request.Finish finish -> throw new IllegalStateException(finish.label());
        };
    }

    @Override
    public Answer call(String method, JsonObject message) {
        return send(rest(method, message), false, Map.of());
    }

    private static RestCall rest(String method, JsonObject message) {
        return RestCall.of(method, message)
                .orElseThrow(() -> new IllegalArgumentException(method + " has no REST form for " + message));
    }

    private Answer send(RestCall call, boolean gzip, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + call.path()))
                .timeout(STUCK)
                .header("authorization", "Bearer " + token);
        byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
        if (body.length > 0 && !headers.containsKey("content-type")) {
            request.header("content-type", "application/json");
        }
        headers.forEach(request::header);
        if (gzip) {
            request.header("content-encoding", "gzip").header("accept-encoding", "gzip");
            body = compress(body);
        }
        request.method(
                call.method(),
                body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body));
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            boolean compressed =
                    answer.headers().firstValue("content-encoding").orElse("").equals("gzip");
            return read(
                    answer.statusCode(),
                    new String(compressed ? decompress(answer.body()) : answer.body(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return new Answer("", 0, List.of(), "no answer to " + call.method() + ": " + e, "", "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Answer read(int status, String body) {
        JsonElement json;
        try {
            json = JsonParser.parseString(body);
        } catch (JsonParseException e) {
            return new Answer("", status, List.of(), body, "", "");
        }
        List<JsonElement> messages =
                json.isJsonArray() ? json.getAsJsonArray().asList() : json.isJsonNull() ? List.of() : List.of(json);
        // Production wraps the error of a streaming call in a list, the emulator does not; clients take both.
        if (messages.size() == 1 && messages.get(0) instanceof JsonObject only && only.has("error")) {
            return error(status, only.getAsJsonObject("error"), body);
        }
        return json.isJsonPrimitive()
                ? new Answer("", status, List.of(), body, "", "")
                : new Answer(status == 200 ? "OK" : "", status, messages, "", "", "");
    }

    private static Answer error(int status, JsonObject error, String body) {
        if (!error.has("code") || error.get("code").getAsInt() != status) {
            return new Answer("", status, List.of(), "the code in the body is not the status: " + body, "", "");
        }
        String domain = "";
        String reason = "";
        if (error.has("details")) {
            for (JsonElement detail : error.getAsJsonArray("details")) {
                JsonObject info = detail.getAsJsonObject();
                if (info.get("@type").getAsString().endsWith("/google.rpc.ErrorInfo")) {
                    domain = info.get("domain").getAsString();
                    reason = info.get("reason").getAsString();
                }
            }
        }
        return new Answer(
                error.has("status") ? error.get("status").getAsString() : "",
                status,
                List.of(),
                error.has("message") ? error.get("message").getAsString() : "",
                domain,
                reason);
    }

    private static byte[] compress(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    private static byte[] decompress(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
