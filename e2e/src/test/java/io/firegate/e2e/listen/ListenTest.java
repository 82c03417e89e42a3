package io.firegate.e2e.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import io.firegate.e2e.GatewayHarness;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Listen under policy, with the real emulator behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListenTest {
    private static final String POLICY = """
            version: 1
            tiers:
              ward:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: rows, path: "/rows/{d}", allow: [get, list], where: "doc.ward == 'A'", fields: { hide: [secret] } }
                  - { id: single, path: "/single/{d}", allow: [get], where: "doc.ward == 'A'", fields: { hide: [secret] } }
                  - { id: open, path: "/open/{d}", allow: [get, list, write] }
                  - { id: beside, path: "/beside/{d}", allow: [get, list], where: "lookup(/open/o).on == true" }
            bindings:
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    private GatewayHarness harness;
    private Firestore admin;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY);
        admin = harness.direct("(default)");
    }

    @AfterAll
    void stop() throws Exception {
        admin.close();
        harness.close();
    }

    private String database() {
        return "projects/" + harness.project() + "/databases/(default)";
    }

    private ListenClient reader() {
        return new ListenClient(
                "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken("reader"), database());
    }

    private Target.Builder query(int id, String collection) {
        return Target.newBuilder()
                .setTargetId(id)
                .setQuery(Target.QueryTarget.newBuilder()
                        .setParent(database() + "/documents")
                        .setStructuredQuery(StructuredQuery.newBuilder()
                                .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                        .setCollectionId(collection))));
    }

    private Target.Builder documents(int id, String... paths) {
        Target.Builder target = Target.newBuilder().setTargetId(id);
        for (String path : paths) {
            target.getDocumentsBuilder().addDocuments(database() + "/documents/" + path);
        }
        return target;
    }

    @Test
    void aQueryShowsRowsAndFieldsThePolicyAllows() throws Exception {
        admin.document("rows/a").set(Map.of("ward", "A", "secret", 1, "n", 1)).get();
        admin.document("rows/b").set(Map.of("ward", "B", "secret", 1, "n", 1)).get();
        try (ListenClient client = reader()) {
            client.add(query(7, "rows"));
            ListenClient.Seen seen = client.awaitDocuments(7, "a");
            assertThat(seen.documents.values().iterator().next().getFieldsMap()).containsOnlyKeys("ward", "n");
            admin.document("rows/b").update("ward", "A").get();
            client.awaitDocuments(7, "a", "b");
            admin.document("rows/a").update("ward", "B").get();
            client.awaitDocuments(7, "b");
            client.remove(7);
            client.await(7, it -> it.removed && it.cause == 0);
        }
    }

    @Test
    void documentsAreJudgedOneByOne() throws Exception {
        admin.document("single/x").set(Map.of("ward", "A", "secret", 1, "n", 1)).get();
        admin.document("single/y").set(Map.of("ward", "B", "secret", 1, "n", 1)).get();
        try (ListenClient client = reader()) {
            client.add(documents(3, "single/x", "single/y", "single/none"));
            client.awaitDocuments(3, "x");
            admin.document("single/y").update("n", 2).get();
            admin.document("single/y").update("ward", "A").get();
            client.awaitDocuments(3, "x", "y");
            admin.document("single/x").update("ward", "B").get();
            client.awaitDocuments(3, "y");
        }
    }

    @Test
    void aDeniedTargetEndsAloneWithCauseSeven() throws Exception {
        admin.document("open/o").set(Map.of("n", 1)).get();
        try (ListenClient client = reader()) {
            client.add(query(1, "elsewhere"));
            assertThat(client.await(1, it -> it.removed).cause).isEqualTo(7);
            client.add(query(3, "beside"));
            assertThat(client.await(3, it -> it.removed).cause)
                    .as("a lookup is not watched")
                    .isEqualTo(7);
            client.add(query(2, "open"));
            client.awaitDocuments(2, "o");
            assertThat(client.end()).isEmpty();
        }
    }
}
