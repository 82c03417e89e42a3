package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** REST through the whole program, over HTTP/1.1 and HTTP/2, beside the emulator's own REST. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Set<String> MADE_ANEW = Set.of("createTime", "updateTime", "readTime", "commitTime");

    /**
     * A call.
     *
     * @param target what stands behind {@code .../documents}; {@code DB} is the database's name
     * @param body JSON, with the same placeholder; empty for none
     */
    private record Call(String method, String target, String body) {}

    /** Made in this order, each way in a database of its own. */
    private static final List<Call> CALLS = List.of(
            new Call("POST", ":commit", """
                    {"writes": [{"update": {"name": "DB/documents/things/a", "fields": {"n": {"integerValue": "1"},
                    "s": {"stringValue": "<é> \\u2028 \\"q\\""}, "t": {"timestampValue": "2020-01-01T00:00:00.12Z"},
                    "m": {"mapValue": {"fields": {"x": {"doubleValue": "NaN"}}}}, "z": {"nullValue": null}}}},
                    {"update": {"name": "DB/documents/things/b", "fields": {"n": {"integerValue": 2}}},
                    "currentDocument": {"exists": false}}]}"""),
            new Call("GET", "/things/a", ""),
            new Call("GET", "/things/%61?mask.fieldPaths=n&prettyPrint=true&key=dropped&quotaUser=dropped", ""),
            new Call("GET", "/things/missing", ""),
            new Call("POST", ":batchGet", """
                    {"documents": ["DB/documents/things/b", "DB/documents/things/missing"]}"""),
            new Call("POST", ":runQuery", """
                    {"structuredQuery": {"from": [{"collectionId": "things"}], "orderBy": [{"field": {"fieldPath": "n"},
                    "direction": "DESCENDING"}]}}"""),
            new Call("POST", ":runQuery", "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"nothing\"}]}}"),
            new Call(
                    "POST", "/things/a:runQuery", "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"below\"}]}}"),
            new Call("POST", ":commit", """
                    {"writes": [{"update": {"name": "DB/documents/things/b"}, "currentDocument": {"exists": false}}]}"""),
            new Call("POST", ":commit", "{\"writes\": [{\"delete\": \"DB/documents/things/b\"}]}"),
            new Call("GET", "/things/b", ""));

    private GatewayHarness harness;
    private String owner;
    private HttpClient http1;
    private HttpClient http2;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = new GatewayHarness(directory, "--set", "limits.drainMillis=0");
        owner = harness.tenant().userToken(GatewayHarness.OWNER);
        http1 = harness.http(HttpClient.Version.HTTP_1_1);
        http2 = harness.http(HttpClient.Version.HTTP_2);
    }

    @AfterAll
    void stop() {
        http1.shutdownNow();
        http2.shutdownNow();
        harness.close();
    }

    @Test
    void answersWhatTheEmulatorAnswers() throws Exception {
        for (Call call : CALLS) {
            HttpResponse<String> straight = send(http1, call, harness.directDocuments("direct"), "direct", "owner");
            HttpResponse<String> first = send(http1, call, harness.documents(false, "plaintext"), "plaintext", owner);
            HttpResponse<String> second = send(http2, call, harness.documents(true, "tls"), "tls", owner);

            assertThat(second.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(first.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            for (HttpResponse<String> ours : List.of(first, second)) {
                assertThat(ours.statusCode()).as("%s: %s", call, ours.body()).isEqualTo(straight.statusCode());
                assertThat(ours.headers().firstValue("content-type")).contains("application/json; charset=UTF-8");
            }
            JsonElement expected = comparable(straight.body(), "direct");
            assertThat(comparable(first.body(), "plaintext")).as("%s", call).isEqualTo(expected);
            assertThat(comparable(second.body(), "tls")).as("%s", call).isEqualTo(expected);
        }
    }

    @Test
    void answersOverTlsWithoutHttp2Too() throws Exception {
        HttpResponse<String> response = send(
                http1, new Call("GET", "/things/none", ""), harness.documents(true, "(default)"), "(default)", owner);

        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(response.statusCode()).isEqualTo(404);
    }

    /** What is refused, with the status and a part of the answer; over both versions of HTTP. */
    @TestFactory
    Stream<DynamicTest> refusals() {
        Map<String, Refusal> cases = new LinkedHashMap<>();
        cases.put("no token", get("/things/a").as("").gives(401, "TOKEN_MISSING|MISSING"));
        cases.put(
                "another scheme",
                get("/things/a").with("authorization", "Basic eDp5").as("").gives(401, "MISSING"));
        cases.put("no token at all, and an unknown path", get("/../x").as("").gives(401, "MISSING"));
        cases.put(
                "a broken token",
                get("/things/a").with("authorization", "Bearer x").as("").gives(401, "NOT_A_TOKEN"));
        cases.put(
                "two tokens", get("/things/a").with("authorization", "Bearer x").gives(400, "REPEATED"));
        cases.put("a token in the URL", get("/things/a?access_token=x").gives(400, "IN_URL"));
        cases.put(
                "a token in the URL alone",
                get("/things/a?a=b&oauth_token=x").as("").gives(400, "IN_URL"));
        cases.put("no rule", get("/things/a").as("reader").gives(403, "NO_RULE"));
        cases.put("no tier", get("/things/a").as("outsider").gives(403, "POLICY_DENIED|NO_"));
        cases.put(
                "a tier that is not held",
                get("/things/a").with("x-firegate-tier", "writing").gives(403, "TIER"));
        cases.put(
                "two tiers",
                get("/things/a")
                        .with("x-firegate-tier", "a")
                        .with("x-firegate-tier", "b")
                        .gives(400, "REQUEST_INVALID"));
        cases.put("HEAD", new Refusal("HEAD", "/things/a").gives(404, ""));
        cases.put("PUT", new Refusal("PUT", "/things/a").gives(404, "PATH_UNKNOWN"));
        cases.put("OPTIONS, as a browser asks first", new Refusal("OPTIONS", "/things/a").gives(404, "PATH_UNKNOWN"));
        cases.put("a verb nobody knows", post(":drop", "{}").gives(404, "PATH_UNKNOWN"));
        cases.put("a method refused by name", post(":executePipeline", "{}").gives(501, "METHOD_REFUSED"));
        cases.put("an empty segment", get("//a").gives(400, "EMPTY_SEGMENT"));
        cases.put("a slash in an id", get("/things%2Fa/b").gives(400, "SLASH_OR_NUL"));
        cases.put("a parameter nobody knows", get("/things/a?bogus=1").gives(400, "UNKNOWN_PARAMETER"));
        cases.put("partial answers", get("/things/a?fields=name").gives(400, "FIELDS"));
        cases.put(
                "partial answers by header",
                get("/things/a").with("x-goog-fieldmask", "name").gives(400, "FIELDS"));
        cases.put(
                "another method by header",
                post("/things", "{}").with("x-http-method-override", "DELETE").gives(400, "TUNNEL"));
        cases.put(
                "a form",
                post(":commit", "a=b")
                        .with("content-type", "application/x-www-form-urlencoded")
                        .gives(415, "CONTENT_TYPE_UNSUPPORTED"));
        cases.put(
                "a compressed body",
                post(":commit", "{}").with("content-encoding", "gzip").gives(415, "ENCODING_UNSUPPORTED"));
        cases.put(
                "no deadline", get("/things/a").with("x-server-timeout", "soon").gives(400, "x-server-timeout"));
        cases.put("no JSON", post(":commit", "{").gives(400, "NOT_JSON"));
        cases.put(
                "a key nobody knows",
                post(":commit", "{\"writes\": [{\"nope\": 1}]}").gives(400, "writes[0].nope"));
        cases.put(
                "a key twice",
                post(":commit", "{\"writes\": [], \"writes\": []}").gives(400, "REPEATED_FIELD"));
        cases.put(
                "JSON nested too deeply", post(":commit", "[".repeat(200)).gives(400, "NOT_JSON|TOO_DEEP|WRONG_TYPE"));
        cases.put(
                "a number too long",
                post(":commit", "{\"writes\": " + "1".repeat(200) + "}").gives(400, "TOO_LONG|WRONG_TYPE"));
        cases.put(
                "a body behind GET", new Refusal("GET", "/things/a").body("{}").gives(400, "UNEXPECTED_BODY"));
        cases.put(
                "another database",
                post(":commit", "{\"writes\": [{\"delete\": \"projects/p/databases/d/documents/a/b\"}]}")
                        .gives(403, "FOREIGN|REQUEST_"));
        List<DynamicTest> tests = new ArrayList<>();
        cases.forEach((name, refusal) -> {
            tests.add(DynamicTest.dynamicTest(name + ", HTTP/1.1", () -> refused(http1, false, refusal)));
            tests.add(DynamicTest.dynamicTest(name + ", HTTP/2", () -> refused(http2, true, refusal)));
        });
        return tests.stream();
    }

    private void refused(HttpClient client, boolean tls, Refusal refusal) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(harness.documents(tls, "(default)") + refusal.target))
                .timeout(PATIENCE)
                .method(
                        refusal.method,
                        refusal.body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(refusal.body));
        if (!refusal.persona.isEmpty()) {
            request.header("authorization", "Bearer " + harness.tenant().userToken(refusal.persona));
        }
        if (!refusal.body.isEmpty() && !refusal.headers.toString().contains("content-type")) {
            request.header("content-type", "application/json");
        }
        refusal.headers.forEach(header -> request.header(header.get(0), header.get(1)));

        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(refusal.status);
        if (!refusal.part.isEmpty()) {
            assertThat(refusal.part.split("\\|")).as(response.body()).anyMatch(response.body()::contains);
            JsonElement json = JsonParser.parseString(response.body());
            JsonObject error = (json.isJsonArray() ? json.getAsJsonArray().get(0) : json)
                    .getAsJsonObject()
                    .getAsJsonObject("error");
            assertThat(error.get("code").getAsInt()).isEqualTo(refusal.status);
            assertThat(error.get("message").getAsString()).startsWith("firegate: ");
            assertThat(error.getAsJsonArray("details")
                            .get(0)
                            .getAsJsonObject()
                            .get("domain")
                            .getAsString())
                    .isEqualTo("firegate");
        } else {
            assertThat(response.body()).isEmpty();
        }
        assertThat(response.headers().firstValue("www-authenticate").isPresent())
                .isEqualTo(refusal.status == 401 || refusal.part.matches("REPEATED|IN_URL"));
    }

    private static Refusal get(String target) {
        return new Refusal("GET", target);
    }

    private static Refusal post(String target, String body) {
        return new Refusal("POST", target).body(body);
    }

    /** A call that is refused, and how. */
    private static final class Refusal {
        private final String method;
        private final String target;
        private final List<List<String>> headers = new ArrayList<>();
        private String persona = GatewayHarness.OWNER;
        private String body = "";
        private int status;
        private String part = "";

        Refusal(String method, String target) {
            this.method = method;
            this.target = target;
        }

        Refusal as(String who) {
            persona = who;
            return this;
        }

        Refusal with(String name, String value) {
            headers.add(List.of(name, value));
            return this;
        }

        Refusal body(String text) {
            body = text;
            return this;
        }

        /** @param oneOf parts of the answer, parted by bars; empty for an answer without a body */
        Refusal gives(int expected, String oneOf) {
            status = expected;
            part = oneOf;
            return this;
        }
    }

    /** What only a socket can say: expectations, pipelines, and what becomes of the connection. */
    @Test
    void keepsToTheFramingOfHttp1() throws Exception {
        String commit = "{\"writes\": []}";
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), PATIENCE)) {
            // A pipeline: answered in order on the same connection.
            connection.send(head("GET", "/things/one", ""), head("GET", "/things/two", ""));
            assertThat(connection.readResponse().body()).contains("things/one");
            assertThat(connection.readResponse().body()).contains("things/two");
            // A body asked for and then sent in chunks.
            connection.send(head(
                    "POST",
                    ":commit",
                    "Content-Type: application/json\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n"));
            assertThat(connection.readResponse().status()).isEqualTo(100);
            connection.send(
                    ascii("5\r\n" + commit.substring(0, 5) + "\r\n9\r\n" + commit.substring(5) + "\r\n0\r\n\r\n"));
            RawConnection.Response answer = connection.readResponse();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.head()).doesNotContain("connection: close");
            // HEAD has a length and no body, or the next answer would be misread.
            connection.send(head("HEAD", "/things/one", ""));
            assertThat(new String(connection.readHead(), StandardCharsets.US_ASCII))
                    .contains(" 404 ", "content-length: ");
            // Refused for its framing: the connection ends, and what follows is not read.
            connection.send(ascii("GET / HTTP/1.0\r\n\r\n"), head("GET", "/things/one", ""));
            answer = connection.readResponse();
            assertThat(answer.status()).isEqualTo(505);
            assertThat(answer.head()).contains("connection: close");
            assertThat(connection.readToEnd()).isEmpty();
        }
        try (RawConnection connection = new RawConnection(harness.plaintextPort(), PATIENCE)) {
            // A stranger's expectation is not met: no 100, and the connection ends because the body may follow or not.
            connection.send(
                    ascii("POST /v1/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"));
            RawConnection.Response answer = connection.readResponse();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.head()).contains("connection: close", "www-authenticate: bearer realm=\"firegate\"");
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    @Test
    void recordsOneDecisionAndOneOutcome() throws Exception {
        int before = harness.audit().size();
        send(http1, new Call("GET", "/things/recorded", ""), harness.documents(false, "(default)"), "(default)", owner);

        AuditTrail.Line decision =
                harness.audit().await(before, line -> line.text("kind").equals("decision"));
        assertThat(decision.text("method")).isEqualTo("GetDocument");
        assertThat(decision.text("decision")).isEqualTo("permit");
        // The end of an earlier test's call may come in between.
        String id = decision.text("id");
        harness.audit()
                .await(
                        before,
                        line -> line.text("kind").equals("outcome")
                                && line.text("id").equals(id));
        assertThat(harness.audit().lines().stream()
                        .filter(line -> line.text("id").equals(id)))
                .hasSize(2);
    }

    private byte[] head(String method, String target, String fields) {
        return ascii(method + " /v1/projects/" + harness.project() + "/databases/(default)/documents" + target
                + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + owner + "\r\n" + fields + "\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private HttpResponse<String> send(HttpClient client, Call call, String base, String database, String token)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + call.target()))
                .timeout(PATIENCE)
                .header("authorization", "Bearer " + token)
                .method(
                        call.method(),
                        call.body().isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(
                                        call.body().replace("DB", name(database))));
        if (!call.body().isEmpty()) {
            request.header("content-type", "application/json");
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String name(String database) {
        return "projects/" + harness.project() + "/databases/" + database;
    }

    private JsonElement comparable(String json, String database) {
        return comparable(JsonParser.parseString(
                json.replace("\\/", "/").replace(name(database), "DB").replace("#" + database, "#D")));
    }

    /** Without what differs from call to call, and an error as the object the emulator answers it with. */
    private static JsonElement comparable(JsonElement element) {
        if (element instanceof JsonArray array) {
            if (array.size() == 1
                    && array.get(0).isJsonObject()
                    && array.get(0).getAsJsonObject().has("error")) {
                return comparable(array.get(0));
            }
            JsonArray all = new JsonArray();
            array.forEach(each -> all.add(comparable(each)));
            return all;
        }
        if (element instanceof JsonObject object) {
            JsonObject all = new JsonObject();
            object.asMap()
                    .forEach((key, value) ->
                            all.add(key, MADE_ANEW.contains(key) ? new JsonPrimitive("made anew") : comparable(value)));
            return all;
        }
        return element;
    }
}
