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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way Entra's key service and Microsoft Graph can fail, under a steady load of good and bad tokens: who can be served is, nobody
 * else is, nobody asks too often, and all is well again soon after. The table is left in {@code target/entra-faults.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntraFaultsTest {
    private static final int FAULT_MILLIS = 700;
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

    private CountingFirestore upstream;
    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGraph graph;
    private InProcessGateway gateway;
    private FaultLoad load;

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
        new AdminClient(gateway.adminPort()).awaitStatus("/readyz", 200);
        load = new FaultLoad(gateway, DOCUMENT, "entra-faults.md", FAULT_MILLIS);
        graph.put(OID, Set.of(GROUP));
        load.awaitServed(overage(OID));
    }

    @AfterAll
    void stop() throws Exception {
        load.close();
        gateway.close();
        graph.close();
        issuer.close();
        upstream.close();
    }

    @Test
    void keysThatCannotBeFetched() throws Exception {
        for (Failure fault : EnumSet.complementOf(EnumSet.of(Failure.NONE))) {
            String known = tenant.mint(claims(OID));
            load.awaitServed(known);
            SigningKey stranger = SigningKey.generate("stranger-" + fault);
            String unknown = TokenMint.mint(TokenMint.header(stranger), claims(OID), stranger);
            List<String> bad = List.of(
                    unknown,
                    TokenMint.mint(TokenMint.header(BadKeys.EXPOSED), claims(OID), BadKeys.EXPOSED),
                    forgedForExponentOne());
            FaultLoad.Tally tally = load.run(
                    "keys",
                    fault,
                    tenant::metadataFetches,
                    () -> issuer.failWith(fault),
                    round -> {
                        int status = load.status(known);
                        round.count("known key", status, status == 200);
                        for (String token : bad) {
                            status = load.status(token);
                            round.count("bad token", status, status == 401);
                        }
                    },
                    () -> issuer.failWith(Failure.NONE),
                    () -> {
                        tenant.rotate();
                        load.awaitServed(tenant.mint(claims(OID)));
                    });
            // One for unknown keys in each gap, one scheduled in each period, and the pauses after failures that begin
            // at a second.
            assertThat((long) tally.asked())
                    .as(fault + ": fetches")
                    .isLessThanOrEqualTo(3 * (tally.millis() / UNKNOWN_GAP_MILLIS + 2));
        }
    }

    @Test
    void graphThatCannotBeAsked() throws Exception {
        // A time of years to come back is kept for ten minutes.
        for (GraphFault fault : EnumSet.complementOf(EnumSet.of(GraphFault.NONE, GraphFault.RETRY_AFTER_YEARS))) {
            String inToken = tenant.mint(claims(OID));
            String cached = overage(OID);
            load.awaitServed(cached);
            FaultLoad.Tally tally = load.run(
                    "Graph",
                    fault,
                    graph::calls,
                    () -> graph.failWith(fault),
                    round -> {
                        int status = load.status(inToken);
                        round.count("groups in the token", status, status == 200);
                        status = load.status(cached);
                        round.count("groups looked up before", status, status == 200);
                        status = load.status(overage(newcomer()));
                        round.count("newcomer", status, status == (fault.isHarmless() ? 200 : 503));
                    },
                    () -> graph.failWith(GraphFault.NONE),
                    () -> load.awaitServed(overage(newcomer())));
            if (!fault.isHarmless()) {
                // Three failures open the breaker; then one probe each second.
                assertThat((long) tally.asked())
                        .as(fault + ": calls")
                        .isLessThanOrEqualTo(4 + tally.millis() / 1_000 + 1);
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
}
