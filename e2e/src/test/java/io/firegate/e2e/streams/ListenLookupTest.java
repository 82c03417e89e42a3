package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.ListenerRegistration;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentChange;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.TargetChange;
import com.google.firestore.v1.TargetChange.TargetChangeType;
import com.google.firestore.v1.Value;
import com.google.protobuf.Timestamp;
import io.firegate.e2e.AuditTrail;
import io.firegate.e2e.GatewayHarness;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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

/** Listeners whose conditions look up another document: it is watched, and decides from when it changes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class ListenLookupTest {
    private static final String POLICY = """
            version: 1
            tiers:
              nurse:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: vitals, path: "/patients/{p}/vitals/{v}", allow: [get, list], where: "lookup(/patients/{p}).ward == 'A'" }
                  - { id: rota, path: "/rota/{r}", allow: [get, list], where: "doc.ward in lookup(/staff/{caller.oid}).wards" }
            bindings:
              - { tier: nurse, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }
            """;
    /** Of the persona reader. */
    private static final String STAFF = "staff/5b1f0a52-0000-4000-8000-000000000002";

    private static final int EVENT_WITHIN_SECONDS = 90;
    private static final int LARGE_CHARACTERS = 900_000;

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

    private static String database(GatewayHarness of) {
        return "projects/" + of.project() + "/databases/(default)";
    }

    private static ListenClient reader(GatewayHarness of) {
        return new ListenClient("127.0.0.1:" + of.plaintextPort(), of.tenant().userToken("reader"), database(of));
    }

    private static Target.Builder query(GatewayHarness of, int id, String collection) {
        int last = collection.lastIndexOf('/');
        return Target.newBuilder()
                .setTargetId(id)
                .setQuery(Target.QueryTarget.newBuilder()
                        .setParent(database(of) + "/documents" + collection.substring(0, last))
                        .setStructuredQuery(StructuredQuery.newBuilder()
                                .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                        .setCollectionId(collection.substring(last + 1)))));
    }

    private static Target.Builder documents(GatewayHarness of, int id, String... paths) {
        Target.Builder target = Target.newBuilder().setTargetId(id);
        for (String path : paths) {
            target.getDocumentsBuilder().addDocuments(database(of) + "/documents" + path);
        }
        return target;
    }

    @ParameterizedTest
    @CsvSource({"a query, moves", "a query, leaves", "documents, moves", "documents, leaves"})
    void whatIsLookedUpDecidesUntilItChanges(String kind, String how) throws Exception {
        String patient = "patients/" + kind.replace(' ', '-') + how;
        writes.set(patient, Map.of("ward", "A"));
        writes.set(patient + "/vitals/v", Map.of("n", 1));
        Target.Builder target = kind.equals("documents")
                ? documents(harness, 3, "/" + patient + "/vitals/v", "/" + patient + "/vitals/none")
                : query(harness, 3, "/" + patient + "/vitals");
        try (ListenClient client = reader(harness)) {
            client.add(target);
            client.awaitDocuments(3, "v");

            writes.update(patient, "n", 1);
            writes.set(patient + "/vitals/v", Map.of("n", 2));
            client.await(
                    3,
                    seen -> seen.documents.values().stream()
                            .anyMatch(each -> each.getFieldsOrThrow("n").getIntegerValue() == 2));
            assertThat(client.end()).as("another field of it").isEqualTo(Optional.empty());

            if (how.equals("moves")) {
                writes.update(patient, "ward", "B");
            } else {
                writes.delete(patient);
            }
            assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(client.endReason()).isEqualTo("ROWS_CHANGED");
            writes.set(patient + "/vitals/v", Map.of("n", 3));
        }
        try (ListenClient client = reader(harness)) {
            client.add(target);
            client.awaitDocuments(3);
            client.remove(3);
            client.await(3, seen -> seen.removed && seen.cause == 0);
            client.add(query(harness, 4, "/rota"));
            client.await(4, seen -> seen.current);
        }
    }

    @Test
    void theOfficialClientSeesWhatIsLookedUp() throws Exception {
        writes.set(STAFF, Map.of("wards", List.of("A")));
        writes.set("rota/a", Map.of("ward", "A"));
        writes.set("rota/b", Map.of("ward", "B"));
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (Firestore client = harness.plaintext("(default)", harness.tenant().userToken("reader"))) {
            ListenerRegistration listening = client.collection("rota").addSnapshotListener((snapshot, error) -> {
                TreeSet<String> ids = new TreeSet<>();
                if (snapshot != null) {
                    snapshot.getDocuments().forEach(document -> ids.add(document.getId()));
                }
                seen.add(error == null ? String.join(" ", ids) : "error " + error.getStatus());
            });
            assertThat(seen.poll(EVENT_WITHIN_SECONDS, TimeUnit.SECONDS)).isEqualTo("a");
            writes.update(STAFF, "wards", List.of("B"));
            assertThat(seen.poll(EVENT_WITHIN_SECONDS, TimeUnit.SECONDS)).isEqualTo("b");
            writes.set("rota/a", Map.of("ward", "A", "n", 2));
            writes.update(STAFF, "wards", List.of());
            assertThat(seen.poll(EVENT_WITHIN_SECONDS, TimeUnit.SECONDS)).isEmpty();
            listening.remove();
        }
        assertThat(seen).isEmpty();
    }

    /** One decision, after what it depends on is known; nothing about what is watched. */
    @Test
    void theRecordHasTheTargetAlone() throws Exception {
        writes.set("patients/recorded", Map.of("ward", "A"));
        int before = harness.audit().size();
        try (ListenClient client = reader(harness)) {
            client.add(query(harness, 1, "/patients/recorded/vitals"));
            client.await(1, seen -> seen.current);
        }
        harness.audit().await(before, line -> line.text("kind").equals("outcome"));
        assertThat(harness.audit().decisionsFrom(before))
                .extracting((AuditTrail.Line line) -> line.text("decision"))
                .containsExactly("permit");
    }

    /** What is watched is kept, and what is kept has an end: three large documents are more than four times their length leave room for. */
    @Test
    void whatIsWatchedCounts(@TempDir Path directory) throws Exception {
        try (GatewayHarness small = GatewayHarness.withPolicy(
                        directory,
                        POLICY,
                        "--set",
                        "limits.requestBytesTotal=8388608",
                        "--set",
                        "limits.requestBytes=524288");
                Firestore direct = small.direct("(default)");
                ListenClient client = reader(small)) {
            AdminWrites large = new AdminWrites(direct);
            for (int i = 1; i <= 3; i++) {
                large.set("patients/p" + i, Map.of("ward", "A", "text", "x".repeat(LARGE_CHARACTERS)));
            }
            client.add(query(small, 1, "/patients/p1/vitals"));
            client.await(1, seen -> seen.current);
            client.add(query(small, 2, "/patients/p2/vitals"));
            client.await(2, seen -> seen.current);
            client.add(query(small, 3, "/patients/p3/vitals"));
            assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(client.endReason()).isEqualTo("OVERLOADED");
            small.awaitNothingHeld();
        }
    }

    @ParameterizedTest
    @CsvSource({"7, PERMISSION_DENIED, UPSTREAM_DENIED", "13, UNAVAILABLE, UPSTREAM_UNAVAILABLE"})
    void aWatchThatFirestoreEndsEndsTheTarget(int cause, Status.Code status, String reason, @TempDir Path directory)
            throws Exception {
        try (ScriptedListen firestore = new ScriptedListen(request -> List.of(ended(request, cause)));
                GatewayHarness gateway = GatewayHarness.withPolicy(
                        directory, POLICY, "--set", "upstream.emulator=" + firestore.address());
                ListenClient client = reader(gateway)) {
            client.add(query(gateway, 1, "/rota"));
            assertThat(client.awaitEnd().getCode()).isEqualTo(status);
            assertThat(client.endReason()).isEqualTo(reason);
            boolean told = client.heard().stream()
                    .anyMatch(each -> each.getTargetChange().getTargetChangeType() == TargetChangeType.REMOVE
                            && each.getTargetChange().getTargetIdsList().equals(List.of(1)));
            assertThat(told).as("in the stream, as clients show no other end").isEqualTo(cause == 7);
        }
    }

    /** One message tells of a document for both, and what it says as looked up decides whether the client sees it. */
    @Test
    void whatIsLookedUpIsTakenInBeforeItIsShown(@TempDir Path directory) throws Exception {
        String name = "/staff/5b1f0a52-0000-4000-8000-000000000002";
        try (ScriptedListen firestore = new ScriptedListen(request -> {
                    int target = request.getAddTarget().getTargetId();
                    Document.Builder staff = Document.newBuilder().setName(request.getDatabase() + "/documents" + name);
                    return request.getAddTarget().hasDocuments()
                            ? List.of(shown(wards(staff, "A", 1), target), said(TargetChangeType.CURRENT, target))
                            : List.of(
                                    said(TargetChangeType.ADD, target),
                                    shown(wards(staff, "A", 1), target),
                                    shown(wards(staff, "B", 2), target, target + 1));
                });
                GatewayHarness gateway = GatewayHarness.withPolicy(
                        directory,
                        POLICY.replace("path: \"/rota/{r}\"", "path: \"/staff/{r}\""),
                        "--set",
                        "upstream.emulator=" + firestore.address());
                ListenClient client = reader(gateway)) {
            client.add(query(gateway, 1, "/staff"));
            assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(client.endReason()).isEqualTo("ROWS_CHANGED");
            assertThat(client.heard().stream().filter(ListenResponse::hasDocumentChange))
                    .hasSize(1);
        }
    }

    private static Document wards(Document.Builder staff, String ward, int seconds) {
        Value.Builder wards = Value.newBuilder();
        wards.getArrayValueBuilder().addValuesBuilder().setStringValue(ward);
        return staff.setUpdateTime(Timestamp.newBuilder().setSeconds(seconds))
                .putFields("wards", wards.build())
                .build();
    }

    private static ListenResponse shown(Document document, Integer... targets) {
        return ListenResponse.newBuilder()
                .setDocumentChange(
                        DocumentChange.newBuilder().setDocument(document).addAllTargetIds(List.of(targets)))
                .build();
    }

    private static ListenResponse said(TargetChangeType type, int target) {
        return ListenResponse.newBuilder()
                .setTargetChange(
                        TargetChange.newBuilder().setTargetChangeType(type).addTargetIds(target))
                .build();
    }

    private static ListenResponse ended(ListenRequest request, int cause) {
        TargetChange.Builder end = TargetChange.newBuilder()
                .setTargetChangeType(TargetChangeType.REMOVE)
                .addTargetIds(request.getAddTarget().getTargetId());
        end.getCauseBuilder().setCode(cause);
        return ListenResponse.newBuilder().setTargetChange(end).build();
    }
}
