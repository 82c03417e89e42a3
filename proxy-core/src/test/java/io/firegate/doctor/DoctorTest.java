package io.firegate.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.firegate.cli.Main;
import io.firegate.cli.Surroundings;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code firegate doctor}: one thing spoiled at a time, output for output; {@code -Dupdate-goldens} writes them anew. */
class DoctorTest {
    private static final Path GOLDENS = Path.of("src/test/resources/doctor");
    private static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e5";
    private static final String CLIENT = "7f3d2c10-0000-4000-8000-0000000000c6";
    private static final String OID = "99999999-0000-4000-8000-000000000001";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy";
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
            String account = google.accountOf(exchange.getRequestHeaders().getFirst("authorization"));
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

    private void expect(String name, int exit, InstantSource clock, String... more) throws IOException {
        Said said = run(clock, more);
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
                        .replace(directory.toString(), "DIR")
                        .replaceAll("until 2[0-9TZ.:-]*", "until THEN")
                        .replaceAll("snapshot [0-9a-f]{16}", "snapshot ID")
                        .replaceAll(
                                "(answered [0-9]{3} [A-Za-z_]*) at 2\\S*, when it was 2\\S* here",
                                "$1 at A, when it was B here")
                        .replaceAll("(expires at) 2\\S*, asked for at 2\\S*", "$1 A, asked for at B")
                        .replaceAll("is [0-9]+ min ahead of http://[a-z]+", "is N min ahead of http://HOST"));
    }
}
