package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.firestore.Firestore;
import io.firegate.auth.federation.IssuerKeys;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.Persona;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a caller's Entra token to a Google token of the caller's own: firegate is the issuer, and Firestore's IAM knows the person. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class GatewayIssuerTest {
    private static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e5";
    private static final String API = "7f3d2c10-0000-4000-8000-0000000000a5";
    private static final String NORA = "7f3d2c10-0000-4000-8000-0000000000b1";
    private static final String OMAR = "7f3d2c10-0000-4000-8000-0000000000b2";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/callers/providers/firegate";
    private static final String POOL =
            "principal://iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/callers";

    private final String project = "issuer-" + UUID.randomUUID().toString().substring(0, 8);
    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGoogle google;
    private GuardedFirestore firestore;
    private Path yaml;
    private Path audit;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, API, "Data.Access");
        tenant.add(new Persona("nora", NORA, List.of("5b1f0a52-0000-4000-8000-0000000000f1")));
        tenant.add(new Persona("omar", OMAR, List.of("5b1f0a52-0000-4000-8000-0000000000f2")));
        IssuerKeys keys = new IssuerKeys(directory.resolve("issuer-keys"));
        keys.create();
        String uploaded = keys.jwkSet();
        google = LocalGoogle.start(InstantSource.system());
        google.add(Provider.uploaded(
                PROVIDER,
                "https://firegate.example.org",
                () -> uploaded,
                "sub",
                Map.of("credential", "credential"),
                Map.of("tid", TENANT)));
        // IAM knows people only: the one may read, the other may write.
        firestore = new GuardedFirestore(
                GatewayHarness.emulator().endpoint().toString(),
                authorization -> {
                    LocalGoogle.Caller caller = google.callerOf(authorization);
                    return caller == null
                            ? null
                            : caller.name() + " as " + caller.attributes().get("credential");
                },
                Map.of(
                        POOL + "/subject/" + TENANT + ":" + NORA + " as reader", Set.of("BatchGetDocuments"),
                        POOL + "/subject/" + TENANT + ":" + OMAR + " as writer",
                                Set.of("Commit", "BatchGetDocuments")));
        audit = directory.resolve("audit.jsonl");
        Files.writeString(
                Files.createDirectories(directory.resolve("policy")).resolve("p.yaml"), """
                version: 1
                tiers:
                  reading:
                    databases: ["%1$s/(default)"]
                    credential: reader
                    rules:
                      - { id: r, path: "/things/{d}", allow: [get] }
                  writing:
                    databases: ["%1$s/(default)"]
                    credential: writer
                    rules:
                      - { id: w, path: "/things/{d}", allow: [get, write], fields: { readonly: [owner] } }
                bindings:
                  - { tier: reading, groups: [5b1f0a52-0000-4000-8000-0000000000f1] }
                  - { tier: writing, groups: [5b1f0a52-0000-4000-8000-0000000000f2] }
                """.formatted(project));
        yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners: [ { address: "127.0.0.1:0" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - { id: %s, authority: "%s", audiences: ["%s"], scope: Data.Access, keys: { discovery: true } }
                upstream: { emulator: "%s" }
                credentials:
                  reader: &issued
                    kind: gateway-issuer
                    keys: issuer-keys
                    issuer: https://firegate.example.org
                    audience: %5$s
                    endpoints: { sts: "%6$s" }
                  writer:
                    kind: gateway-issuer
                    keys: issuer-keys
                    issuer: https://firegate.example.org
                    audience: %5$s
                    endpoints: { sts: "%6$s" }
                policy: { dir: policy, reload: signal }
                audit: { file: audit.jsonl }
                limits: { credentialWaitMillis: 60000, credentialFetchMillis: 60000 }
                """.replace(" &issued", "")
                .formatted(TENANT, issuer.authority(), API, firestore.address(), PROVIDER, google.address()));
    }

    @AfterEach
    void stop() {
        firestore.close();
        google.close();
        issuer.close();
    }

    private Firestore client(InProcessGateway gateway, String persona) {
        return Clients.plaintext("127.0.0.1:" + gateway.port(0), project, "(default)", () -> tenant.userToken(persona));
    }

    @Test
    void everyPersonGoesAsThemselves() throws Exception {
        try (InProcessGateway gateway = InProcessGateway.start(yaml);
                Firestore omar = client(gateway, "omar");
                Firestore nora = client(gateway, "nora")) {
            omar.document("things/one").set(Map.of("f", "v", "owner", "omar")).get();
            // A guarded write: it reads with the same credential before it writes.
            omar.document("things/one").update("f", "w").get();
            assertThat(nora.document("things/one").get().get().getString("f")).isEqualTo("w");
            String asOmar = POOL + "/subject/" + TENANT + ":" + OMAR + " as writer";
            String asNora = POOL + "/subject/" + TENANT + ":" + NORA + " as reader";
            assertThat(firestore.calls())
                    .extracting(GuardedFirestore.Call::account)
                    .containsOnly(asOmar, asNora);
            assertThat(firestore.calls()).contains(new GuardedFirestore.Call(asNora, "BatchGetDocuments"));
            assertThat(google.stsCalls()).as("one exchange for each person").isEqualTo(2);

            google.failSts(GoogleFault.STATUS_503);
            assertThat(nora.document("things/one").get().get().getString("f"))
                    .as("STS down")
                    .isEqualTo("w");
            assertThat(google.stsCalls()).isEqualTo(2);
            String record = Files.readString(audit);
            assertThat(record.lines().filter(line -> line.contains("\"credential\":\"reader\"")))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line)
                            .contains("\"oid\":\"" + NORA + "\"", "\"tier\":\"reading\"")
                            .doesNotContain(OMAR));
            String metrics =
                    new AdminClient(gateway.adminPort()).ask("/metrics").body();
            assertThat(metrics.lines())
                    .contains("firegate_credential_refreshes_total{credential=\"writer\",result=\"ok\"} 1.0");
            for (String token : google.tokensIssued()) {
                assertThat(record + metrics + gateway.said()).doesNotContain(token);
            }
            assertThat(record + metrics + gateway.said()).doesNotContain("eyJ");
        }
    }

    @Test
    void noneToBeHadIsUnavailableAndPasses() throws Exception {
        google.failSts(GoogleFault.STATUS_500);
        try (InProcessGateway gateway = InProcessGateway.start(yaml)) {
            assertThatThrownBy(() -> GoogleCredentialsTest.get(
                            "127.0.0.1:" + gateway.port(0), "Bearer " + tenant.userToken("nora"), project))
                    .hasMessageContaining(
                            "UNAVAILABLE: firegate: no valid Google credential: the token service failed");
            assertThat(firestore.calls()).isEmpty();
            google.failSts(GoogleFault.NONE);
            awaitServed(gateway);
            assertThat(Files.readString(audit)).contains("\"status\":\"UNAVAILABLE\"");
        }
    }

    @Test
    void whoGivesUpWhileTheCredentialComesLeavesNothingBehind() throws Exception {
        google.failSts(GoogleFault.HANG);
        try (InProcessGateway gateway = InProcessGateway.start(yaml)) {
            assertThatThrownBy(() -> GoogleCredentialsTest.get(
                            "127.0.0.1:" + gateway.port(0), "Bearer " + tenant.userToken("nora"), project, 300))
                    .hasMessageContaining("DEADLINE_EXCEEDED");
            google.failSts(GoogleFault.NONE);
            awaitServed(gateway);
            assertThat(firestore.calls()).hasSize(1);
        }
    }

    /** Asks until the pause after a failure is over. */
    private void awaitServed(InProcessGateway gateway) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (true) {
            try {
                GoogleCredentialsTest.get(
                        "127.0.0.1:" + gateway.port(0), "Bearer " + tenant.userToken("nora"), project);
                return;
            } catch (StatusRuntimeException again) {
                assertThat(again.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(System.nanoTime() - end).as("waited two minutes").isNegative();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }
}
