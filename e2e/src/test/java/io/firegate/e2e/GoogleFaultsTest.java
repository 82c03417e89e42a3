package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.federation.IssuerKeys;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.entra.TokenMint;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way Google STS and IAM Credentials can fail, under a steady load of callers whose requests go with a service account's token, with
 * one of their own, or with none of Google's. The Firestore behind takes no token it does not know: it says whether an answer was right. A
 * service account's token lives two seconds here, so that each fault outlasts one. The table is left in {@code target/google-faults.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoogleFaultsTest {
    private static final int FAULT_MILLIS = 2_500;
    private static final Duration LIFE = Duration.ofSeconds(2);

    /** A credential is not used in the last tenth of its life; and half of that for what the clocks of a loaded machine do. */
    private static final Duration UNUSED = LIFE.multipliedBy(3).dividedBy(20);

    private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

    /** Newcomers come ten times a second: each may be asked about once, whatever is wrong with the service. */
    private static final long NEWCOMER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The first pause after a failure, less what it may vary by. */
    private static final int PAUSE_MILLIS = 800;

    private static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e5";
    private static final String API = "7f3d2c10-0000-4000-8000-0000000000a5";
    private static final String WORKLOAD_TENANT = "7f3d2c10-0000-4000-8000-0000000000e6";
    private static final String WORKLOAD_CLIENT = "7f3d2c10-0000-4000-8000-0000000000c6";
    private static final String WORKLOAD_OID = "7f3d2c10-0000-4000-8000-0000000000d6";
    private static final String POOLS = "iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/";
    private static final String PROXY = "//" + POOLS + "entra/providers/proxy";
    private static final String CALLERS = "//" + POOLS + "callers/providers/firegate";
    private static final String ACCOUNT = "reader@clinic-prod.iam.gserviceaccount.com";
    private static final String TIER = "5b1f0a52-0000-4000-8000-0000000000f1";
    private static final String ITSELF = "5b1f0a52-0000-4000-8000-0000000000f2";
    private static final String LOCAL = "5b1f0a52-0000-4000-8000-0000000000f3";
    private static final String EMULATOR = "Bearer owner";
    private static final String DOCUMENT = "/v1/projects/faults/databases/(default)/documents/things/a";

    /** Some of each kind: an answer, none, one that ends too soon, and one that is not to be believed. */
    private static final Set<GoogleFault> SOME =
            EnumSet.of(GoogleFault.STATUS_500, GoogleFault.HANG, GoogleFault.CUT_OFF, GoogleFault.WORD_EXPIRY);

    /** Years to come back are kept for ten minutes; the header that lacks is the metadata server's. */
    private static final Set<GoogleFault> ALL =
            EnumSet.complementOf(EnumSet.of(GoogleFault.NONE, GoogleFault.RETRY_AFTER_YEARS, GoogleFault.NO_FLAVOR));

    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGoogle google;
    private CountingFirestore upstream;
    private InProcessGateway gateway;
    private FaultLoad load;

    private volatile String seen = "";
    private volatile boolean sentInVain;
    private volatile Instant accountUntil = Instant.EPOCH;
    private long newcomerDueNanos;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, API, "Data.Access");
        LocalTenant workload = issuer.addTenant(WORKLOAD_TENANT, "api://federation", "unused");
        workload.add(new RegisteredApp(WORKLOAD_CLIENT, "unused", WORKLOAD_OID, List.of()));
        IssuerKeys keys = new IssuerKeys(directory.resolve("issuer-keys"));
        keys.create();
        String uploaded = keys.jwkSet();
        google = LocalGoogle.start(InstantSource.system());
        google.lifetimeGiven(LIFE);
        google.add(new Provider(PROXY, workload, "api://federation", Map.of("oid", WORKLOAD_OID)));
        google.add(Provider.uploaded(
                CALLERS, "https://firegate.example.org", () -> uploaded, "sub", Map.of(), Map.of("tid", TENANT)));
        google.addAccount(ACCOUNT, WORKLOAD_OID);
        upstream = new CountingFirestore(this::admits);
        Files.writeString(directory.resolve("workload.jwt"), workload.appToken(WORKLOAD_CLIENT));
        Files.writeString(Files.createDirectories(directory.resolve("policy")).resolve("p.yaml"), """
                version: 1
                tiers:
                  account: { databases: [faults/(default)], credential: account, rules: [ { id: a, path: "/things/{t}", allow: [get] } ] }
                  itself: { databases: [faults/(default)], credential: itself, rules: [ { id: i, path: "/things/{t}", allow: [get] } ] }
                  local: { databases: [faults/(default)], credential: local, rules: [ { id: l, path: "/things/{t}", allow: [get] } ] }
                bindings: [ { tier: account, groups: [%s] }, { tier: itself, groups: [%s] }, { tier: local, groups: [%s] } ]
                """.replace("", "")
                .formatted(TIER, ITSELF, LOCAL));
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners: [ { address: "127.0.0.1:0" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - { id: %s, authority: "%s", audiences: ["%s"], scope: Data.Access, keys: { discovery: true } }
                upstream: { emulator: "%s" }
                workloadIdentity:
                  source: federated-token-file
                  audience: %s
                  file: workload.jwt
                  endpoints: { sts: "%6$s", iamCredentials: "%6$s" }
                credentials:
                  account: { kind: service-account, account: %7$s }
                  itself:
                    kind: gateway-issuer
                    keys: issuer-keys
                    issuer: https://firegate.example.org
                    audience: %8$s
                    endpoints: { sts: "%6$s" }
                  local: { kind: emulator }
                policy: { dir: policy, reload: "off" }
                audit: { file: audit.jsonl }
                limits: { drainMillis: 0, credentialFetchMillis: 500, credentialWaitMillis: 500 }
                """.formatted(
                TENANT, issuer.authority(), API, upstream.address(), PROXY, google.address(), ACCOUNT, CALLERS));
        gateway = InProcessGateway.start(yaml);
        new AdminClient(gateway.adminPort()).awaitMetric("firegate_credential_usable{credential=\"account\"} 1.0");
        load = new FaultLoad(gateway, DOCUMENT, "google-faults.md", FAULT_MILLIS);
    }

    @AfterAll
    void stop() throws Exception {
        load.close();
        gateway.close();
        upstream.close();
        google.close();
        issuer.close();
    }

    /** The Firestore's own view of who calls, which no mistake of the gateway's can change. */
    private boolean admits(@Nullable String authorization) {
        LocalGoogle.Caller caller = google.callerOf(authorization);
        Instant until = google.expiryOf(authorization);
        if (caller != null && until != null) {
            seen = caller.name();
            if (caller.name().equals(ACCOUNT)) {
                accountUntil = until;
            }
            return true;
        }
        seen = EMULATOR;
        boolean local = EMULATOR.equals(authorization);
        // One that ended on its way is nobody's fault; one that was never issued, or is long over, was never to be
        // sent.
        if (!local && (until == null || InstantSource.system().instant().isAfter(until.plus(ON_ITS_WAY)))) {
            sentInVain = true;
        }
        return local;
    }

    @Test
    void stsThatCannotBeAsked() throws Exception {
        each("STS", google::failSts, google::stsCalls, 503);
    }

    @Test
    void iamThatCannotBeAsked() throws Exception {
        // Nobody impersonates for a caller that goes as itself.
        each("IAM", google::failIam, google::iamCalls, 200);
    }

    private void each(String service, Consumer<GoogleFault> fail, IntSupplier asked, int newcomers) throws IOException {
        String account = token(UUID.randomUUID().toString(), TIER);
        String local = token(UUID.randomUUID().toString(), LOCAL);
        String stranger = token(UUID.randomUUID().toString(), API);
        String forged =
                account.substring(0, account.lastIndexOf('.') + 1) + local.substring(local.lastIndexOf('.') + 1);
        for (GoogleFault fault : FaultLoad.isWhole() ? ALL : SOME) {
            String oid = UUID.randomUUID().toString();
            String known = token(oid, ITSELF);
            load.awaitServed(known);
            load.awaitServed(account);
            int[] came = {0};
            FaultLoad.Tally tally = load.run(
                    service,
                    fault,
                    asked,
                    () -> fail.accept(fault),
                    round -> {
                        Instant until = accountUntil.minus(UNUSED);
                        int status = load.status(account);
                        boolean over = !InstantSource.system().instant().isBefore(until);
                        round.count("by account", status, status == 200 ? seen.equals(ACCOUNT) : status == 503 && over);
                        status = load.status(known);
                        round.count("known caller", status, status == 200 && seen.equals(principal(oid)));
                        status = load.status(local);
                        round.count("no token of Google's", status, status == 200 && seen.equals(EMULATOR));
                        status = load.status(stranger);
                        round.count("no tier", status, status == 403);
                        status = load.status(forged);
                        round.count("forged", status, status == 401);
                        if (System.nanoTime() - newcomerDueNanos >= 0) {
                            newcomerDueNanos = System.nanoTime() + NEWCOMER_NANOS;
                            came[0]++;
                            String newcomer = UUID.randomUUID().toString();
                            status = load.status(token(newcomer, ITSELF));
                            round.count(
                                    "newcomer",
                                    status,
                                    status == newcomers && (status != 200 || seen.equals(principal(newcomer))));
                        }
                    },
                    () -> fail.accept(GoogleFault.NONE),
                    () -> {
                        load.awaitServed(account);
                        load.awaitServed(token(UUID.randomUUID().toString(), ITSELF));
                    });
            assertThat(sentInVain)
                    .as(service + ", " + fault + ": a token that is none was sent to Firestore")
                    .isFalse();
            assertThat((long) tally.asked())
                    .as(service + ", " + fault + ": asked")
                    .isLessThanOrEqualTo(tally.millis() / PAUSE_MILLIS + 2 + came[0]);
        }
    }

    private static String principal(String oid) {
        return "principal://" + POOLS + "callers/subject/" + TENANT + ":" + oid;
    }

    private String token(String oid, String group) {
        Map<String, Object> claims = TokenMint.claims(
                tenant.issuer(),
                TENANT,
                API,
                LocalTenant.DEFAULT_CLIENT,
                oid,
                InstantSource.system().instant(),
                4_000);
        claims.put("scp", "Data.Access");
        claims.put("groups", List.of(group));
        claims.put("uti", UUID.randomUUID().toString());
        return tenant.mint(claims);
    }
}
