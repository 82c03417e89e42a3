package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import io.firegate.e2e.GatewayHarness;
import io.firegate.fixtures.entra.GraphFault;
import io.firegate.fixtures.entra.LocalGraph;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listener of somebody whose groups are not in the token, while Graph's answer changes or fails to come. Two targets, each by a group of
 * its own. Time is the test's: groups are asked for anew after five minutes, and no answer serves for a quarter of an hour.
 */
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class OverageListenTest {
    private static final String OPEN = "5b1f0a52-0000-4000-8000-0000000000d1";
    private static final String CLOSED = "5b1f0a52-0000-4000-8000-0000000000d2";
    private static final String POLICY = """
            version: 1
            tiers:
              open:
                databases: ["PROJECT/(default)"]
                credential: local
                rules: [ { id: o, path: "/open/{d}", allow: [get, list] } ]
              closed:
                databases: ["PROJECT/(default)"]
                credential: local
                rules: [ { id: c, path: "/closed/{d}", allow: [get, list] } ]
            bindings: [ { tier: open, groups: [%s] }, { tier: closed, groups: [%s] } ]
            """.formatted(OPEN, CLOSED);

    private static final int OPEN_TARGET = 1;
    private static final int CLOSED_TARGET = 2;
    private static final String GRAPH = "https://graph.microsoft.com";
    private static final String APP = "7f3d2c10-0000-4000-8000-0000000000f1";
    private static final Duration REFRESH = Duration.ofMinutes(5);
    private static final Duration AGE_MAX = Duration.ofMinutes(15);

    /** Above the time a stream gives Graph to answer, by its clock, before it looks at the answer. */
    private static final Duration ANSWERED = Duration.ofSeconds(6);

    private final MovableClock clock = new MovableClock();
    private LocalIssuer directory;
    private LocalGraph graph;
    private GatewayHarness harness;
    private Firestore admin;
    private AdminWrites writes;
    private ListenClient client;
    private String oid;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        directory = LocalIssuer.start(clock);
        LocalTenant tenant = directory.addTenant(GatewayHarness.TENANT, "unused", "unused");
        LocalTenant cluster = directory.addTenant("7f3d2c10-0000-4000-8000-0000000000f2", "unused", "unused");
        tenant.add(new RegisteredApp(APP, "unused", APP, List.of()));
        tenant.trustIssuer(APP, cluster, "firegate");
        tenant.addResource(GRAPH);
        long day = clock.instant().getEpochSecond() + 86_400;
        Path token = folder.resolve("workload.jwt");
        Files.writeString(
                token,
                cluster.mint(Map.of(
                        "iss", cluster.issuer(), "sub", "firegate", "aud", "api://AzureADTokenExchange", "exp", day)));
        graph = new LocalGraph(tenant, GRAPH);
        harness = GatewayHarness.withClock(
                folder,
                clock,
                POLICY,
                "--set",
                "tenants.0.graph.overage=true",
                "--set",
                "tenants.0.graph.endpoint=" + graph.address(),
                "--set",
                "workloadIdentity.source=entra-workload-identity",
                "--set",
                "workloadIdentity.audience=//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy",
                "--set",
                "workloadIdentity.resource=api://unused",
                "--set",
                "workloadIdentity.tenant=" + GatewayHarness.TENANT,
                "--set",
                "workloadIdentity.clientId=" + APP,
                "--set",
                "workloadIdentity.file=" + token,
                "--set",
                "workloadIdentity.endpoints.entra=" + directory.authority());
        admin = harness.direct("(default)");
        writes = new AdminWrites(admin);
        writes.set("open/a", Map.of("n", 1));
        writes.set("closed/a", Map.of("n", 1));
        Map<String, Object> claims = harness.tenant().userClaims("reader");
        claims.remove("groups");
        claims.put("hasgroups", true);
        oid = String.valueOf(claims.get("oid"));
        graph.put(oid, Set.of(OPEN, CLOSED));
        String database = "projects/" + harness.project() + "/databases/(default)";
        client = new ListenClient(
                "127.0.0.1:" + harness.plaintextPort(), harness.tenant().mint(claims), database);
        client.add(query(OPEN_TARGET, database, "open"));
        client.add(query(CLOSED_TARGET, database, "closed"));
        client.awaitDocuments(OPEN_TARGET, "a");
        client.awaitDocuments(CLOSED_TARGET, "a");
        assertThat(graph.calls()).as("one question for the stream").isEqualTo(1);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        admin.close();
        harness.close();
        graph.close();
        directory.close();
    }

    @Test
    void aWithdrawnMembershipEndsItsTargetAndNoOther() throws Exception {
        graph.put(oid, Set.of(OPEN));
        clock.advance(REFRESH);
        awaitAsked(2);
        clock.advance(ANSWERED);
        ListenClient.Seen removed = client.await(CLOSED_TARGET, seen -> seen.removed);
        assertThat(removed.cause).isEqualTo(7);
        assertThat(removed.reason).isEqualTo("NO_RULE");
        writes.set("closed/b", Map.of("n", 2));
        writes.set("open/b", Map.of("n", 2));
        client.awaitDocuments(OPEN_TARGET, "a", "b");
        assertThat(removed.documents).hasSize(1);
    }

    @Test
    void membershipsThatStayChangeNothing() throws Exception {
        for (int asked = 2; asked < 5; asked++) {
            clock.advance(REFRESH);
            awaitAsked(asked);
            clock.advance(ANSWERED);
            writes.set("closed/" + asked, Map.of("n", asked));
            String written = "closed/" + asked;
            client.await(
                    CLOSED_TARGET, seen -> seen.documents.keySet().stream().anyMatch(name -> name.endsWith(written)));
        }
        assertThat(client.end()).isEmpty();
    }

    @Test
    void whileGraphFailsTheLastAnswerServesNoLongerThanItMay() throws Exception {
        graph.put(oid, Set.of());
        graph.failWith(GraphFault.STATUS_500);
        clock.advance(REFRESH);
        awaitAsked(2);
        clock.advance(AGE_MAX.minus(REFRESH).minusMinutes(1));
        awaitAsked(3);
        writes.set("closed/b", Map.of("n", 2));
        client.awaitDocuments(CLOSED_TARGET, "a", "b");
        clock.advance(Duration.ofMinutes(1));
        assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(client.endReason()).isEqualTo("GROUPS_UNAVAILABLE");
    }

    @Test
    void whoIsDeletedHearsNothingMore() throws Exception {
        graph.remove(oid);
        clock.advance(REFRESH);
        awaitAsked(2);
        clock.advance(ANSWERED);
        assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(client.endReason()).isEqualTo("PRINCIPAL_GONE");
    }

    /** The stream itself asks: nobody else calls. */
    private void awaitAsked(int calls) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (graph.calls() < calls) {
            assertThat(System.nanoTime()).as("asked %s times", graph.calls()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static Target.Builder query(int id, String database, String collection) {
        return Target.newBuilder()
                .setTargetId(id)
                .setQuery(Target.QueryTarget.newBuilder()
                        .setParent(database + "/documents")
                        .setStructuredQuery(StructuredQuery.newBuilder()
                                .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                        .setCollectionId(collection))));
    }
}
