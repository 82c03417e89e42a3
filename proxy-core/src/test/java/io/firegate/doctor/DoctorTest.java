package io.firegate.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.firegate.auth.federation.IssuerKeys;
import io.firegate.cli.Main;
import io.firegate.cli.Surroundings;
import io.firegate.fixtures.entra.GraphFault;
import io.firegate.fixtures.entra.LocalGraph;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.LocalMetadata;
import io.firegate.fixtures.google.Provider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code firegate doctor}: one thing spoiled at a time, output for output; {@code -Dupdate-goldens} writes them anew. */
class DoctorTest {
    private static final Path GOLDENS = Path.of("src/test/resources/doctor");
    private static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e5";
    private static final String CLIENT = "7f3d2c10-0000-4000-8000-0000000000c6";
    private static final String OID = "99999999-0000-4000-8000-000000000001";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy";
    private static final String CALLERS =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/callers/providers/firegate";
    private static final String GRAPH = "https://graph.microsoft.com";
    private static final String STAFF = "staff@clinic-prod.iam.gserviceaccount.com";
    private static final String ADMIN = "admin@clinic-prod.iam.gserviceaccount.com";

    @TempDir
    private Path directory;

    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGoogle google;
    private HttpServer firestore;
    private volatile int adminStatus = 200;

    @BeforeEach
    void start() throws IOException {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, "api://federation", "Data.Access");
        tenant.add(new RegisteredApp(CLIENT, "unused", OID, List.of()));
        google = LocalGoogle.start(InstantSource.system());
        google.add(new Provider(PROVIDER, tenant, "api://federation", Map.of("tid", TENANT, "oid", OID)));
        google.addAccount(STAFF, OID);
        google.addAccount(ADMIN, OID);
        firestore = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        firestore.createContext("/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("authorization");
            LocalGoogle.Caller caller = google.callerOf(authorization);
            String account = caller == null ? null : caller.name();
            boolean asked = exchange.getRequestURI()
                            .getRawPath()
                            .equals("/v1/projects/clinic-prod/databases/%28default%29/documents:batchGet")
                    && exchange.getRequestMethod().equals("POST");
            int status = !asked ? 400 : account == null ? 401 : account.equals(ADMIN) ? adminStatus : 200;
            byte[] body = "[{\"missing\":\"\"}]".getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        firestore.start();
        Files.writeString(directory.resolve("workload.jwt"), tenant.appToken(CLIENT));
        Files.createDirectory(directory.resolve("policy"));
        Files.writeString(directory.resolve("policy/clinic.yaml"), """
                version: 1
                tiers:
                  clinical-admin:
                    databases: ["clinic-prod/(default)"]
                    credential: clinical-admin
                    rules: [ { id: a, path: "/patients/{p}", allow: [read, write] } ]
                  ward-nurse:
                    databases: ["clinic-prod/(default)"]
                    credential: clinical-staff
                    rules: [ { id: n, path: "/patients/{p}", allow: [get] } ]
                bindings: []
                """);
        Files.writeString(directory.resolve("gateway.yaml"), """
                tenants:
                  - { id: %s, authority: "%s", audiences: [x], scope: Data.Access, keys: { discovery: true } }
                upstream: { emulator: "127.0.0.1:%d" }
                workloadIdentity:
                  source: federated-token-file
                  audience: %s
                  file: workload.jwt
                  endpoints: { sts: "%5$s", iamCredentials: "%5$s" }
                credentials:
                  clinical-staff: { kind: service-account, account: %6$s }
                  clinical-admin: { kind: service-account, account: %7$s }
                policy: { dir: policy }
                audit: { file: audit.jsonl }
                limits: { credentialFetchMillis: 20000 }
                """.formatted(
                        TENANT,
                        issuer.authority(),
                        firestore.getAddress().getPort(),
                        PROVIDER,
                        google.address(),
                        STAFF,
                        ADMIN));
    }

    @AfterEach
    void stop() {
        firestore.stop(0);
        google.close();
        issuer.close();
    }

    @Test
    void allIsWell() throws IOException {
        expect("well", 0, InstantSource.system());
    }

    @Test
    void theClockIsWrong() throws IOException {
        expect("clock", 5, InstantSource.offset(InstantSource.system(), Duration.ofMinutes(7)));
    }

    @Test
    void theTenantIsNotThere() throws IOException {
        Files.writeString(
                directory.resolve("gateway.yaml"),
                Files.readString(directory.resolve("gateway.yaml")).replace("id: " + TENANT, "id: " + OID));
        expect("tenant", 5, InstantSource.system());
    }

    @Test
    void theTokenFileIsMissing() throws IOException {
        Files.delete(directory.resolve("workload.jwt"));
        expect("identity", 5, InstantSource.system());
    }

    @Test
    void theProviderRefuses() throws IOException {
        google.failSts(GoogleFault.UNAUTHORIZED_CLIENT);
        expect("condition", 5, InstantSource.system());
    }

    @Test
    void stsIsNotThere() throws IOException {
        google.close();
        expect("unreachable", 5, InstantSource.system());
    }

    @Test
    void oneAccountMayNotBeActedAsAndTheOthersMayNotRead() throws IOException {
        google.addAccount(STAFF, "somebody-else");
        adminStatus = 403;
        expect("rights", 5, InstantSource.system());
    }

    @Test
    void theDatabaseIsNotThere() throws IOException {
        adminStatus = 404;
        expect("database", 5, InstantSource.system());
    }

    /** Firegate as an application in Entra, which asks Graph; with a policy that names a group. */
    private LocalGraph withGraph(String more) throws IOException {
        tenant.addResource(GRAPH);
        LocalTenant cluster = issuer.addTenant("7f3d2c10-0000-4000-8000-0000000000e6", "unused", "unused");
        tenant.trustIssuer(CLIENT, cluster, "firegate");
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
                        InstantSource.system().instant().getEpochSecond() + 3_600)));
        LocalGraph graph = new LocalGraph(tenant, GRAPH);
        Path policy = directory.resolve("policy/clinic.yaml");
        Files.writeString(
                policy,
                Files.readString(policy)
                        .replace(
                                "bindings: []",
                                "bindings: [ { tier: ward-nurse, groups: [5b1f0a52-0000-4000-8000-0000000000a1,"
                                        + " 5b1f0a52-0000-4000-8000-0000000000a2] } ]"));
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(
                yaml,
                Files.readString(yaml)
                        .replace(
                                "keys: { discovery: true } }",
                                "keys: { discovery: true }, graph: { overage: true, endpoint: \"" + graph.address()
                                        + "\" } }")
                        .replace(
                                "source: federated-token-file",
                                "source: entra-workload-identity\n  resource: api://federation\n  tenant: " + TENANT
                                        + "\n  clientId: " + CLIENT)
                        .replace("endpoints: {", "endpoints: { entra: \"" + issuer.authority() + "\",")
                        .replace("limits: {", "limits: {" + more + " groupLookupMillis: 20000,"));
        return graph;
    }

    /** A way for Graph to fail, and the golden that says so. */
    @ParameterizedTest
    @CsvSource({
        "NONE, graph-well, 0",
        "STATUS_403, graph-denied, 5",
        "STATUS_429, graph-throttled, 5",
        "STATUS_500, graph-failed, 5",
        "HTML, graph-other, 5"
    })
    void graph(GraphFault fault, String golden, int exit) throws IOException {
        try (LocalGraph graph = withGraph("")) {
            graph.failWith(fault);
            expect(golden, exit, graph.address());
            assertThat(graph.calls())
                    .as("one question, and one whether it is there")
                    .isEqualTo(2);
        }
    }

    @Test
    void graphIsNotThere() throws IOException {
        String gone;
        try (LocalGraph graph = withGraph("")) {
            gone = graph.address();
        }
        expect("graph-unreachable", 5, gone);
    }

    @Test
    void thereIsNoTokenForGraph() throws IOException {
        try (LocalGraph graph = withGraph("")) {
            Files.delete(directory.resolve("workload.jwt"));
            expect("graph-token", 5, graph.address());
        }
    }

    @Test
    void thePolicyNamesMoreGroupsThanMayBeAskedAbout() throws IOException {
        try (LocalGraph graph = withGraph(" groupsLookedUp: 1,")) {
            expect("graph-groups", 5, graph.address());
        }
    }

    /** A managed identity's rights are no application's. */
    @Test
    void aManagedIdentityMayNotAskGraph() throws IOException {
        try (LocalGraph graph = withGraph("");
                LocalMetadata metadata = new LocalMetadata(GRAPH, () -> tenant.appToken(CLIENT), () -> "")) {
            Path yaml = directory.resolve("gateway.yaml");
            Files.writeString(
                    yaml,
                    Files.readString(yaml)
                            .replace("entra-workload-identity", "entra-managed-identity")
                            .replaceAll("\n *(tenant|file): .*", "")
                            .replace("entra: \"" + issuer.authority(), "metadata: \"" + metadata.address()));
            graph.failWith(GraphFault.STATUS_403);
            expect("graph-managed", 5, graph.address());
        }
    }

    /** The people themselves as callers of Firestore, by keys of firegate's own. */
    private IssuerKeys withIssuer() throws IOException, IssuerKeys.Unusable {
        IssuerKeys keys = new IssuerKeys(directory.resolve("issuer-keys"));
        keys.create();
        String uploaded = keys.jwkSet();
        google.add(Provider.uploaded(
                CALLERS,
                "https://firegate.example.org",
                () -> uploaded,
                "sub",
                Map.of("credential", "credential"),
                Map.of("tid", TENANT)));
        google.addAccount(ADMIN, "attribute.credential/clinical-admin");
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, Files.readString(yaml).replaceAll("(?s)workloadIdentity:.*policy:", """
                                credentials:
                                  clinical-staff:
                                    kind: gateway-issuer
                                    keys: issuer-keys
                                    issuer: https://firegate.example.org
                                    audience: %1$s
                                    endpoints: { sts: "%2$s" }
                                  clinical-admin:
                                    kind: gateway-issuer
                                    keys: issuer-keys
                                    issuer: https://firegate.example.org
                                    audience: %1$s
                                    account: %3$s
                                    endpoints: { sts: "%2$s", iamCredentials: "%2$s" }
                                policy:""".formatted(
                        CALLERS, google.address(), ADMIN)));
        return keys;
    }

    @Test
    void callersGoAsThemselves() throws Exception {
        withIssuer();
        expect("issuer-well", 0, InstantSource.system());
    }

    @Test
    void theKeysWereNotUploaded() throws Exception {
        IssuerKeys keys = withIssuer();
        keys.use(keys.create());
        expect("issuer-keys", 5, InstantSource.system());
    }

    @Test
    void theKeysAreOpenToOthers() throws Exception {
        IssuerKeys keys = withIssuer();
        Files.setPosixFilePermissions(
                directory.resolve("issuer-keys").resolve(keys.active() + ".pem"),
                PosixFilePermissions.fromString("rw-rw-r--"));
        expect("issuer-open", 5, InstantSource.system());
    }

    @Test
    void whoeverGoesAroundIsListed() throws IOException {
        Files.copy(GOLDENS.resolve("iam.json"), directory.resolve("iam.json"));
        expect("around", 5, InstantSource.system(), "--no-probes", "--iam-policy", "iam.json");
        assertThat(run(InstantSource.system(), "--no-probes", "--iam-policy", "gateway.yaml")
                        .exit())
                .isEqualTo(2);
        assertThat(IamReport.of("{\"bindings\":[]}".getBytes(UTF_8), Set.of(), Set.of(), Set.of()))
                .hasValueSatisfying(report -> {
                    assertThat(report.lines()).containsExactly("nobody reaches it around firegate by this policy");
                    assertThat(report.isOpen()).isFalse();
                });
        assertThat(IamReport.of("{\"bindings\":[{\"role\":1}]}".getBytes(UTF_8), Set.of(), Set.of(), Set.of()))
                .isEmpty();
    }

    private record Said(int exit, String text) {}

    private void expect(String name, int exit, String graph) throws IOException {
        Said said = run(InstantSource.system());
        expect(name, exit, new Said(said.exit(), said.text().replace(graph, "http://graph")));
    }

    private void expect(String name, int exit, InstantSource clock, String... more) throws IOException {
        expect(name, exit, run(clock, more));
    }

    private static void expect(String name, int exit, Said said) throws IOException {
        Path golden = GOLDENS.resolve(name + ".golden");
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(golden, said.text());
        }
        assertThat(said.text()).isEqualTo(Files.readString(golden));
        assertThat(said.exit()).isEqualTo(exit);
    }

    private Said run(InstantSource clock, String... more) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, UTF_8);
        List<String> args = new ArrayList<>(List.of("doctor"));
        args.addAll(List.of(more));
        int exit = Main.run(
                args, new Surroundings(Map.of(), directory, out, out, clock, (signal, action) -> {}), parts -> {
                    throw new AssertionError("nothing is to be started");
                });
        String text = bytes.toString(UTF_8);
        Path token = directory.resolve("workload.jwt");
        assertThat(google.tokensIssued()).noneMatch(text::contains);
        if (Files.exists(token)) {
            assertThat(text).doesNotContain(Files.readString(token));
        }
        return new Said(
                exit,
                text.replaceAll(Pattern.quote(issuer.authority()), "http://entra")
                        .replaceAll(Pattern.quote(google.address().toString()), "http://google")
                        .replace("http://127.0.0.1:" + firestore.getAddress().getPort(), "http://firestore")
                        .replaceAll("http://127\\.0\\.0\\.1:[0-9]+/metadata", "http://machine/metadata")
                        .replace(directory.toString(), "DIR")
                        .replaceAll("[A-Za-z0-9_-]{43}\\.pem", "KID.pem")
                        .replaceAll("chmod (600|640)", "chmod MODE")
                        .replaceAll("until 2[0-9TZ.:-]*", "until THEN")
                        .replaceAll("snapshot [0-9a-f]{16}", "snapshot ID")
                        .replaceAll(
                                "(answered [0-9]{3} [A-Za-z_]*) at 2\\S*, when it was 2\\S* here",
                                "$1 at A, when it was B here")
                        .replaceAll("(expires at) 2\\S*, asked for at 2\\S*", "$1 A, asked for at B")
                        .replaceAll("is [0-9]+ min ahead of http://[a-z]+", "is N min ahead of http://HOST"));
    }
}
