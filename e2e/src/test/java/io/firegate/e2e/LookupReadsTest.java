package io.firegate.e2e;

import static io.firegate.e2e.TwinDatabases.await;
import static io.firegate.e2e.TwinDatabases.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.DocumentSnapshot;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.TransactionOptions;
import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
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

    private GuardedFirestore between;
    private TwinDatabases twins;
    private GatewayHarness harness;

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
        twins = new TwinDatabases(harness);
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
        for (String database : TwinDatabases.ALL) {
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
        twins.close();
        between.close();
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
        for (List<String> answers : twins.answers(parts[2], parts.length == 4 ? parts[3] : "")) {
            assertThat(answers.get(0)).isEqualTo(answers.get(1)).startsWith(parts[0]);
            assertThat(answers.get(0).split("\"name\": \"proj", -1).length - 1)
                    .as(answers.get(0))
                    .isEqualTo(Integer.parseInt(parts[1]));
            assertThat(answers.get(0)).doesNotContain("\"B\"");
        }
    }

    /** The patient leaves the ward, and only then something is measured, while the request is between its two reads. */
    @Test
    void bothAreReadAtOneMoment() throws Exception {
        try (Firestore direct = harness.direct("hidden");
                Firestore client = harness.plaintext("hidden", twins.reader)) {
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
                                number(twins.send("/patients/a/vitals/v1", "").body())));
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
        try (Firestore client = harness.plaintext("hidden", twins.reader)) {
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
            String begun = twins.send(
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
            HttpResponse<String> read = twins.send(":batchGet", body);
            assertThat(read.statusCode()).as("%s: %s", begin, read.body()).isEqualTo(200);
            assertThat(twins.send(":rollback", "{\"transaction\": \"" + handle + "\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(twins.send(":batchGet", body).statusCode()).isEqualTo(400);
        }
    }

    /** A page is narrowed by what is found when it is asked for, and what was found before does not end the listing. */
    @Test
    void pagesFollowWhatIsFound() throws Exception {
        try (Firestore direct = harness.direct("hidden")) {
            String first = twins.send("/patients/a/vitals?pageSize=1", "").body();
            String token = token(first);
            assertThat(first).contains("vitals/v1");

            String second = twins.send("/patients/a/vitals?pageSize=1&pageToken=" + token, "")
                    .body();
            assertThat(second).contains("vitals/v2");

            put(direct, "patients/a", Map.of("ward", "B"));
            HttpResponse<String> moved = twins.send("/patients/a/vitals?pageSize=1&pageToken=" + token(second), "");
            assertThat(moved.statusCode() + moved.body().replaceAll("\\s", "")).isEqualTo("200{}");

            put(direct, "patients/a", Map.of("ward", "A"));
            assertThat(twins.send("/patients/a/vitals?pageSize=1&pageToken=" + token(second), "")
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

            assertThat(twins.send("/past/p", "").statusCode()).isEqualTo(404);
            assertThat(twins.send("/past/p" + at, "").statusCode()).isEqualTo(200);
        }
    }

    /** Nothing is read for what is refused anyway, and one decision stands in the record, before the read and after the lookup. */
    @Test
    void asksForNoMoreThanItNeeds() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        between.before((method, message) -> asked.add(method + (hasReadTime(method, message) ? " at" : "")));
        twins.send("/notes?orderBy=secret", "");
        twins.send("/nowhere/n", "");
        twins.send(":batchGet", "{\"documents\": [\"DB/documents/patients/a/vitals/v1\", \"DB/documents/nowhere/n\"]}");
        assertThat(asked).isEmpty();

        int before = harness.audit().size();
        twins.send("/patients/a/vitals/v1", "");
        twins.send("/patients/a/vitals", "");
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
