package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.Target;
import com.google.gson.JsonParser;
import io.firegate.e2e.GatewayHarness;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each kind of end by a wall clock, with a real listener and no clock of the test's: how long after its cause the client has it. Prints the
 * delays; docs/testing.md has them.
 */
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class ListenWallClockTest {
    /**
     * Looked at five times a second, so a second is the promise (product.md 4.10). This bound is ten, because a machine that builds and tests on
     * two cores beside others may give a thread nothing for seconds; {@link ListenEndsTest} has the ends without a machine in them.
     */
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private static final int LIFETIME_SECONDS = 20;
    private static final int SKEW_SECONDS = 1;
    private static final int UNTIL_SECONDS = 4;
    private static final String READER_OID = "5b1f0a52-0000-4000-8000-000000000002";
    private static final String POLICY = """
            version: 1
            tiers:
              steady:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: steady, path: "/rows/{d}", allow: [get, list] }
              ward:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: rows, path: "/rows/{d}", allow: [get, list], where: "doc.ward == 'WARD'" }
            bindings:
              - { tier: steady, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e2], until: UNTIL }
            """;

    @Test
    void eachEndComesWithItsCause(@TempDir Path directory) throws Exception {
        Instant later = Instant.now().plus(Duration.ofDays(1));
        Map<String, Duration> delays = new LinkedHashMap<>();
        try (GatewayHarness harness = GatewayHarness.withPolicy(
                        directory,
                        policy("A", later),
                        "--set",
                        "limits.clockSkewMillis="
                                + Duration.ofSeconds(SKEW_SECONDS).toMillis());
                Firestore admin = harness.direct("(default)")) {
            AdminWrites writes = new AdminWrites(admin);
            writes.set("rows/a", Map.of("ward", "A"));
            writes.set("rows/b", Map.of("ward", "B"));
            int lifetime = harness.tenant().lifetimeSeconds();
            harness.tenant().lifetimeSeconds(LIFETIME_SECONDS);
            String token = harness.tenant().userToken(GatewayHarness.OWNER);
            harness.tenant().lifetimeSeconds(lifetime);
            try (ListenClient expiring = listening(harness, token, "a", "b")) {
                try (ListenClient client = listening(harness, harness.tenant().userToken("reader"), "a")) {
                    Instant cause = Instant.now();
                    harness.reload(policy("B", later));
                    assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    delays.put("another policy, other rows", Duration.between(cause, client.endedAt()));
                }
                try (ListenClient client = listening(harness, harness.tenant().userToken("reader"), "b")) {
                    Instant cause = Instant.now();
                    harness.reload(policy("B", later) + "deny: { principals: [7f3d2c10-0000-4000-8000-0000000000e2/"
                            + READER_OID + "] }\n");
                    ListenClient.Seen seen = client.await(1, it -> it.removed);
                    assertThat(seen.reason).isEqualTo("DENIED_PRINCIPAL");
                    delays.put("a deny entry", Duration.between(cause, seen.removedAt));
                }
                harness.reload(policy("B", later));
                try (ListenClient client = listening(harness, harness.tenant().userToken("reader"), "b")) {
                    Instant until = Instant.now().plusSeconds(UNTIL_SECONDS);
                    harness.reload(policy("B", until));
                    ListenClient.Seen seen = client.await(1, it -> it.removed);
                    assertThat(seen.reason).isEqualTo("NO_TIER");
                    delays.put("until", Duration.between(until, seen.removedAt));
                }
                assertThat(expiring.awaitEnd().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
                delays.put(
                        "the token's end and the skew",
                        Duration.between(expiry(token).plusSeconds(SKEW_SECONDS), expiring.endedAt()));
            }
        }
        System.out.println("listeners ended after their cause: " + delays);
        assertThat(delays)
                .allSatisfy((cause, delay) -> assertThat(delay)
                        .as(cause)
                        .isGreaterThanOrEqualTo(Duration.ZERO)
                        .isLessThan(WITHIN));
    }

    private static String policy(String ward, Instant until) {
        return POLICY.replace("WARD", ward).replace("UNTIL", until.toString());
    }

    private static Instant expiry(String token) {
        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8);
        return Instant.ofEpochSecond(
                JsonParser.parseString(claims).getAsJsonObject().get("exp").getAsLong());
    }

    /** A client that has its picture. */
    private static ListenClient listening(GatewayHarness harness, String token, String... ids) throws Exception {
        String database = "projects/" + harness.project() + "/databases/(default)";
        ListenClient client = new ListenClient("127.0.0.1:" + harness.plaintextPort(), token, database);
        Target.Builder target = Target.newBuilder().setTargetId(1);
        target.getQueryBuilder()
                .setParent(database + "/documents")
                .getStructuredQueryBuilder()
                .addFromBuilder()
                .setCollectionId("rows");
        client.add(target);
        client.awaitDocuments(1, ids);
        return client;
    }
}
