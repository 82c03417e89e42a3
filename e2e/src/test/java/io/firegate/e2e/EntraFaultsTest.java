package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.fixtures.entra.BadKeys;
import io.firegate.fixtures.entra.Failure;
import io.firegate.fixtures.entra.GraphFault;
import io.firegate.fixtures.entra.LocalGraph;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way Entra's key service and Microsoft Graph can fail, under a steady load of good and bad tokens: who can be served is, nobody
 * else is, nobody asks too often, and all is well again soon after. {@code -Dentra.faults.millis=5000} makes each fault last longer; the
 * table is left in {@code target/entra-faults.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntraFaultsTest {
    private static final Duration FAULT = Duration.ofMillis(Long.getLong("entra.faults.millis", 700));
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int UNKNOWN_GAP_MILLIS = 1_000;
    private static final int REFRESH_MILLIS = 1_000;

    private static final String TENANT = "11111111-2222-4333-8444-555555555555";
    private static final String API = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    private static final String GROUP = "5b1f0a52-0000-4000-8000-0000000000a1";
    private static final String OID = "99999999-0000-4000-8000-000000000001";
    private static final String OWN_APP = "00000000-0000-4000-8000-0000000000f1";
    private static final String GRAPH = "https://graph.microsoft.com";
    private static final String DOCUMENT = "/v1/projects/faults/databases/(default)/documents/things/a";

    /** ASN.1 before a SHA-256 digest (RFC 8017 section 9.2). */
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    private final List<String> table = new ArrayList<>();
    private CountingFirestore upstream;
    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGraph graph;
    private InProcessGateway gateway;
    private AdminClient admin;
    private RawConnection connection;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        upstream = new CountingFirestore();
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, API, "Data.Access");
        graph = new LocalGraph(tenant, GRAPH);
        LocalTenant cluster = issuer.addTenant("00000000-0000-4000-8000-0000000000c1", "unused", "unused");
        tenant.add(new RegisteredApp(OWN_APP, "unused", OWN_APP, List.of()));
        tenant.trustIssuer(OWN_APP, cluster, "firegate");
        tenant.addResource(GRAPH);
        Files.writeString(
                directory.resolve("workload.jwt"),
                cluster.mint(Map.of(
                        "iss",
                        cluster.issuer(),
                        "sub",
                        "firegate",
                        "aud",
                        "api://AzureADTokenExchange",
                        "exp",
                        InstantSource.system().instant().getEpochSecond() + 86_400)));
        Files.writeString(Files.createDirectories(directory.resolve("policy")).resolve("p.yaml"), """
                version: 1
                tiers:
                  read: { databases: [faults/(default)], credential: local, rules: [ { id: r, path: "/things/{t}", allow: [get] } ] }
                bindings: [ { tier: read, groups: [%s] } ]
                """.formatted(GROUP));
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners: [ { address: "127.0.0.1:0" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - id: %s
                    authority: "%s"
                    audiences: ["%s"]
                    scope: Data.Access
                    keys: { discovery: true }
                    graph: { overage: true, endpoint: "%s" }
                upstream: { emulator: "%s" }
                workloadIdentity:
                  source: entra-workload-identity
                  audience: //iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy
                  resource: api://firegate-federation
                  tenant: %1$s
                  clientId: %6$s
                  file: workload.jwt
                  endpoints: { entra: "%2$s" }
                credentials: { local: { kind: emulator } }
                policy: { dir: policy, reload: "off" }
                audit: { file: audit.jsonl }
                limits:
                  drainMillis: 0
                  keyUnknownMillis: %7$d
                  keyRefreshMillis: %8$d
                  keyFetchMillis: 500
                  groupLookupMillis: 500
                  groupPauseMillis: 1000
                  groupRefreshMillis: 1000
                """.formatted(
                        TENANT,
                        issuer.authority(),
                        API,
                        graph.address(),
                        upstream.address(),
                        OWN_APP,
                        UNKNOWN_GAP_MILLIS,
                        REFRESH_MILLIS));
        gateway = InProcessGateway.start(yaml);
        admin = new AdminClient(gateway.adminPort());
        admin.await("/readyz", answer -> answer.status() == 200);
        connection = new RawConnection(gateway.port(0), PATIENCE);
        graph.put(OID, Set.of(GROUP));
        awaitServed(overage(OID));
    }

    @AfterAll
    void stop() throws Exception {
        connection.close();
        gateway.close();
        graph.close();
        issuer.close();
        upstream.close();
        Files.write(Path.of("target", "entra-faults.md"), table);
    }

    /** What came of a time under load. */
    private static final class Tally {
        private long right;
        private long wrong;
        private final List<String> surprises = new ArrayList<>();

        void count(String what, int status, Set<Integer> expected) {
            if (expected.contains(status)) {
                right++;
            } else {
                wrong++;
                surprises.add(what + ": " + status);
            }
        }
    }

    @Test
    void keysThatCannotBeFetched() throws Exception {
        for (Failure fault : EnumSet.complementOf(EnumSet.of(Failure.NONE))) {
            String known = tenant.mint(claims(OID));
            awaitServed(known);
            SigningKey stranger = SigningKey.generate("stranger-" + fault);
            String unknown = TokenMint.mint(TokenMint.header(stranger), claims(OID), stranger);
            List<String> bad = List.of(
                    unknown,
                    TokenMint.mint(TokenMint.header(BadKeys.EXPOSED), claims(OID), BadKeys.EXPOSED),
                    forgedForExponentOne());
            int before = tenant.metadataFetches();
            issuer.failWith(fault);
            Tally tally = new Tally();
            long start = System.nanoTime();
            while (System.nanoTime() - start < FAULT.toNanos()) {
                tally.count("known key", status(known), Set.of(200));
                for (String token : bad) {
                    tally.count("bad token", status(token), Set.of(401));
                }
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            int fetches = tenant.metadataFetches() - before;
            issuer.failWith(Failure.NONE);
            tenant.rotate();
            long recovered = awaitServed(tenant.mint(claims(OID)));
            table.add(
                    "| keys | %s | %d | %d | %d | %d |".formatted(fault, tally.right, tally.wrong, fetches, recovered));
            assertThat(tally.surprises).as(fault.toString()).isEmpty();
            assertThat(tally.right).as(fault + ": requests").isPositive();
            // One for unknown keys in each gap, one scheduled in each period, and the pauses after failures that begin
            // at a second.
            assertThat((long) fetches)
                    .as(fault + ": fetches")
                    .isLessThanOrEqualTo(3 * (millis / UNKNOWN_GAP_MILLIS + 2));
        }
    }

    @Test
    void graphThatCannotBeAsked() throws Exception {
        // A time of years to come back is kept for ten minutes.
        for (GraphFault fault : EnumSet.complementOf(EnumSet.of(GraphFault.NONE, GraphFault.RETRY_AFTER_YEARS))) {
            graph.failWith(GraphFault.NONE);
            awaitServed(overage(newcomer()));
            String inToken = tenant.mint(claims(OID));
            String cached = overage(OID);
            awaitServed(cached);
            int before = graph.calls();
            IntSupplier asked = () -> graph.calls() - before;
            graph.failWith(fault);
            Tally tally = new Tally();
            long start = System.nanoTime();
            while (System.nanoTime() - start < FAULT.toNanos()) {
                tally.count("groups in the token", status(inToken), Set.of(200));
                tally.count("groups looked up before", status(cached), Set.of(200));
                tally.count("newcomer", status(overage(newcomer())), Set.of(fault.isHarmless() ? 200 : 503));
            }
            int calls = asked.getAsInt();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            graph.failWith(GraphFault.NONE);
            long recovered = awaitServed(overage(newcomer()));
            table.add(
                    "| Graph | %s | %d | %d | %d | %d |".formatted(fault, tally.right, tally.wrong, calls, recovered));
            assertThat(tally.surprises).as(fault.toString()).isEmpty();
            assertThat(tally.right).as(fault + ": requests").isPositive();
            if (!fault.isHarmless()) {
                // Three failures open the breaker; then one probe each second.
                assertThat((long) calls).as(fault + ": calls").isLessThanOrEqualTo(4 + millis / 1_000 + 1);
            }
        }
        assertThat(graph.complaints()).isEmpty();
    }

    private String newcomer() {
        String oid = UUID.randomUUID().toString();
        graph.put(oid, Set.of(GROUP));
        return oid;
    }

    private Map<String, Object> claims(String oid) {
        Map<String, Object> claims = TokenMint.claims(
                tenant.issuer(),
                TENANT,
                API,
                LocalTenant.DEFAULT_CLIENT,
                oid,
                InstantSource.system().instant(),
                4_000);
        claims.put("scp", "Data.Access");
        claims.put("groups", List.of(GROUP));
        claims.put("uti", UUID.randomUUID().toString());
        return claims;
    }

    private String overage(String oid) {
        Map<String, Object> claims = claims(oid);
        claims.remove("groups");
        claims.put("hasgroups", true);
        return tenant.mint(claims);
    }

    /** A token whose signature is its own padded digest: with the exponent 1 any key verifies it. */
    private String forgedForExponentOne() throws NoSuchAlgorithmException {
        Map<String, Object> header = TokenMint.header(BadKeys.EXPOSED);
        String good = TokenMint.mint(header, claims(OID), BadKeys.EXPOSED);
        String input = good.substring(0, good.lastIndexOf('.'));
        byte[] padded = new byte[256];
        Arrays.fill(padded, (byte) 0xff);
        padded[0] = 0;
        padded[1] = 1;
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(input.getBytes(StandardCharsets.US_ASCII));
        System.arraycopy(digest, 0, padded, 256 - digest.length, digest.length);
        System.arraycopy(DIGEST_INFO, 0, padded, 256 - digest.length - DIGEST_INFO.length, DIGEST_INFO.length);
        padded[256 - digest.length - DIGEST_INFO.length - 1] = 0;
        return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(padded);
    }

    private int status(String token) throws IOException {
        connection.send(("GET " + DOCUMENT + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        RawConnection.Response response = connection.readResponse();
        if (response.head().contains("connection: close")) {
            connection.close();
            connection = new RawConnection(gateway.port(0), PATIENCE);
        }
        return response.status();
    }

    /** Asks until it is served; how long that took, in milliseconds. */
    private long awaitServed(String token) throws IOException {
        long start = System.nanoTime();
        while (true) {
            int status = status(token);
            long passed = System.nanoTime() - start;
            if (status == 200) {
                return TimeUnit.NANOSECONDS.toMillis(passed);
            }
            assertThat(passed)
                    .as(
                            "still %s, %s",
                            status,
                            passed > PATIENCE.toNanos()
                                    ? admin.ask("/readyz?verbose").body()
                                    : "")
                    .isLessThan(PATIENCE.toNanos());
            Thread.onSpinWait();
        }
    }
}
