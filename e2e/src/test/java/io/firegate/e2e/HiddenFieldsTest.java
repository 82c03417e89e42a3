package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiFuture;
import com.google.cloud.firestore.DocumentSnapshot;
import com.google.cloud.firestore.FieldPath;
import com.google.cloud.firestore.FieldValue;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.Query;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two databases that differ only in fields the caller may not see answer alike, and the official client sees what is left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class HiddenFieldsTest {
    private static final int CALL_SECONDS = 60;

    private static final String POLICY = """
            version: 1
            tiers:
              everything:
                databases: ["PROJECT/hidden", "PROJECT/barren"]
                credential: local
                rules:
                  - { id: all, path: "/{x=**}", allow: [read, write, group, collections] }
              reading:
                databases: ["PROJECT/hidden", "PROJECT/barren"]
                credential: local
                rules:
                  - { id: people, path: "/people/{p}", allow: [get, list], fields: { hide: [ssn, billing.card, face, deep.er.est] } }
                  - { id: shown, path: "/shown/{p}", allow: [get, list], fields: { show: [name, billing.city] } }
                  - { id: written, path: "/written/{p}", allow: [get, create, update], fields: { hide: [ssn, billing.card] } }
                  - { id: looked, path: "/looked/{p}", allow: [get, create, update], where: "lookup(/settings/all).open == true", fields: { show: [name, billing.city] } }
                  - { id: blind, path: "/blind/{p}", allow: [create, update] }
                  - { id: mine, path: "/mine/{p}", allow: [get, list], where: "doc.ssn == 5", fields: { hide: [ssn] } }
            bindings:
              - { tier: everything, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
              - { tier: reading, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    private static final List<String> DATABASES = List.of("hidden", "barren");

    private final AtomicInteger ids = new AtomicInteger();
    private GatewayHarness harness;
    private String reader;
    private HttpClient http;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY, "--set", "limits.drainMillis=0");
        reader = harness.tenant().userToken("reader");
        http = harness.http(HttpClient.Version.HTTP_1_1);
        for (String database : DATABASES) {
            boolean all = database.equals("hidden");
            try (Firestore direct = harness.direct(database)) {
                for (String collection : List.of("people", "shown")) {
                    put(direct, collection + "/a", Map.of("name", "A", "billing", Map.of("city", "C")), all, "ssn", 5);
                    put(direct, collection + "/b", Map.of("name", "B"), all, "billing", Map.of("card", 1));
                    put(direct, collection + "/c", Map.of("name", "C"), all, "billing", "cash");
                    put(direct, collection + "/d", Map.of(), all, "ssn", 9);
                    put(direct, collection + "/e", Map.of("name", "E"), all, "deep", Map.of("er", Map.of("est", 1)));
                    put(direct, collection + "/f", Map.of("name", "F"), all, "billing", List.of(Map.of("card", 1)));
                    put(direct, collection + "/g", Map.of("name", "G"), all, "face", FieldValue.vector(new double[] {1
                    }));
                    put(direct, collection + "/h", Map.of("name", "H"), all, "billing", Map.of());
                }
                put(direct, "settings/all", Map.of("open", true), false, "", "");
                put(direct, "mine/a", Map.of("name", "A", "ssn", 5), false, "", "");
                put(direct, "mine/b", Map.of("name", "B", "ssn", 6), false, "", "");
            }
        }
    }

    @AfterAll
    void stop() {
        http.shutdownNow();
        harness.close();
    }

    /** A document, in one of the databases with a field more. */
    private static void put(
            Firestore client, String path, Map<String, Object> fields, boolean hidden, String name, Object value)
            throws Exception {
        Map<String, Object> stored = new TreeMap<>(fields);
        if (hidden) {
            stored.put(name, value);
        }
        await(client.document(path).set(stored));
    }

    private static <T> T await(ApiFuture<T> future) throws Exception {
        return future.get(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /** The HTTP status, a target and, where there is one, a query of a collection, with spaces between. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 /COL/a",
                "200 /COL/b",
                "200 /COL/c",
                "200 /COL/d",
                "200 /COL/e",
                "200 /COL/f",
                "200 /COL/g",
                "200 /COL/h",
                "200 /COL/a?mask.fieldPaths=billing",
                "200 /COL/b?mask.fieldPaths=billing",
                "200 /COL/b?mask.fieldPaths=billing.city",
                "200 /COL/c?mask.fieldPaths=billing&mask.fieldPaths=name",
                "403 /COL/a?mask.fieldPaths=ssn",
                "403 /COL/a?mask.fieldPaths=%60ssn%60.x",
                "403 /COL/a?mask.fieldPaths=billing.card",
                "200 /COL",
                "200 /COL?pageSize=3",
                "200 /COL?orderBy=name%20desc",
                "200 /COL?orderBy=billing.city",
                "403 /COL?orderBy=ssn",
                "403 /COL?orderBy=name,billing",
                "403 /COL?mask.fieldPaths=face",
                "200 :batchGet {\"documents\": [\"DB/documents/COL/a\", \"DB/documents/COL/b\", \"DB/documents/COL/z\"]}",
                "200 :runQuery \"orderBy\": [{\"field\": {\"fieldPath\": \"name\"}}], \"startAt\": {\"values\": [{\"stringValue\": \"C\"}]}",
                "200 :runQuery \"where\": {\"fieldFilter\": {\"field\": {\"fieldPath\": \"billing.city\"}, \"op\": \"EQUAL\", \"value\": {\"stringValue\": \"C\"}}}",
                "200 :runQuery \"select\": {\"fields\": [{\"fieldPath\": \"billing\"}]}",
                "403 :runQuery \"select\": {\"fields\": [{\"fieldPath\": \"ssn\"}]}",
                "403 :runQuery \"where\": {\"fieldFilter\": {\"field\": {\"fieldPath\": \"ssn\"}, \"op\": \"EQUAL\", \"value\": {\"integerValue\": 5}}}",
                "403 :runQuery \"where\": {\"unaryFilter\": {\"field\": {\"fieldPath\": \"billing\"}, \"op\": \"IS_NOT_NULL\"}}",
                "403 :runQuery \"where\": {\"fieldFilter\": {\"field\": {\"fieldPath\": \"deep.er\"}, \"op\": \"EQUAL\", \"value\": {\"mapValue\": {\"fields\": {\"est\": {\"integerValue\": 1}}}}}}",
                "403 :runQuery \"orderBy\": [{\"field\": {\"fieldPath\": \"billing.card\"}}], \"startAt\": {\"values\": [{\"integerValue\": 1}]}",
                "403 :runQuery \"findNearest\": {\"vectorField\": {\"fieldPath\": \"face\"}, \"distanceMeasure\": \"EUCLIDEAN\", \"limit\": 3}",
            })
    void restTellsNoDifference(String request) throws Exception {
        String[] parts = request.split(" ", 3);
        for (String collection : List.of("people", "shown")) {
            List<String> answers = new ArrayList<>();
            for (String database : DATABASES) {
                String text = parts.length < 3 ? "" : parts[2];
                String body = text.startsWith("\"")
                        ? "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"COL\"}], " + text + "}}"
                        : text;
                answers.add(rest(database, parts[1].replace("COL", collection), body.replace("COL", collection)));
            }
            assertThat(answers.get(0)).isEqualTo(answers.get(1)).startsWith(parts[0]);
            assertThat(answers.get(0)).doesNotContain("cash", "\"est\"", "\"card\"", "__vector__");
        }
    }

    /** Without what differs between any two databases: names, moments, handles, decision ids, and so lengths. */
    private String rest(String database, String target, String body) throws Exception {
        String name = "projects/" + harness.project() + "/databases/" + database;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(harness.documents(false, database) + target))
                .timeout(Duration.ofSeconds(CALL_SECONDS))
                .header("authorization", "Bearer " + reader)
                .header("content-type", "application/json");
        HttpResponse<String> response = http.send(
                (body.isEmpty()
                                ? request.GET()
                                : request.POST(HttpRequest.BodyPublishers.ofString(body.replace("DB", name))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
        headers.remove("content-length");
        return response.statusCode() + " " + headers + "\n"
                + response.body()
                        .replace("/" + database + "/", "/DB/")
                        .replaceAll("\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\"", "\"MOMENT\"")
                        .replaceAll("\"nextPageToken\": \"[^\"]+\"", "\"nextPageToken\": \"TOKEN\"")
                        .replaceAll("\"decision\": \"[^\"]+\"", "\"decision\": \"ID\"");
    }

    /** Collection, then what is answered for, what comes of it, and which fields the answer has: none where a condition would be judged on a part. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "written name OK name",
                "written ssn HIDDEN_FIELD ",
                "written `ssn`.x HIDDEN_FIELD ",
                "written billing.card HIDDEN_FIELD ",
                "written billing OK billing",
                "looked name OK ",
                "looked ssn HIDDEN_FIELD ",
                "looked billing.card HIDDEN_FIELD ",
                "looked billing OK ",
                "blind ssn OK ",
                "blind billing OK ",
            })
    void whatAWriteAnswersIsSelectedAsByAGet(String line) throws Exception {
        String[] cells = line.split(" ", -1);
        String database = "projects/" + harness.project() + "/databases/hidden";
        String written =
                "{\"fields\": {\"name\": {\"stringValue\": \"x\"}, \"billing\": {\"mapValue\": {\"fields\": {\"city\": {\"stringValue\": \"y\"}}}}}}";
        List<String> outcomes = new ArrayList<>();
        try (PlainFirestore caller = new PlainFirestore("127.0.0.1:" + harness.plaintextPort(), reader, database);
                PlainFirestore admin =
                        new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database)) {
            Document.Builder document = Document.newBuilder();
            JsonFormat.parser().merge(written, document);
            DocumentMask mask =
                    DocumentMask.newBuilder().addFieldPaths(cells[1]).build();
            String id = "d" + ids.incrementAndGet();
            for (String method : List.of("CreateDocument", "UpdateDocument")) {
                String path = cells[0] + "/" + method + id;
                Message request = method.equals("CreateDocument")
                        ? CreateDocumentRequest.newBuilder()
                                .setParent(caller.root())
                                .setCollectionId(cells[0])
                                .setDocumentId(method + id)
                                .setDocument(document)
                                .setMask(mask)
                                .build()
                        : UpdateDocumentRequest.newBuilder()
                                .setDocument(document.clone().setName(caller.name(path)))
                                .setMask(mask)
                                .build();
                String answer;
                try {
                    Document answered = caller.unary(method, request, Document.getDefaultInstance());
                    answer = "OK " + String.join(",", answered.getFieldsMap().keySet());
                } catch (StatusRuntimeException e) {
                    answer = e.getStatus().getCode() == Status.Code.PERMISSION_DENIED
                                    && String.valueOf(e.getStatus().getDescription())
                                            .contains("may not see: mask.field_paths[0]")
                            ? "HIDDEN_FIELD "
                            : e.getStatus().toString();
                }
                outcomes.add(answer);
                assertThat(admin.get(path).isPresent()).as(path).isEqualTo(answer.startsWith("OK"));

                String encoded = "mask.fieldPaths=" + URLEncoder.encode(cells[1], StandardCharsets.UTF_8);
                String target = method.equals("CreateDocument")
                        ? "/" + cells[0] + "?documentId=r" + method + id + "&" + encoded
                        : "/" + cells[0] + "/r" + method + id + "?" + encoded;
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(URI.create(harness.documents(false, "hidden") + target))
                                .timeout(Duration.ofSeconds(CALL_SECONDS))
                                .header("authorization", "Bearer " + reader)
                                .header("content-type", "application/json")
                                .method(
                                        method.equals("CreateDocument") ? "POST" : "PATCH",
                                        HttpRequest.BodyPublishers.ofString(written))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    Document.Builder answered = Document.newBuilder();
                    JsonFormat.parser().merge(response.body(), answered);
                    outcomes.add(
                            "OK " + String.join(",", answered.getFieldsMap().keySet()));
                } else {
                    outcomes.add(
                            response.statusCode() == 403 && response.body().contains("\"HIDDEN_FIELD\"")
                                    ? "HIDDEN_FIELD "
                                    : response.body());
                }
                assertThat(admin.get(cells[0] + "/r" + method + id).isPresent())
                        .isEqualTo(response.statusCode() == 200);
            }
        }
        assertThat(outcomes).hasSize(4).containsOnly(cells[2] + " " + cells[3]);
    }

    @Test
    void theOfficialClientSeesWhatIsLeft() throws Exception {
        try (Firestore client = harness.plaintext("hidden", reader)) {
            DocumentSnapshot one = await(client.document("people/a").get());
            assertThat(one.getData()).isEqualTo(Map.of("name", "A", "billing", Map.of("city", "C")));
            assertThat(one.getUpdateTime()).isNotNull();

            List<Map<String, Object>> found = new ArrayList<>();
            await(client.collection("shown")
                            .orderBy("name", Query.Direction.DESCENDING)
                            .limit(2)
                            .get())
                    .forEach(each -> found.add(each.getData()));
            assertThat(found).containsExactly(Map.of("name", "H"), Map.of("name", "G"));

            assertThat(await(client.collection("people").count().get()).getCount())
                    .isEqualTo(8);
        }
    }

    /** A condition reads what its caller may not: the rows it leaves come without the field. */
    @Test
    void aConditionReadsHiddenFields() throws Exception {
        try (Firestore client = harness.plaintext("hidden", reader)) {
            List<Object> seen = new ArrayList<>();
            seen.add(await(client.document("mine/a").get()).getData());
            seen.add(await(client.document("mine/b").get()).exists());
            await(client.collection("mine").get()).forEach(each -> seen.add(each.getData()));
            await(client.collection("mine").select(FieldPath.of("name")).get())
                    .forEach(each -> seen.add(each.getData()));
            client.collection("mine").listDocuments().forEach(each -> seen.add(each.getId()));
            Map<String, Object> visible = Map.of("name", "A");
            assertThat(seen).containsExactly(visible, false, visible, visible, "a");
        }
    }
}
