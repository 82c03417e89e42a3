package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rest.RestError;
import io.firegate.firestore.rest.RestRenderer;
import io.firegate.firestore.rest.RestStream;
import io.firegate.firestore.rest.RestTarget;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the emulator answers over REST, and what it answers to the same request translated to gRPC and back: equal key by key, up to
 * times and tokens. The two have a database each, so that both see the same history.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestTranscodingTest {
    private static final Set<String> MADE_ANEW =
            Set.of("createTime", "updateTime", "readTime", "commitTime", "transaction", "nextPageToken");

    private final String project = "rest-" + UUID.randomUUID().toString().substring(0, 8);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private FirestoreEmulator emulator;
    private ManagedChannel channel;

    /** An answer: HTTP status and JSON, the same whichever way it came. */
    private record Answer(int status, JsonElement body) {}

    /**
     * A request.
     *
     * @param target what stands behind {@code .../documents}; {@code DB} is the database's name
     * @param body JSON, with the same placeholder; empty for none
     */
    private record Exchange(String method, String target, String body) {}

    private static final List<Exchange> EXCHANGES = List.of(
            new Exchange("PATCH", "/types/all", """
                    {"fields": {"n": {"nullValue": null}, "b": {"booleanValue": false}, "i": {"integerValue": "-9223372036854775808"},
                    "i0": {"integerValue": 0}, "d": {"doubleValue": 1e100}, "d0": {"doubleValue": 0}, "nan": {"doubleValue": "NaN"},
                    "inf": {"doubleValue": "-Infinity"}, "small": {"doubleValue": 5e-324},
                    "t": {"timestampValue": "2020-01-01T00:00:00+01:00"}, "t3": {"timestampValue": "2020-01-01T00:00:00.12Z"},
                    "t6": {"timestampValue": "2020-01-01T00:00:00.123456Z"}, "t0": {"timestampValue": "0001-01-01T00:00:00Z"},
                    "s": {"stringValue": "<a>&'\\"\\\\/ \\u2028\\u007f\\u0001\\t\\n é😀"}, "s0": {"stringValue": ""},
                    "by": {"bytesValue": "-_8"}, "by0": {"bytesValue": ""}, "r": {"referenceValue": "DB/documents/c/d"},
                    "g": {"geoPointValue": {"latitude": 1.5}}, "g0": {"geoPointValue": {}},
                    "a": {"arrayValue": {"values": [{"nullValue": "NULL_VALUE"}, {"integerValue": 5}]}}, "a0": {"arrayValue": {}},
                    "m": {"mapValue": {"fields": {"z": {"stringValue": "1"}, "a b": {"mapValue": {}}}}}}}"""),
            new Exchange("PATCH", "/types/two", "{\"fields\": {\"i\": {\"integerValue\": 2}}}"),
            new Exchange("GET", "/types/all", ""),
            new Exchange("GET", "/types/%61ll?prettyPrint=false&key=x", ""),
            new Exchange("GET", "/types/all?mask.fieldPaths=i&mask.fieldPaths=m.%60a%20b%60", ""),
            new Exchange("GET", "/types/missing", ""),
            new Exchange("GET", "/types", ""),
            new Exchange("GET", "/types?pageSize=1&orderBy=i%20desc&mask.fieldPaths=i", ""),
            new Exchange("GET", "/nothing", ""),
            new Exchange("POST", "/made?documentId=a%2Bb", "{\"fields\": {\"x\": {\"integerValue\": 1}}}"),
            new Exchange("POST", "/made?documentId=a%2Bb", "{}"),
            new Exchange("POST", "/made", "{\"name\": \"x\"}"),
            new Exchange(
                    "PATCH", "/made/a+b?updateMask.fieldPaths=y&currentDocument.exists=true&mask.fieldPaths=x", """
                    {"name": "DB/documents/made/a+b", "fields": {"y": {"stringValue": "new"}}}"""),
            new Exchange("PATCH", "/made/none?currentDocument.exists=true", ""),
            new Exchange("DELETE", "/made/none?currentDocument.exists=true", ""),
            new Exchange("DELETE", "/made/a+b", ""),
            new Exchange("POST", ":batchGet", """
                    {"documents": ["DB/documents/types/two", "DB/documents/types/missing"], "mask": {"fieldPaths": ["i"]}}"""),
            new Exchange("POST", ":batchGet", "{\"documents\": [\"DB/documents/types/two\"], \"newTransaction\": {}}"),
            new Exchange("POST", ":batchGet", "{\"documents\": []}"),
            new Exchange("POST", ":runQuery", """
                    {"structured_query": {"from": [{"collectionId": "types"}], "orderBy": [{"field": {"fieldPath": "i"},
                    "direction": 2}], "limit": 1, "select": {"fields": [{"fieldPath": "i"}]}}}"""),
            new Exchange("POST", ":runQuery", """
                    {"structuredQuery": {"from": [{"collectionId": "types"}], "where": {"compositeFilter": {"op": "OR", "filters": [
                    {"fieldFilter": {"field": {"fieldPath": "i"}, "op": "EQUAL", "value": {"integerValue": "2"}}},
                    {"unaryFilter": {"field": {"fieldPath": "nan"}, "op": "IS_NAN"}}]}}}}"""),
            new Exchange("POST", ":runQuery", "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"nothing\"}]}}"),
            new Exchange("POST", ":runQuery", "{\"structuredQuery\": {\"from\": [{}, {}]}}"),
            new Exchange(
                    "POST",
                    "/types/all:runQuery",
                    "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"types\"}]}}"),
            new Exchange("POST", ":runAggregationQuery", """
                    {"structuredAggregationQuery": {"structuredQuery": {"from": [{"collectionId": "types"}]}, "aggregations": [
                    {"alias": "n", "count": {"upTo": 1}}, {"alias": "none", "avg": {"field": {"fieldPath": "x"}}},
                    {"alias": "sum", "sum": {"field": {"fieldPath": "d0"}}}]}}"""),
            new Exchange("POST", ":commit", """
                    {"writes": [{"update": {"name": "DB/documents/types/tr", "fields": {"x": {"integerValue": 1}}},
                    "updateTransforms": [{"fieldPath": "y", "increment": {"doubleValue": 2}},
                    {"fieldPath": "z", "appendMissingElements": {"values": [{"stringValue": "q"}]}}]},
                    {"delete": "DB/documents/types/missing"},
                    {"verify": "DB/documents/types/two", "currentDocument": {"exists": true}}]}"""),
            new Exchange(
                    "POST",
                    ":commit",
                    "{\"writes\": [{\"delete\": \"DB/documents/c/d\", \"currentDocument\": {\"exists\": true}}]}"),
            new Exchange("POST", ":commit", ""),
            new Exchange("POST", ":batchWrite", """
                    {"writes": [{"update": {"name": "DB/documents/types/w"}},
                    {"update": {"name": "DB/documents/types/v"}, "currentDocument": {"exists": true}}]}"""),
            new Exchange("POST", ":beginTransaction", "{\"options\": {\"readOnly\": {}}}"),
            new Exchange("POST", ":rollback", "{\"transaction\": \"AAAA\"}"),
            new Exchange("POST", ":listCollectionIds", "{\"pageSize\": 10}"),
            new Exchange("POST", ":partitionQuery", "{}"),
            new Exchange("POST", ":nope", "{}"),
            new Exchange("PUT", "/types/all", "{}"));

    @BeforeAll
    void start() {
        emulator = GatewayHarness.emulator();
        channel = ManagedChannelBuilder.forAddress(emulator.host(), emulator.port())
                .usePlaintext()
                .build();
    }

    @AfterAll
    void stop() {
        channel.shutdownNow();
    }

    @Test
    void translatedRequestsGiveWhatTheEmulatorGives() throws Exception {
        for (Exchange exchange : EXCHANGES) {
            Answer expected = straight(exchange);
            Answer actual = translated(exchange);

            assertThat(actual.status()).as(exchange.toString()).isEqualTo(expected.status());
            if (expected.status() != 404 || expected.body().isJsonObject()) {
                assertThat(actual.body()).as(exchange.toString()).isEqualTo(expected.body());
            }
        }
    }

    private Answer straight(Exchange exchange) throws IOException, InterruptedException {
        String database = database("straight");
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://" + emulator.endpoint() + "/v1/" + database + "/documents" + exchange.target()))
                .method(
                        exchange.method(),
                        HttpRequest.BodyPublishers.ofString(exchange.body().replace("DB", database)))
                .header("authorization", "Bearer owner")
                .header("content-type", "application/json")
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        return answer(response.statusCode(), response.body(), "straight", exchange);
    }

    private Answer translated(Exchange exchange) {
        String database = database("translated");
        return switch (RestTarget.parse(exchange.method(), "/v1/" + database + "/documents" + exchange.target())) {
            case RestTarget.Parsed.NotFound ignored -> answer(404, "\"Not Found\"", "translated", exchange);
            case RestTarget.Parsed.Invalid invalid -> throw new AssertionError(exchange + ": " + invalid);
            case RestTarget.Parsed.Matched(RestTarget target) -> {
                byte[] body = exchange.body().replace("DB", database).getBytes(StandardCharsets.UTF_8);
                yield switch (target.encode(body, 0, body.length)) {
                    case RestTarget.Encoded.Invalid invalid -> throw new AssertionError(exchange + ": " + invalid);
                    case RestTarget.Encoded.Frame frame -> {
                        byte[] framed = frame.framed();
                        byte[] message = Arrays.copyOfRange(framed, 5, framed.length);
                        try {
                            String json = call(target, message, database);
                            yield answer(200, json, "translated", exchange);
                        } catch (StatusRuntimeException e) {
                            RestError error = RestError.ofStatus(
                                    e.getStatus().getCode().value(),
                                    String.valueOf(e.getStatus().getDescription()),
                                    null);
                            String json = new String(error.body(null, target.pretty()), StandardCharsets.UTF_8);
                            yield answer(error.httpStatus(), json, "translated", exchange);
                        }
                    }
                };
            }
        };
    }

    private String call(RestTarget target, byte[] message, String database) {
        FirestoreMethod method = target.method();
        boolean stream = method.shape() == FirestoreMethod.Shape.SERVER_STREAM;
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.newBuilder(new Raw(), new Raw())
                .setType(stream ? MethodDescriptor.MethodType.SERVER_STREAMING : MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method.path().substring(1))
                .build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer owner");
        headers.put(Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER), database);
        Channel authorized = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        if (!stream) {
            byte[] answer = ClientCalls.blockingUnaryCall(authorized, descriptor, CallOptions.DEFAULT, message);
            return text(RestRenderer.of(method).render(answer, 0, answer.length, target.pretty()));
        }
        RestStream json = new RestStream(method, target.pretty());
        StringBuilder array = new StringBuilder();
        Iterator<byte[]> answers =
                ClientCalls.blockingServerStreamingCall(authorized, descriptor, CallOptions.DEFAULT, message);
        while (answers.hasNext()) {
            byte[] answer = answers.next();
            array.append(text(json.next(answer, 0, answer.length)));
        }
        return array + new String(json.end(), StandardCharsets.UTF_8);
    }

    private static String text(RestRenderer.Rendered rendered) {
        return switch (rendered) {
            case RestRenderer.Rendered.Json json -> new String(json.bytes(), StandardCharsets.UTF_8);
            case RestRenderer.Rendered.TooLong ignored -> throw new AssertionError("the emulator's answer is too long");
            case RestRenderer.Rendered.Unreadable ignored ->
                throw new AssertionError("the emulator's answer is unreadable");
        };
    }

    private String database(String name) {
        return "projects/" + project + "/databases/" + name;
    }

    private Answer answer(int status, String json, String database, Exchange exchange) {
        // Names and error texts hold the database in several ways; no document holds its name.
        String neutral = json.replace(database, "DB");
        JsonElement body =
                status == 404 && !neutral.startsWith("{") ? new JsonPrimitive("") : JsonParser.parseString(neutral);
        return new Answer(status, comparable(body, exchange.target().endsWith(":runAggregationQuery")));
    }

    /** Without what differs from call to call, and without the field only the emulator's newer proto has. */
    private static JsonElement comparable(JsonElement element, boolean aggregation) {
        if (element instanceof JsonArray array) {
            JsonArray all = new JsonArray();
            array.forEach(each -> all.add(comparable(each, aggregation)));
            return all;
        }
        if (element instanceof JsonObject object) {
            JsonObject all = new JsonObject();
            object.asMap().forEach((key, value) -> {
                if (!(aggregation && key.equals("done"))) {
                    all.add(
                            key,
                            MADE_ANEW.contains(key) ? new JsonPrimitive("made anew") : comparable(value, aggregation));
                }
            });
            return all;
        }
        return element;
    }

    /** Messages as the bytes they are. */
    private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                stream.transferTo(bytes);
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
