package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiFuture;
import com.google.cloud.firestore.DocumentSnapshot;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.TransactionOptions;
import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads whose rule looks up another document: a caller sees what the document beside it says, at one moment, and what it keeps away is as
 * if it were not there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class LookupReadsTest {
    private static final int CALL_SECONDS = 60;

    private static final String POLICY = """
            version: 1
            tiers:
              everything:
                databases: ["PROJECT/hidden", "PROJECT/barren"]
                credential: local
                rules:
                  - { id: all, path: "/{x=**}", allow: [read, write, group, collections] }
              nurse:
                databases: ["PROJECT/hidden", "PROJECT/barren"]
                credential: local
                rules:
                  - id: vitals
                    path: /patients/{patient}/vitals/{vital}
                    allow: [get, list]
                    where: lookup(/patients/{patient}).ward in grant.ward
                  - id: notes
                    path: /notes/{note}
                    allow: [get, list]
                    where: doc.ward in lookup(/staff/{caller.oid}).wards
                    fields: { hide: [secret] }
                  - { id: past, path: "/past/{p}", allow: [get], where: "lookup(/settings/all).open == true", history: true }
            bindings:
              - { tier: everything, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
              - { tier: nurse, groups: [5b1f0a52-0000-4000-8000-0000000000e2], grant: { ward: A } }
            """;

    private static final String STAFF = "staff/5b1f0a52-0000-4000-8000-000000000002";

    /** Of equal length, so that lengths are equal too. */
    private static final List<String> DATABASES = List.of("hidden", "barren");

    private GuardedFirestore between;
    private GatewayHarness harness;
    private String reader;
    private HttpClient http1;
    private HttpClient http2;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        Set<String> all = Set.of(
                "GetDocument",
                "ListDocuments",
                "BatchGetDocuments",
                "RunQuery",
                "RunAggregationQuery",
                "PartitionQuery",
                "BeginTransaction",
                "Commit",
                "Rollback");
        between =
                new GuardedFirestore(GatewayHarness.emulator().endpoint(), token -> "anybody", Map.of("anybody", all));
        harness = GatewayHarness.withPolicy(
                directory, POLICY, "--set", "limits.drainMillis=0", "--set", "upstream.emulator=" + between.address());
        reader = harness.tenant().userToken("reader");
        http1 = harness.http(HttpClient.Version.HTTP_1_1);
        http2 = harness.http(HttpClient.Version.HTTP_2);
        fill();
    }

    @BeforeEach
    void asItWas() throws Exception {
        between.before((method, message) -> {});
        try (Firestore direct = harness.direct("hidden")) {
            put(direct, "patients/a", Map.of("ward", "A"));
            put(direct, "patients/a/vitals/v1", Map.of("n", 1));
            put(direct, "settings/all", Map.of("open", true));
        }
    }

    private void fill() throws Exception {
        for (String database : DATABASES) {
            try (Firestore direct = harness.direct(database)) {
                put(direct, STAFF, Map.of("wards", List.of("A", "B")));
                put(direct, "patients/a", Map.of("ward", "A"));
                put(direct, "patients/b", Map.of("ward", "B"));
                put(direct, "patients/nameless", Map.of("name", "x"));
                put(direct, "settings/all", Map.of("open", true));
                put(direct, "past/p", Map.of("n", 1));
                for (int i = 1; i <= 3; i++) {
                    put(direct, "patients/a/vitals/v" + i, Map.of("n", i));
                    put(direct, "notes/a" + i, Map.of("ward", "A", "n", i, "secret", i));
                }
                if (database.equals("hidden")) {
                    for (String patient : List.of("b", "nameless", "none")) {
                        put(direct, "patients/" + patient + "/vitals/v1", Map.of("n", 1));
                    }
                    put(direct, "notes/c", Map.of("ward", "C", "n", 9));
                    put(direct, "notes/d", Map.of("n", 9));
                }
            }
        }
    }

    @AfterAll
    void stop() {
        http1.shutdownNow();
        http2.shutdownNow();
        harness.close();
        between.close();
    }

    private static void put(Firestore client, String path, Map<String, Object> fields) throws Exception {
        await(client.document(path).set(fields));
    }

    private static <T> T await(ApiFuture<T> future) throws Exception {
        return future.get(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /** The HTTP status, how many names the answer has, a target and, where there is one, a body, with spaces between. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 1 /patients/a/vitals/v1",
                "200 1 /patients/a/vitals/v1?mask.fieldPaths=n",
                "404 0 /patients/a/vitals/none",
                "404 0 /patients/b/vitals/v1",
                "404 0 /patients/b/vitals/none",
                "404 0 /patients/nameless/vitals/v1",
                "404 0 /patients/none/vitals/v1",
                "200 3 /patients/a/vitals",
                "200 2 /patients/a/vitals?pageSize=2&orderBy=n",
                "200 0 /patients/b/vitals",
                "200 0 /patients/b/vitals?showMissing=true",
                "200 0 /patients/none/vitals",
                "200 1 /notes/a1",
                "404 0 /notes/c",
                "404 0 /notes/d",
                "200 3 /notes",
                "403 0 /notes?orderBy=secret",
                "403 0 /notes/a1?mask.fieldPaths=secret",
                "200 1 :batchGet {\"documents\": [\"DB/documents/patients/a/vitals/v1\", \"DB/documents/patients/b/vitals/v1\", \"DB/documents/patients/none/vitals/v1\"]}",
                "403 0 :batchGet {\"documents\": [\"DB/documents/patients/a/vitals/v1\", \"DB/documents/patients/b/vitals/v1\", \"DB/documents/patients/none/vitals/v1\", \"DB/documents/patients/nameless/vitals/v1\"]}",
                "200 3 /patients/a:runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}], \"orderBy\": [{\"field\": {\"fieldPath\": \"n\"}}]}}",
                "200 1 /patients/a:runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}], \"where\": {\"fieldFilter\": {\"field\": {\"fieldPath\": \"n\"}, \"op\": \"GREATER_THAN\", \"value\": {\"integerValue\": 2}}}}}",
                "200 0 /patients/b:runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}}",
                "403 0 /patients/a:runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"explainOptions\": {}}",
                "403 0 /patients/b:runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"explainOptions\": {}}",
                "200 3 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}]}}",
                "403 0 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}], \"orderBy\": [{\"field\": {\"fieldPath\": \"secret\"}}]}}",
                "200 0 /patients/a:runAggregationQuery {\"structuredAggregationQuery\": {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"aggregations\": [{\"count\": {}}, {\"sum\": {\"field\": {\"fieldPath\": \"n\"}}}]}}",
                "200 0 /patients/b:runAggregationQuery {\"structuredAggregationQuery\": {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"aggregations\": [{\"count\": {}}, {\"sum\": {\"field\": {\"fieldPath\": \"n\"}}}]}}",
                "200 0 /patients/a:partitionQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"partitionCount\": 2}",
                "200 1 :batchGet {\"documents\": [\"DB/documents/patients/a/vitals/v1\", \"DB/documents/patients/b/vitals/v1\"], \"newTransaction\": {\"readOnly\": {}}}",
                "200 3 /patients/a:runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"newTransaction\": {\"readOnly\": {}}}",
            })
    void whatIsKeptAwayIsNotThere(String request) throws Exception {
        String[] parts = request.split(" ", 4);
        for (HttpClient client : List.of(http1, http2)) {
            List<String> answers = new ArrayList<>();
            for (String database : DATABASES) {
                answers.add(rest(client, database, parts[2], parts.length == 4 ? parts[3] : ""));
            }
            assertThat(answers.get(0)).isEqualTo(answers.get(1)).startsWith(parts[0]);
            assertThat(answers.get(0).split("\"name\": \"proj", -1).length - 1)
                    .as(answers.get(0))
                    .isEqualTo(Integer.parseInt(parts[1]));
            assertThat(answers.get(0)).doesNotContain("\"B\"");
        }
    }

    private String rest(HttpClient client, String database, String target, String body) throws Exception {
        HttpResponse<String> response = send(client, database, target, body);
        Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
        if (response.statusCode() == 200) {
            // A moment with fewer digits is shorter.
            headers.remove("content-length");
        }
        return response.statusCode() + " " + headers + "\n" + comparable(response.body(), database);
    }

    private HttpResponse<String> send(HttpClient client, String database, String target, String body) throws Exception {
        String name = "projects/" + harness.project() + "/databases/" + database;
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(harness.documents(client.equals(http2), database) + target))
                .timeout(Duration.ofSeconds(CALL_SECONDS))
                .header("authorization", "Bearer " + reader)
                .header("content-type", "application/json");
        return client.send(
                (body.isEmpty()
                                ? request.GET()
                                : request.POST(HttpRequest.BodyPublishers.ofString(body.replace("DB", name))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Without what differs between any two databases: names, moments, handles and decision ids, all of them as long. */
    private static String comparable(String text, String database) {
        return text.replace("/" + database + "/", "/DB/")
                .replaceAll("\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\"", "\"MOMENT\"")
                .replaceAll("\"(nextPageToken|transaction)\": \"[^\"]+\"", "\"$1\": \"HANDLE\"")
                .replaceAll("\"decision\": \"[^\"]+\"", "\"decision\": \"ID\"");
    }

    /** The patient leaves the ward, and only then something is measured, while the request is between its two reads. */
    @Test
    void bothAreReadAtOneMoment() throws Exception {
        try (Firestore direct = harness.direct("hidden");
                Firestore client = harness.plaintext("hidden", reader)) {
            between.before((method, message) -> {
                if (method.equals("GetDocument") || method.equals("RunQuery") || isOfTheRead(message)) {
                    move(direct);
                }
            });

            for (int round = 0; round < 3; round++) {
                put(direct, "patients/a", Map.of("ward", "A"));
                put(direct, "patients/a/vitals/v1", Map.of("n", 1));
                List<Map<String, Object>> seen = new ArrayList<>();
                switch (round) {
                    case 0 ->
                        seen.add(Map.of(
                                "n",
                                number(send(http1, "hidden", "/patients/a/vitals/v1", "")
                                        .body())));
                    case 1 ->
                        seen.add(await(client.document("patients/a/vitals/v1").get())
                                .getData());
                    default ->
                        await(client.collection("patients/a/vitals")
                                        .whereEqualTo("__name__", "v1")
                                        .get())
                                .forEach(document -> seen.add(document.getData()));
                }

                assertThat(seen).as("round %d", round).containsExactly(Map.of("n", 1L));
            }
        }
    }

    private static long number(String json) {
        Matcher number = Pattern.compile("\"integerValue\": \"(\\d+)\"").matcher(json);
        return number.find() ? Long.parseLong(number.group(1)) : -1;
    }

    private boolean isOfTheRead(byte[] message) {
        try {
            BatchGetDocumentsRequest read = BatchGetDocumentsRequest.parseFrom(message);
            return read.getDocumentsCount() > 0 && read.getDocuments(0).contains("/vitals/");
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    private static void move(Firestore direct) {
        try {
            put(direct, "patients/a", Map.of("ward", "B"));
            put(direct, "patients/a/vitals/v1", Map.of("n", 2));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readsInTransactions() throws Exception {
        try (Firestore client = harness.plaintext("hidden", reader)) {
            for (TransactionOptions options : List.of(
                    TransactionOptions.createReadOnlyOptionsBuilder().build(),
                    TransactionOptions.createReadWriteOptionsBuilder().build())) {
                List<String> seen = await(client.runTransaction(
                        transaction -> {
                            List<String> read = new ArrayList<>();
                            for (DocumentSnapshot each : await(transaction.getAll(
                                    client.document("patients/a/vitals/v1"),
                                    client.document("patients/b/vitals/v1")))) {
                                read.add(each.getId() + each.exists());
                            }
                            await(transaction.get(client.collection("patients/a/vitals")))
                                    .forEach(each -> read.add(each.getId()));
                            await(transaction.get(client.collection("patients/b/vitals")))
                                    .forEach(each -> read.add(each.getId()));
                            return read;
                        },
                        options));
                assertThat(seen).containsExactly("v1true", "v1false", "v1", "v2", "v3");
            }
        }
    }

    /** The transaction the answer tells is the one the document was looked up in: it can be read in and ended. */
    @Test
    void aTransactionBegunWithTheRead() throws Exception {
        for (String begin : List.of("readOnly", "readWrite")) {
            String begun = send(
                            http1,
                            "hidden",
                            "/patients/a:runQuery",
                            "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"vitals\"}]}, \"newTransaction\": {\""
                                    + begin + "\": {}}}")
                    .body();
            Matcher transaction =
                    Pattern.compile("\"transaction\": \"([^\"]+)\"").matcher(begun);
            assertThat(transaction.find()).as(begun).isTrue();
            String handle = transaction.group(1);
            assertThat(transaction.find()).as("told once").isFalse();

            String body =
                    "{\"documents\": [\"DB/documents/patients/a/vitals/v1\"], \"transaction\": \"" + handle + "\"}";
            assertThat(send(http1, "hidden", ":batchGet", body).statusCode()).isEqualTo(200);
            assertThat(send(http1, "hidden", ":rollback", "{\"transaction\": \"" + handle + "\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(http1, "hidden", ":batchGet", body).statusCode()).isEqualTo(400);
        }
    }

    /** A page is narrowed by what is found when it is asked for, and what was found before does not end the listing. */
    @Test
    void pagesFollowWhatIsFound() throws Exception {
        try (Firestore direct = harness.direct("hidden")) {
            String first =
                    send(http1, "hidden", "/patients/a/vitals?pageSize=1", "").body();
            String token = token(first);
            assertThat(first).contains("vitals/v1");

            String second = send(http1, "hidden", "/patients/a/vitals?pageSize=1&pageToken=" + token, "")
                    .body();
            assertThat(second).contains("vitals/v2");

            put(direct, "patients/a", Map.of("ward", "B"));
            HttpResponse<String> moved =
                    send(http1, "hidden", "/patients/a/vitals?pageSize=1&pageToken=" + token(second), "");
            assertThat(moved.statusCode() + moved.body().replaceAll("\\s", "")).isEqualTo("200{}");

            put(direct, "patients/a", Map.of("ward", "A"));
            assertThat(send(http1, "hidden", "/patients/a/vitals?pageSize=1&pageToken=" + token(second), "")
                            .body())
                    .contains("vitals/v3");
        }
    }

    private static String token(String page) {
        Matcher token = Pattern.compile("\"nextPageToken\": \"([^\"]+)\"").matcher(page);
        assertThat(token.find()).as(page).isTrue();
        return token.group(1);
    }

    /** The past is looked up in the past. */
    @Test
    void anExplicitReadTimeIsThatOfBoth() throws Exception {
        try (Firestore direct = harness.direct("hidden")) {
            Timestamp then = await(direct.document("past/p").set(Map.of("n", 1)))
                    .getUpdateTime()
                    .toProto();
            put(direct, "settings/all", Map.of("open", false));
            String at = "?readTime=" + com.google.protobuf.util.Timestamps.toString(then);

            assertThat(send(http1, "hidden", "/past/p", "").statusCode()).isEqualTo(404);
            assertThat(send(http1, "hidden", "/past/p" + at, "").statusCode()).isEqualTo(200);
        }
    }

    /** Nothing is read for what is refused anyway, and one decision stands in the record, before the read and after the lookup. */
    @Test
    void asksForNoMoreThanItNeeds() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        between.before((method, message) -> asked.add(method + (hasReadTime(method, message) ? " at" : "")));
        send(http1, "hidden", "/notes?orderBy=secret", "");
        send(http1, "hidden", "/nowhere/n", "");
        send(
                http1,
                "hidden",
                ":batchGet",
                "{\"documents\": [\"DB/documents/patients/a/vitals/v1\", \"DB/documents/nowhere/n\"]}");
        assertThat(asked).isEmpty();

        int before = harness.audit().size();
        send(http1, "hidden", "/patients/a/vitals/v1", "");
        send(http1, "hidden", "/patients/a/vitals", "");
        assertThat(asked).containsExactly("BatchGetDocuments", "GetDocument at", "BatchGetDocuments", "RunQuery at");

        harness.audit().await(before + 2, line -> line.text("kind").equals("outcome"));
        // Of the refused ones before, lines may still come.
        assertThat(harness.audit().decisionsFrom(before).stream()
                        .filter(line -> line.text("decision").equals("permit")))
                .hasSize(2);
    }

    private static boolean hasReadTime(String method, byte[] message) {
        try {
            return switch (method) {
                case "GetDocument" -> GetDocumentRequest.parseFrom(message).hasReadTime();
                case "RunQuery" -> RunQueryRequest.parseFrom(message).hasReadTime();
                default -> false;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
