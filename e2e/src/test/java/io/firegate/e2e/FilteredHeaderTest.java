package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An answer says that a row or field rule applies to it, over gRPC and REST, whatever the rule took out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class FilteredHeaderTest {
    private static final int CALL_SECONDS = 60;
    private static final String HEADER = "x-firegate-filtered";
    private static final String POLICY = """
            version: 1
            tiers:
              reading:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: plain, path: "/plain/{d}", allow: [get, list, update] }
                  - { id: rows, path: "/rows/{d}", allow: [get, list, update, create], where: doc.open == true }
                  - { id: fields, path: "/fields/{d}", allow: [get, list], fields: { hide: [secret] } }
                  - { id: both, path: "/both/{d}", allow: [get, list], where: doc.open == true, fields: { show: [open] } }
                  - { id: mine, path: "/mine/{d}", allow: [get], where: "d == 'a'" }
                  - { id: opened, path: "/opened/{d}", allow: [get, list], where: lookup(/settings/one).open == true }
                  - { id: closed, path: "/closed/{d}", allow: [get, list], where: lookup(/settings/none).open == true }
            bindings:
              - { tier: reading, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    /**
     * One request.
     *
     * @param rest method and path below {@code documents}; its body is the message as JSON unless the method has none
     * @param grpc the gRPC status
     * @param filtered the header; none when empty
     */
    record Case(String rest, String rpc, Message request, int http, int grpc, String filtered) {
        @Override
        public String toString() {
            return rpc + " " + rest + " " + filtered;
        }
    }

    private static final String DATABASE = "projects/PROJECT/databases/(default)";
    private static final String ROOT = DATABASE + "/documents";

    static Stream<Case> cases() {
        return Stream.of(
                get("plain/a", 200, ""),
                get("plain/none", 404, ""),
                get("rows/a", 200, "rows"),
                get("rows/hidden", 404, "rows"),
                get("rows/none", 404, "rows"),
                get("fields/a", 200, "fields"),
                get("fields/none", 404, "fields"),
                get("both/a", 200, "rows, fields"),
                // What the path alone settles is no condition any more.
                get("mine/a", 200, ""),
                get("mine/b", 404, "rows"),
                get("other/a", 403, ""),
                // What is looked up makes no difference: a missing document tells nothing of it.
                get("opened/a", 200, "rows"),
                get("opened/none", 404, "rows"),
                get("closed/a", 404, "rows"),
                get("closed/none", 404, "rows"),
                list("opened", "rows"),
                list("closed", "rows"),
                batchGet("rows", "plain/a", "rows/hidden"),
                batchGet("rows, fields", "fields/a", "rows/none"),
                batchGet("", "plain/a", "plain/none"),
                list("plain", ""),
                list("rows", "rows"),
                list("both", "rows, fields"),
                query("plain", 200, 0, ""),
                query("rows", 200, 0, "rows"),
                query("fields", 200, 0, "fields"),
                query("other", 403, 7, ""),
                commit("plain/a", 200, 0, ""),
                commit("rows/a", 200, 0, "rows"),
                // An update of a hidden row, of one that is missing, and one after which nobody would see the document.
                commit("rows/hidden", 404, 5, "rows"),
                commit("rows/none", 404, 5, "rows"),
                update("rows/a", true, 200, 0, "rows"),
                update("rows/a", false, 403, 7, "rows"),
                update("rows/hidden", true, 403, 7, "rows"),
                new Case(
                        "POST :batchWrite",
                        "BatchWrite",
                        BatchWriteRequest.newBuilder()
                                .setDatabase(DATABASE)
                                .addWrites(write("plain/a", true))
                                .addWrites(write("rows/hidden", true))
                                .build(),
                        200,
                        0,
                        "rows"),
                new Case(
                        "POST :batchWrite",
                        "BatchWrite",
                        BatchWriteRequest.newBuilder()
                                .setDatabase(DATABASE)
                                .addWrites(write("other/a", true))
                                .build(),
                        200,
                        0,
                        ""));
    }

    private static Case get(String path, int http, String filtered) {
        return new Case(
                "GET /" + path,
                "GetDocument",
                GetDocumentRequest.newBuilder().setName(ROOT + "/" + path).build(),
                http,
                http == 200 ? 0 : http == 404 ? 5 : 7,
                filtered);
    }

    private static Case batchGet(String filtered, String... paths) {
        BatchGetDocumentsRequest.Builder request =
                BatchGetDocumentsRequest.newBuilder().setDatabase(DATABASE);
        for (String path : paths) {
            request.addDocuments(ROOT + "/" + path);
        }
        return new Case("POST :batchGet", "BatchGetDocuments", request.build(), 200, 0, filtered);
    }

    private static Case list(String collection, String filtered) {
        return new Case(
                "GET /" + collection,
                "ListDocuments",
                ListDocumentsRequest.newBuilder()
                        .setParent(ROOT)
                        .setCollectionId(collection)
                        .build(),
                200,
                0,
                filtered);
    }

    private static Case query(String collection, int http, int grpc, String filtered) {
        StructuredQuery query = StructuredQuery.newBuilder()
                .addFrom(StructuredQuery.CollectionSelector.newBuilder().setCollectionId(collection))
                .build();
        return new Case(
                "POST :runQuery",
                "RunQuery",
                RunQueryRequest.newBuilder()
                        .setParent(ROOT)
                        .setStructuredQuery(query)
                        .build(),
                http,
                grpc,
                filtered);
    }

    private static Write write(String path, boolean mustExist) {
        Write.Builder write = Write.newBuilder()
                .setUpdate(document(path, true))
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("open"));
        if (mustExist) {
            write.getCurrentDocumentBuilder().setExists(true);
        }
        return write.build();
    }

    private static Document document(String path, boolean open) {
        return Document.newBuilder()
                .setName(ROOT + "/" + path)
                .putFields("open", Value.newBuilder().setBooleanValue(open).build())
                .build();
    }

    private static Case commit(String path, int http, int grpc, String filtered) {
        return new Case(
                "POST :commit",
                "Commit",
                CommitRequest.newBuilder()
                        .setDatabase(DATABASE)
                        .addWrites(write(path, true))
                        .build(),
                http,
                grpc,
                filtered);
    }

    private static Case update(String path, boolean open, int http, int grpc, String filtered) {
        return new Case(
                "PATCH /" + path,
                "UpdateDocument",
                UpdateDocumentRequest.newBuilder()
                        .setDocument(document(path, open))
                        .build(),
                http,
                grpc,
                filtered);
    }

    private GatewayHarness harness;
    private String token;
    private HttpClient client;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY, "--set", "limits.drainMillis=0");
        token = harness.tenant().userToken("reader");
        client = harness.http(HttpClient.Version.HTTP_2);
        try (Firestore direct = harness.direct("(default)")) {
            for (String path : List.of(
                    "plain/a", "rows/a", "fields/a", "both/a", "mine/a", "opened/a", "closed/a", "settings/one")) {
                direct.document(path).set(Map.of("open", true, "secret", 1)).get(CALL_SECONDS, TimeUnit.SECONDS);
            }
            direct.document("rows/hidden").set(Map.of("open", false)).get(CALL_SECONDS, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    void stop() {
        client.shutdownNow();
        harness.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void says(Case asked) throws Exception {
        HttpResponse<byte[]> rest = rest(harness, client, token, asked);
        assertThat(rest.statusCode()).isEqualTo(asked.http);
        assertThat(rest.headers().allValues(HEADER)).isEqualTo(expected(asked));
        HttpResponse<byte[]> grpc = grpc(harness, client, token, asked);
        // Of an answer with headers and trailers the client shows the headers alone.
        assertThat(grpc.headers().firstValue("grpc-status").orElse(asked.grpc + ""))
                .isEqualTo(asked.grpc + "");
        assertThat(grpc.headers().allValues(HEADER)).isEqualTo(expected(asked));
    }

    private static List<String> expected(Case asked) {
        return asked.filtered.isEmpty() ? List.of() : List.of(asked.filtered);
    }

    @Test
    void canBeSwitchedOff(@TempDir Path directory) throws Exception {
        try (GatewayHarness silent = GatewayHarness.withPolicy(
                        directory, POLICY, "--set", "limits.drainMillis=0", "--set", "answers.filteredHeader=false");
                HttpClient its = silent.http(HttpClient.Version.HTTP_2)) {
            String own = silent.tenant().userToken("reader");
            for (Case asked : cases().toList()) {
                assertThat(rest(silent, its, own, asked).headers().map()).doesNotContainKey(HEADER);
                assertThat(grpc(silent, its, own, asked).headers().map()).doesNotContainKey(HEADER);
            }
        }
    }

    private static HttpResponse<byte[]> rest(GatewayHarness gateway, HttpClient client, String token, Case asked)
            throws Exception {
        String[] parts = asked.rest.split(" ", 2);
        String json = JsonFormat.printer()
                .print(asked.request instanceof UpdateDocumentRequest update ? update.getDocument() : asked.request);
        // What stands in the path does not stand in the body again.
        String body = json.replace("PROJECT", gateway.project()).replaceFirst("\"parent\": \"[^\"]*\",", "");
        HttpRequest.BodyPublisher sent = parts[0].equals("GET")
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body);
        URI target = URI.create(gateway.documents(true, "(default)") + parts[1]);
        return client.send(
                request(target, token, "application/json")
                        .method(parts[0], sent)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> grpc(GatewayHarness gateway, HttpClient client, String token, Case asked)
            throws Exception {
        Message.Builder named = asked.request.newBuilderForType();
        JsonFormat.parser()
                .merge(JsonFormat.printer().print(asked.request).replace("PROJECT", gateway.project()), named);
        byte[] message = named.build().toByteArray();
        byte[] frame = ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
        URI method =
                URI.create(gateway.documents(true, "(default)")).resolve("/google.firestore.v1.Firestore/" + asked.rpc);
        return client.send(
                request(method, token, "application/grpc")
                        .header("te", "trailers")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpRequest.Builder request(URI target, String token, String type) {
        return HttpRequest.newBuilder(target)
                .timeout(Duration.ofSeconds(CALL_SECONDS))
                .header("authorization", "Bearer " + token)
                .header("content-type", type);
    }
}
