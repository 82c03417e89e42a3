package io.firegate.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.firestore.AggregateField;
import com.google.cloud.firestore.Filter;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.ListenerRegistration;
import com.google.cloud.firestore.Query.Direction;
import io.firegate.cli.Main;
import io.firegate.cli.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs asked through a gateway needs the indexes that the same queries need when a person writes them down. */
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class RecordedQueriesTest {
    private static final int CALL_SECONDS = 60;
    private static final String VALUE = "what-nobody-may-log";

    private static final String POLICY = """
            version: 1
            tiers:
              reading:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: people, path: "/people/{p}", allow: [get, list], where: doc.team == "T", fields: { hide: [ssn] } }
                  - { id: notes, path: "/notes/{n}", allow: [list], where: doc.tags contains caller.oid && doc.kind == "n" }
                  - { id: logs, path: "/{x=**}/logs/{log}", allow: [group, list] }
                  - { id: opened, path: "/opened/{d}", allow: [list], where: lookup(/settings/one).open == true && doc.team == "T" }
            bindings:
              - { tier: reading, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    private static final String SHAPES = """
            version: 1
            queries:
              - { name: newest of a kind, list: /people, where: [kind ==], orderBy: [opened desc] }
              - { name: either, list: /people, where: [{ any: [kind ==, all: [state ==, cost >]] }] }
              - { name: cost of a kind, list: /people, where: [kind in], sum: [cost] }
              - { name: logs anywhere, group: /**/logs, orderBy: [at desc] }
              - { name: logs of somebody, list: /users/u1/logs, where: [kind ==, at >] }
              - { name: dear ones, list: /people, where: [kind ==, cost >] }
              - { name: all notes, list: /notes }
              - { name: opened, list: /opened, orderBy: [at] }
            """;

    @Test
    void theRecordGivesTheIndexesThatTheShapesGive(@TempDir Path directory) throws Exception {
        try (GatewayHarness harness = GatewayHarness.withPolicy(directory, POLICY, "--set", "limits.drainMillis=0")) {
            try (Firestore direct = harness.direct("(default)")) {
                direct.document("settings/one").set(Map.of("open", true)).get(CALL_SECONDS, TimeUnit.SECONDS);
            }
            try (Firestore client =
                    harness.plaintext("(default)", harness.tenant().userToken("reader"))) {
                ask(client);
            }
            harness.audit().await(0, line -> line.json().contains("HIDDEN_FIELD"));
            String record = Files.readString(directory.resolve("audit.jsonl"));
            assertThat(record).contains("\"query\":{").doesNotContain(VALUE).doesNotContain("ssn");

            Files.writeString(directory.resolve("shapes.yaml"), SHAPES);
            String database = harness.project() + "/(default)";
            String wanted = indexes(directory, "shapes.yaml", database);
            assertThat(wanted).contains("notes", "people", "logs", "opened");
            assertThat(indexes(directory, "audit.jsonl", database, "--record")).isEqualTo(wanted);
        }
    }

    private static void ask(Firestore client) throws Exception {
        client.collection("people")
                .whereEqualTo("kind", VALUE)
                .orderBy("opened", Direction.DESCENDING)
                .limit(3)
                .get()
                .get(CALL_SECONDS, TimeUnit.SECONDS);
        client.collection("people")
                .where(Filter.or(
                        Filter.equalTo("kind", VALUE),
                        Filter.and(Filter.equalTo("state", VALUE), Filter.greaterThan("cost", VALUE))))
                .get()
                .get(CALL_SECONDS, TimeUnit.SECONDS);
        client.collection("people")
                .whereIn("kind", List.of(VALUE, "b"))
                .aggregate(AggregateField.count(), AggregateField.sum("cost"))
                .get()
                .get(CALL_SECONDS, TimeUnit.SECONDS);
        client.collectionGroup("logs").orderBy("at", Direction.DESCENDING).get().get(CALL_SECONDS, TimeUnit.SECONDS);
        for (String user : List.of("u1", "u2")) {
            client.collection("users/" + user + "/logs")
                    .whereEqualTo("kind", VALUE)
                    .whereGreaterThan("at", VALUE)
                    .get()
                    .get(CALL_SECONDS, TimeUnit.SECONDS);
        }
        client.collection("notes").listDocuments().forEach(document -> {});
        client.collection("opened").orderBy("at").get().get(CALL_SECONDS, TimeUnit.SECONDS);
        CountDownLatch listening = new CountDownLatch(1);
        ListenerRegistration listener = client.collection("people")
                .whereEqualTo("kind", VALUE)
                .whereGreaterThan("cost", VALUE)
                .addSnapshotListener((documents, error) -> listening.countDown());
        assertThat(listening.await(CALL_SECONDS, TimeUnit.SECONDS)).isTrue();
        listener.remove();
        // What is refused needs no index, and what is hidden is not named.
        assertThatThrownBy(() -> client.collection("people")
                        .whereEqualTo("ssn", VALUE)
                        .get()
                        .get(CALL_SECONDS, TimeUnit.SECONDS))
                .isNotNull();
    }

    private static String indexes(Path directory, String queries, String database, String... options) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        List<String> arguments =
                new ArrayList<>(List.of("policy", "indexes", queries, "policy", "--quiet", "--database", database));
        arguments.addAll(List.of(options));
        try (PrintStream out = new PrintStream(said, true, UTF_8)) {
            Surroundings surroundings = new Surroundings(
                    Map.of(), directory.toAbsolutePath(), out, out, InstantSource.system(), (name, action) -> {});
            int exit = Main.run(arguments, surroundings, parts -> {
                throw new IllegalStateException("not to be started");
            });
            assertThat(exit).as(said.toString(UTF_8)).isZero();
        }
        return said.toString(UTF_8);
    }
}
