package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.GetDocumentRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a binding asks of a request and which tier its caller names, through the gateway: the same over gRPC and REST. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class BindingsTest {
    private static final int CALL_SECONDS = 60;
    private static final String POLICY = """
            version: 1
            tiers:
              office:
                databases: ["PROJECT/(default)"]
                credential: local
                rules: [{ id: net, path: "/net/{d}", allow: [get] }]
              own:
                databases: ["PROJECT/(default)"]
                credential: local
                rules: [{ id: own, path: "/own/{d}", allow: [get] }]
              masked:
                databases: ["PROJECT/(default)"]
                credential: local
                rules: [{ id: masked, path: "/own/{d}", allow: [get], fields: { hide: [secret] } }]
              foreign:
                databases: ["PROJECT/(default)"]
                credential: local
                rules: [{ id: foreign, path: "/own/{d}", allow: [get] }]
              tenant:
                databases: ["PROJECT/t-{tenant}"]
                credential: local
                rules: [{ id: tenant, path: "/own/{d}", allow: [get], where: doc.kind in grant.kind }]
            bindings:
              - { tier: tenant, groups: [5b1f0a52-0000-4000-8000-0000000000e2], grant: { tenant: north, kind: a } }
              - { tier: tenant, groups: [5b1f0a52-0000-4000-8000-0000000000e2], grant: { tenant: south, kind: b } }
              - { tier: office, groups: [5b1f0a52-0000-4000-8000-0000000000e2], require: { networks: [198.51.100.0/24, 127.0.0.0/8] } }
              - { tier: own, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
              - { tier: masked, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
              - { tier: foreign, groups: [5b1f0a52-0000-4000-8000-0000000000e3] }
            """;

    /**
     * One get.
     *
     * @param database its id
     * @param headers name and value in turn
     * @param reason why not; for a permit the fields that are seen
     */
    record Case(String database, String path, List<String> headers, String reason) {
        Case(String path, List<String> headers, String reason) {
            this("(default)", path, headers, reason);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                // Every connection comes from a trusted proxy, which stands in an admitted network: that admits nobody.
                new Case("net/a", List.of(), "NETWORK"),
                new Case("net/a", List.of("x-forwarded-for", "127.0.0.9"), "NETWORK"),
                new Case("net/a", List.of("x-forwarded-for", "198.51.100.7"), "open secret"),
                new Case("net/a", List.of("x-forwarded-for", "198.51.100.7, 203.0.113.1"), "NETWORK"),
                new Case(
                        "net/a",
                        List.of("x-forwarded-for", "203.0.113.1", "x-forwarded-for", "198.51.100.7, 127.0.0.9"),
                        "open secret"),
                new Case("net/a", List.of("x-forwarded-for", "198.51.100.7, unknown"), "NETWORK"),
                new Case("net/a", List.of("x-forwarded-for", "198.51.100.7", "x-firegate-tier", "own"), "NO_RULE"),
                new Case("net/a", List.of("x-firegate-tier", "office"), "NETWORK"),
                new Case("own/a", List.of(), "open secret"),
                new Case("own/a", List.of("x-firegate-tier", "own"), "open secret"),
                new Case("own/a", List.of("x-firegate-tier", "masked"), "open"),
                new Case("own/a", List.of("x-firegate-tier", "foreign"), "TIER_NOT_HELD"),
                new Case("own/a", List.of("x-firegate-tier", "nobody"), "TIER_NOT_HELD"),
                new Case("own/a", List.of("x-firegate-tier", ""), "TIER_NOT_HELD"),
                new Case("own/a", List.of("x-firegate-tier", "Own"), "TIER_NOT_HELD"),
                new Case("own/a", List.of("x-firegate-tier", "own, masked"), "TIER_NOT_HELD"),
                new Case("own/a", List.of("x-firegate-tier", "own", "x-firegate-tier", "masked"), "REQUEST_INVALID"),
                new Case("own/a", List.of("x-firegate-tier", "own", "x-firegate-tier", "own"), "REQUEST_INVALID"),
                // A database by its grant, and there only what that grant reaches.
                new Case("t-north", "own/a", List.of(), "open secret"),
                new Case("t-south", "own/a", List.of(), "NOT_FOUND"),
                new Case("t-west", "own/a", List.of(), "NO_TIER"),
                new Case("t-", "own/a", List.of(), "NO_TIER"),
                new Case("t-north", "own/a", List.of("x-firegate-tier", "own"), "TIER_NOT_HELD"));
    }

    private GatewayHarness harness;
    private String token;
    private HttpClient client;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(
                directory, POLICY, "--set", "limits.drainMillis=0", "--set", "trustedProxies=[127.0.0.0/8]");
        token = harness.tenant().userToken("reader");
        client = harness.http(HttpClient.Version.HTTP_2);
        for (String database : List.of("(default)", "t-north", "t-south", "t-west")) {
            try (Firestore direct = harness.direct(database)) {
                for (String path : List.of("net/a", "own/a")) {
                    direct.document(path)
                            .set(Map.of("open", true, "secret", 1, "kind", "a"))
                            .get(CALL_SECONDS, TimeUnit.SECONDS);
                }
            }
        }
    }

    @AfterAll
    void stop() {
        client.shutdownNow();
        harness.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isTheSameOverBothTransports(Case asked) throws Exception {
        boolean permit = asked.reason.startsWith("open");
        String rest = rest(asked);
        String grpc = grpc(asked);
        for (String answer : List.of(rest, grpc)) {
            if (permit) {
                assertThat(answer).contains("open");
                assertThat(answer.contains("secret")).isEqualTo(asked.reason.contains("secret"));
            } else {
                assertThat(answer).contains(asked.reason).doesNotContain("secret");
            }
        }
    }

    private String rest(Case asked) throws Exception {
        HttpRequest.Builder request =
                request(URI.create(harness.documents(true, asked.database) + "/" + asked.path), asked);
        return client.send(request.build(), BodyHandlers.ofString()).body();
    }

    /** The message, or of a refusal the status details, as readable as they are: the reason and the field names are plain text. */
    private String grpc(Case asked) throws Exception {
        byte[] message = GetDocumentRequest.newBuilder()
                .setName("projects/" + harness.project() + "/databases/" + asked.database + "/documents/" + asked.path)
                .build()
                .toByteArray();
        byte[] frame = ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
        URI method =
                URI.create(harness.documents(true, "(default)")).resolve("/google.firestore.v1.Firestore/GetDocument");
        HttpResponse<byte[]> answer = client.send(
                request(method, asked)
                        .header("content-type", "application/grpc")
                        .header("te", "trailers")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                        .build(),
                BodyHandlers.ofByteArray());
        byte[] details = answer.headers()
                .firstValue("grpc-status-details-bin")
                .map(text -> Base64.getDecoder().decode(text))
                .orElse(answer.body());
        String status = answer.headers().firstValue("grpc-status").orElse("");
        return new String(details, StandardCharsets.ISO_8859_1) + (status.equals("5") ? " NOT_FOUND" : "");
    }

    private HttpRequest.Builder request(URI target, Case asked) {
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(Duration.ofSeconds(CALL_SECONDS))
                .header("authorization", "Bearer " + token);
        for (int i = 0; i < asked.headers.size(); i += 2) {
            request.header(asked.headers.get(i), asked.headers.get(i + 1));
        }
        return request;
    }
}
