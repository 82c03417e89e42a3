package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import io.firegate.e2e.GatewayHarness;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two databases that differ in what is hidden only, and in what happens to it: a listener hears the very same from both (product.md 4.8).
 * What is compared is every message, without its times and tokens.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class ListenHiddenTest {
    private static final String POLICY = """
            version: 1
            tiers:
              ward:
                databases: ["PROJECT/plain", "PROJECT/busy"]
                credential: local
                rules:
                  - { id: rows, path: "/query/{d}", allow: [get, list], where: "doc.ward == 'A'", fields: { hide: [secret] } }
                  - { id: single, path: "/documents/{d}", allow: [get], where: "doc.ward == 'A'", fields: { hide: [secret] } }
                  - { id: beside, path: "/beside/{d}", allow: [get, list], where: "doc.ward == lookup(/staff/s).ward" }
            bindings:
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY);
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"query", "documents", "beside"})
    void hiddenChangesMakeNoSound(String kind) throws Exception {
        assertThat(heard("busy", kind, true)).isEqualTo(heard("plain", kind, false));
    }

    /** What a listener hears of visible changes, between which much else happens or nothing. */
    private List<String> heard(String databaseId, String kind, boolean busy) throws Exception {
        String database = "projects/" + harness.project() + "/databases/" + databaseId;
        try (Firestore admin = harness.direct(databaseId);
                ListenClient client = new ListenClient(
                        "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken("reader"), database)) {
            AdminWrites writes = new AdminWrites(admin);
            writes.set(kind + "/seen", Map.of("ward", "A", "n", 1));
            writes.set("staff/s", Map.of("ward", "A"));
            if (busy) {
                writes.set(kind + "/other", Map.of("ward", "B", "n", 1));
                writes.set(kind + "/wardless", Map.of("n", 1));
            }
            client.add(target(kind, database));
            client.awaitDocuments(1, "seen");
            if (busy) {
                writes.set(kind + "/other", Map.of("ward", "B", "n", 2));
                writes.update(kind + "/wardless", "secret", 4);
                writes.delete(kind + "/other");
                writes.set(kind + "/new", Map.of("ward", "C", "n", 1));
                writes.update(kind + "/new", "ward", "D");
            }
            writes.update(kind + "/seen", "n", 2);
            awaitValue(client, 2);
            if (busy) {
                // Is looked up under `beside`, for its other field.
                writes.update("staff/s", "n", 9);
                writes.update(kind + "/new", "n", 9);
                writes.delete(kind + "/new");
            }
            writes.update(kind + "/seen", "n", 3);
            awaitValue(client, 3);
            return client.heard().stream().map(ListenHiddenTest::timeless).toList();
        }
    }

    /** Waits until a value has come, and then for the moment at which all is consistent. */
    private static void awaitValue(ListenClient client, int n) throws InterruptedException {
        int before = client.await(
                        1,
                        seen -> seen.documents.values().stream()
                                .anyMatch(document ->
                                        document.getFieldsOrThrow("n").getIntegerValue() == n))
                .snapshotsAtLastDocument;
        client.await(1, seen -> seen.current && seen.snapshots > before);
    }

    private static Target.Builder target(String kind, String database) {
        Target.Builder target = Target.newBuilder().setTargetId(1);
        if (!kind.equals("documents")) {
            target.setQuery(Target.QueryTarget.newBuilder()
                    .setParent(database + "/documents")
                    .setStructuredQuery(StructuredQuery.newBuilder()
                            .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                    .setCollectionId(kind))));
        } else {
            for (String id : List.of("seen", "other", "wardless", "new", "never")) {
                target.getDocumentsBuilder().addDocuments(database + "/documents/" + kind + "/" + id);
            }
        }
        return target;
    }

    private static String timeless(ListenResponse response) {
        ListenResponse.Builder plain = response.toBuilder();
        if (plain.hasTargetChange()) {
            plain.getTargetChangeBuilder().clearReadTime().clearResumeToken();
        }
        if (plain.hasDocumentChange()) {
            plain.getDocumentChangeBuilder()
                    .getDocumentBuilder()
                    .clearCreateTime()
                    .clearUpdateTime();
        }
        if (plain.hasDocumentDelete()) {
            plain.getDocumentDeleteBuilder().clearReadTime();
        }
        return plain.build().toString().replace("databases/busy", "databases/plain");
    }
}
