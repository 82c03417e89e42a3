package io.firegate.e2e;

import static io.firegate.e2e.TwinDatabases.await;
import static io.firegate.e2e.TwinDatabases.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.DocumentReference;
import com.google.cloud.firestore.DocumentSnapshot;
import com.google.cloud.firestore.FieldMask;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.Query;
import com.google.cloud.firestore.QuerySnapshot;
import com.google.cloud.firestore.TransactionOptions;
import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.protobuf.Message;
import io.firegate.e2e.rows.RawCall;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two databases that differ only in what is hidden answer alike, over gRPC and REST, to the last header: one has documents the rule's
 * {@code where} keeps from its caller, in the other they do not exist.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class HiddenRowsTest {
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
                  - { id: notes, path: "/notes/{note}", allow: [get, list], where: "doc.open == true || doc.tags contains 'all'" }
                  - { id: mine, path: "/mine/{note}", allow: [get, list], where: "note in ['b', 'd']" }
                  - { id: nobody, path: "/nobody/{note}", allow: [get, list], where: "caller.oid == 'x'" }
            bindings:
              - { tier: everything, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
              - { tier: reading, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    private TwinDatabases twins;
    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY, "--set", "limits.drainMillis=0");
        twins = new TwinDatabases(harness);
        for (String database : TwinDatabases.ALL) {
            boolean all = database.equals("hidden");
            try (Firestore direct = harness.direct(database)) {
                put(direct, "notes/a", Map.of("open", true, "n", 1, "m", Map.of("x", 1)));
                put(direct, "notes/c", Map.of("tags", List.of("some", "all"), "n", 3));
                put(direct, "notes/e", Map.of("open", true, "n", 2));
                put(direct, "mine/b", Map.of("n", 1));
                if (all) {
                    put(direct, "notes/b", Map.of("open", false, "n", 1, "m", Map.of("x", 1)));
                    put(direct, "notes/d", Map.of("tags", List.of("some"), "n", 2));
                    put(direct, "notes/f", Map.of("open", "true", "n", 9));
                    put(direct, "notes/g", Map.of());
                    put(direct, "mine/a", Map.of("n", 1));
                    put(direct, "nobody/a", Map.of("n", 1));
                }
            }
        }
    }

    @AfterAll
    void stop() {
        twins.close();
    }

    /** The HTTP status, a target and, where there is one, a body, with spaces between. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 /notes/a",
                "404 /notes/b",
                "404 /notes/b?mask.fieldPaths=n",
                "404 /notes/b?mask.fieldPaths=open",
                "404 /notes/g",
                "404 /notes/none",
                "200 /notes/c?mask.fieldPaths=n",
                "404 /nobody/a",
                "404 /mine/a",
                "200 /mine/b",
                "200 /notes",
                "200 /notes?pageSize=2",
                "200 /notes?pageSize=3&orderBy=n%20desc",
                "200 /notes?pageSize=1&orderBy=n&mask.fieldPaths=m.x",
                "200 /notes?showMissing=true",
                "200 /nobody",
                "200 /mine",
                "200 :batchGet {\"documents\": [\"DB/documents/notes/a\", \"DB/documents/notes/b\", \"DB/documents/notes/none\"]}",
                "200 :batchGet {\"documents\": [\"DB/documents/notes/b\"], \"mask\": {\"fieldPaths\": [\"n\"]}}",
                "200 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}], \"limit\": 2}}",
                "200 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}], \"offset\": 1, \"orderBy\": [{\"field\": {\"fieldPath\": \"n\"}}]}}",
                "200 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"nobody\"}]}}",
                "400 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}], \"where\": {\"fieldFilter\": {\"field\": {\"fieldPath\": \"a..b\"}, \"op\": \"EQUAL\", \"value\": {\"integerValue\": 1}}}}}",
                "403 :runQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}]}, \"explainOptions\": {\"analyze\": true}}",
                "200 :runAggregationQuery {\"structuredAggregationQuery\": {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}]}, \"aggregations\": [{\"count\": {}}, {\"sum\": {\"field\": {\"fieldPath\": \"n\"}}}]}}",
                "200 :runAggregationQuery {\"structuredAggregationQuery\": {\"structuredQuery\": {\"from\": [{\"collectionId\": \"nobody\"}]}, \"aggregations\": [{\"count\": {}}, {\"avg\": {\"field\": {\"fieldPath\": \"n\"}}}]}}",
                "200 :partitionQuery {\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}]}, \"partitionCount\": 2}",
            })
    void restTellsNoDifference(String request) throws Exception {
        String[] parts = request.split(" ", 3);
        for (List<String> answers : twins.answers(parts[1], parts.length == 3 ? parts[2] : "")) {
            assertThat(answers.get(0)).isEqualTo(answers.get(1)).startsWith(parts[0]);
        }
    }

    @Test
    void grpcTellsNoDifference() {
        List<List<String>> answers = new ArrayList<>();
        for (String database : TwinDatabases.ALL) {
            String root = "projects/" + harness.project() + "/databases/" + database + "/documents";
            try (RawCall call = new RawCall("127.0.0.1:" + harness.plaintextPort(), twins.reader)) {
                List<String> events = new ArrayList<>();
                for (String id : List.of("a", "b", "g", "none")) {
                    for (String field : List.of("", "n", "open", "m.x")) {
                        GetDocumentRequest.Builder get =
                                GetDocumentRequest.newBuilder().setName(root + "/notes/" + id);
                        if (!field.isEmpty()) {
                            get.setMask(DocumentMask.newBuilder().addFieldPaths(field));
                        }
                        events.add(text(call, "GetDocument", get.build(), database));
                    }
                }
                events.add(text(
                        call,
                        "BatchGetDocuments",
                        BatchGetDocumentsRequest.newBuilder()
                                .setDatabase("projects/" + harness.project() + "/databases/" + database)
                                .addDocuments(root + "/notes/b")
                                .addDocuments(root + "/notes/none")
                                .build(),
                        database));
                answers.add(events);
            }
        }
        assertThat(answers.get(0)).isEqualTo(answers.get(1));
        // A hidden document and one that is not there, in one database.
        assertThat(answers.get(0).subList(4, 8)).isEqualTo(answers.get(0).subList(12, 16));
        assertThat(answers.get(0).get(4)).contains("NOT_FOUND").contains("Document not found.");
    }

    private static String text(RawCall call, String rpc, Message request, String database) {
        return TwinDatabases.comparable(call.events(rpc, request), database)
                .replaceAll("seconds: \\d+|nanos: \\d+", "MOMENT");
    }

    @Test
    void pagesFollowOneAnother() throws Exception {
        for (String order : List.of("", "&orderBy=n", "&orderBy=n%20desc,__name__")) {
            List<String> seen = new ArrayList<>();
            String token = "";
            do {
                HttpResponse<String> page = twins.send("/notes?pageSize=2" + order + token, "");
                assertThat(page.statusCode()).isEqualTo(200);
                page.body().lines().filter(line -> line.contains("\"name\":")).forEach(line -> seen.add(line.strip()));
                Matcher next =
                        Pattern.compile("\"nextPageToken\": \"([^\"]+)\"").matcher(page.body());
                token = next.find() ? "&pageToken=" + next.group(1) : "";
            } while (!token.isEmpty());
            assertThat(seen).hasSize(3).doesNotHaveDuplicates();
        }
    }

    @Test
    void transactionsReadTheSameRows() throws Exception {
        try (Firestore client = harness.plaintext("hidden", twins.reader)) {
            DocumentReference shown = client.document("notes/a");
            DocumentReference hidden = client.document("notes/b");
            for (TransactionOptions options : List.of(
                    TransactionOptions.createReadOnlyOptionsBuilder().build(),
                    TransactionOptions.createReadWriteOptionsBuilder().build())) {
                List<String> seen = await(client.runTransaction(
                        transaction -> {
                            List<String> read = new ArrayList<>();
                            for (DocumentSnapshot each : await(transaction.getAll(shown, hidden))) {
                                read.add(each.getId() + each.exists());
                            }
                            QuerySnapshot found = await(transaction.get(client.collection("notes")));
                            found.forEach(each -> read.add(each.getId()));
                            read.add(await(transaction.get(
                                                    client.collection("notes").count()))
                                            .getCount()
                                    + "");
                            return read;
                        },
                        options));
                assertThat(seen).containsExactlyInAnyOrder("atrue", "bfalse", "a", "c", "e", "3");
            }
        }
    }

    @Test
    void theOfficialClientSeesNothingOfIt() throws Exception {
        try (Firestore client = harness.plaintext("hidden", twins.reader)) {
            List<String> listed = new ArrayList<>();
            client.collection("notes").listDocuments().forEach(each -> listed.add(each.getId()));
            assertThat(listed).containsExactly("a", "c", "e");

            List<DocumentSnapshot> masked = await(client.getAll(
                    new DocumentReference[] {client.document("notes/a"), client.document("notes/b")},
                    FieldMask.of("n")));
            assertThat(masked.stream().filter(DocumentSnapshot::exists).map(DocumentSnapshot::getData))
                    .containsExactly(Map.of("n", 1L));

            Query ordered = client.collection("notes").orderBy("n", Query.Direction.DESCENDING);
            List<String> after = new ArrayList<>();
            await(ordered.startAfter(3).get()).forEach(each -> after.add(each.getId()));
            assertThat(after).containsExactly("e", "a");
        }
    }

    @Test
    void theRecordTellsWhatTheAnswerDoesNot() throws Exception {
        for (Map.Entry<String, String> each : Map.of(
                        "GET /notes/b", "NOT_FOUND firegate",
                        "GET /notes/none", "NOT_FOUND upstream",
                        "GET /notes/a", "OK upstream",
                        "POST :partitionQuery", "OK firegate")
                .entrySet()) {
            int before = harness.audit().size();
            twins.send(
                    each.getKey().substring(each.getKey().indexOf(' ') + 1),
                    each.getKey().startsWith("GET")
                            ? ""
                            : "{\"structuredQuery\": {\"from\": [{\"collectionId\": \"notes\"}]}, \"partitionCount\": 2}");

            assertThat(harness.audit()
                            .await(before, line -> line.text("kind").equals("decision"))
                            .firstAccess()
                            .get("rule"))
                    .as(each.getKey())
                    .isEqualTo("notes");
            AuditTrail.Line outcome =
                    harness.audit().await(before, line -> line.text("kind").equals("outcome"));
            assertThat(outcome.text("status") + " " + outcome.text("source"))
                    .as(each.getKey())
                    .isEqualTo(each.getValue());
        }
    }

    @Test
    void whatAPageKeepsCountsAndIsGivenBack(@TempDir Path directory) throws Exception {
        try (TwinDatabases small = new TwinDatabases(GatewayHarness.withPolicy(
                        directory,
                        POLICY,
                        "--set",
                        "limits.drainMillis=0",
                        "--set",
                        "limits.answerBytesTotal=1048576"));
                Firestore direct = small.harness.direct("hidden")) {
            for (int i = 0; i < 6; i++) {
                put(direct, "notes/" + i, Map.of("open", true, "text", "x".repeat(300_000)));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(small.send("/notes?pageSize=6", "").statusCode()).isEqualTo(503);
                assertThat(small.send("/notes?pageSize=1", "").statusCode()).isEqualTo(200);
            }
        }
    }
}
