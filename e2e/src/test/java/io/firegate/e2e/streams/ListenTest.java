package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.FirestoreException;
import com.google.cloud.firestore.ListenerRegistration;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.Value;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.firegate.e2e.GatewayHarness;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Listen under policy, with the real emulator behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
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
                  - { id: resumed, path: "/resumed/{d}", allow: [list], where: "doc.ward == 'A'" }
                  - { id: sdk, path: "/sdk/{d}", allow: [get, list], where: "doc.ward == 'A'", fields: { hide: [secret] } }
                  - { id: open, path: "/open/{d}", allow: [get, list, write] }
            bindings:
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;

    private GatewayHarness harness;
    private Firestore admin;
    private AdminWrites writes;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY);
        admin = harness.direct("(default)");
        writes = new AdminWrites(admin);
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
        writes.set("rows/a", Map.of("ward", "A", "secret", 1, "n", 1));
        writes.set("rows/b", Map.of("ward", "B", "secret", 1, "n", 1));
        try (ListenClient client = reader()) {
            client.add(query(7, "rows"));
            ListenClient.Seen seen = client.awaitDocuments(7, "a");
            assertThat(seen.documents.values().iterator().next().getFieldsMap()).containsOnlyKeys("ward", "n");
            writes.update("rows/b", "ward", "A");
            client.awaitDocuments(7, "a", "b");
            writes.update("rows/a", "ward", "B");
            client.awaitDocuments(7, "b");
            client.remove(7);
            client.await(7, it -> it.removed && it.cause == 0);
        }
    }

    @Test
    void documentsAreJudgedOneByOne() throws Exception {
        writes.set("single/x", Map.of("ward", "A", "secret", 1, "n", 1));
        writes.set("single/y", Map.of("ward", "B", "secret", 1, "n", 1));
        try (ListenClient client = reader()) {
            client.add(documents(3, "single/x", "single/y", "single/none"));
            client.awaitDocuments(3, "x");
            writes.update("single/y", "n", 2);
            writes.update("single/y", "ward", "A");
            client.awaitDocuments(3, "x", "y");
            writes.update("single/x", "ward", "B");
            client.awaitDocuments(3, "y");
        }
    }

    @Test
    void aDeniedTargetEndsAloneWithCauseSeven() throws Exception {
        writes.set("open/o", Map.of("n", 1));
        try (ListenClient client = reader()) {
            client.add(query(1, "elsewhere"));
            assertThat(client.await(1, it -> it.removed).cause).isEqualTo(7);
            client.add(query(2, "open"));
            client.awaitDocuments(2, "o");
            assertThat(client.end()).isEmpty();
        }
    }

    @Test
    void aListenerGoesOnWhereItStoodAndNobodyElseDoes() throws Exception {
        writes.set("resumed/r", Map.of("ward", "A", "n", 1));
        ByteString token;
        try (ListenClient client = reader()) {
            client.add(filtered(1, "resumed", "r"));
            token = client.awaitDocuments(1, "r").token;
        }
        assertThat(token).isNotEmpty();
        try (ListenClient client = reader()) {
            client.add(filtered(1, "resumed", "r").setResumeToken(token));
            client.awaitDocuments(1, "r");
            // Another target, a token with a bit changed, and one that never was one: they begin afresh, and the client
            // is told to forget.
            client.add(filtered(2, "resumed", "s").setResumeToken(token));
            client.await(2, seen -> seen.current && seen.resets > 0);
            byte[] changed = token.toByteArray();
            changed[changed.length - 1] ^= 1;
            client.add(filtered(3, "resumed", "r").setResumeToken(ByteString.copyFrom(changed)));
            client.await(3, seen -> seen.current && seen.resets > 0);
            client.add(filtered(4, "resumed", "r").setResumeToken(ByteString.copyFromUtf8("resume")));
            client.await(4, seen -> seen.current && seen.resets > 0);
        }
    }

    private Target.Builder filtered(int id, String collection, String only) {
        Target.Builder target = query(id, collection);
        target.getQueryBuilder()
                .getStructuredQueryBuilder()
                .getWhereBuilder()
                .getFieldFilterBuilder()
                .setField(StructuredQuery.FieldReference.newBuilder().setFieldPath("__name__"))
                .setOp(StructuredQuery.FieldFilter.Operator.EQUAL)
                .setValue(Value.newBuilder().setReferenceValue(database() + "/documents/" + collection + "/" + only));
        return target;
    }

    @ParameterizedTest
    @CsvSource({
        "a hidden field, 1, 7, HIDDEN_FIELD",
        "a read time, 2, 7, HISTORY",
        "another database, 3, 7, FOREIGN_DATABASE",
        "no target at all, 4, 3, NO_TARGET",
        "a name that is none, 5, 3, BAD_NAME"
    })
    void whatMayNotBeListenedToIsRefusedByName(String what, int id, int cause, String reason) throws Exception {
        Target.Builder target = switch (id) {
            case 1 -> {
                Target.Builder query = query(id, "rows");
                query.getQueryBuilder()
                        .getStructuredQueryBuilder()
                        .addOrderByBuilder()
                        .setField(StructuredQuery.FieldReference.newBuilder().setFieldPath("secret"));
                yield query;
            }
            case 2 -> query(id, "rows").setReadTime(Timestamp.newBuilder().setSeconds(1_700_000_000));
            case 3 -> {
                Target.Builder documents = Target.newBuilder().setTargetId(id);
                documents
                        .getDocumentsBuilder()
                        .addDocuments("projects/" + harness.project() + "/databases/other/documents/open/a");
                yield documents;
            }
            case 4 -> Target.newBuilder().setTargetId(id);
            default -> documents(id, "open");
        };
        try (ListenClient client = reader()) {
            client.add(target);
            ListenClient.Seen seen = client.await(id, it -> it.removed);
            assertThat(seen.cause).as(what).isEqualTo(cause);
            assertThat(seen.reason).as(what).isEqualTo(reason);
            assertThat(client.end()).isEmpty();
        }
    }

    @Test
    void theRecordHasTheTargetsAndNotTheStream() throws Exception {
        int before = harness.audit().size();
        try (ListenClient client = reader()) {
            client.add(query(1, "open"));
            client.await(1, seen -> seen.current);
        }
        harness.audit().await(before, line -> line.text("kind").equals("outcome"));
        try (ListenClient client = reader()) {
            client.add(query(1, "elsewhere"));
            client.await(1, seen -> seen.removed);
        }
        harness.audit()
                .await(
                        before,
                        line -> line.text("kind").equals("decision")
                                && line.text("decision").equals("deny"));
        assertThat(harness.audit().decisionsFrom(before))
                .extracting(line -> line.text("decision"))
                .containsExactly("permit", "deny");
    }

    /** Names of a thousand characters, a hundred in each target: three such targets are more than may be kept. */
    @Test
    void whatTargetsKeepIsBounded(@TempDir Path directory) throws Exception {
        try (GatewayHarness small = GatewayHarness.withPolicy(
                        directory,
                        POLICY,
                        "--set",
                        "limits.requestBytesTotal=1048576",
                        "--set",
                        "limits.requestBytes=524288");
                ListenClient client = new ListenClient(
                        "127.0.0.1:" + small.plaintextPort(),
                        small.tenant().userToken("reader"),
                        "projects/" + small.project() + "/databases/(default)")) {
            for (int id = 1; id <= 100; id++) {
                Target.Builder target = Target.newBuilder().setTargetId(id);
                for (int i = 0; i < 100; i++) {
                    target.getDocumentsBuilder()
                            .addDocuments("projects/" + small.project() + "/databases/(default)/documents/open/"
                                    + "x".repeat(1_000) + i);
                }
                client.add(target);
            }
            assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(client.endReason()).isEqualTo("OVERLOADED");
            small.awaitNothingHeld();
        }
    }

    @Test
    void aNumberInUseEndsTheStream() throws Exception {
        try (ListenClient client = reader()) {
            client.add(query(1, "open"));
            client.await(1, seen -> seen.current);
            client.add(query(1, "open"));
            assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(client.endReason()).isEqualTo("BAD_TARGET_ID");
        }
    }

    @Test
    void theOfficialClientListens() throws Exception {
        writes.set("sdk/a", Map.of("ward", "A", "secret", 1, "n", 1));
        writes.set("sdk/b", Map.of("ward", "B", "secret", 1, "n", 1));
        BlockingQueue<Map<String, Object>> seen = new LinkedBlockingQueue<>();
        BlockingQueue<FirestoreException> refused = new LinkedBlockingQueue<>();
        try (Firestore firestore =
                harness.plaintext("(default)", harness.tenant().userToken("reader"))) {
            ListenerRegistration query = firestore.collection("sdk").addSnapshotListener((snapshot, error) -> {
                Map<String, Object> documents = new TreeMap<>();
                if (snapshot != null) {
                    snapshot.getDocuments().forEach(document -> documents.put(document.getId(), document.getData()));
                    seen.add(documents);
                }
            });
            firestore.collection("elsewhere").addSnapshotListener((snapshot, error) -> {
                if (error != null) {
                    refused.add(error);
                }
            });
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(Map.of("a", Map.of("ward", "A", "n", 1L)));
            FirestoreException error = refused.poll(30, TimeUnit.SECONDS);
            assertThat(error).isNotNull();
            assertThat(Objects.requireNonNull(error.getStatus()).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            writes.update("sdk/b", "n", 2);
            writes.update("sdk/b", "ward", "A");
            assertThat(seen.poll(30, TimeUnit.SECONDS))
                    .isEqualTo(Map.of("a", Map.of("ward", "A", "n", 1L), "b", Map.of("ward", "A", "n", 2L)));
            writes.update("sdk/a", "ward", "B");
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(Map.of("b", Map.of("ward", "A", "n", 2L)));
            query.remove();
        }
        assertThat(seen).isEmpty();
    }
}
