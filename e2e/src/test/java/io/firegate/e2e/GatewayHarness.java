package io.firegate.e2e;

import com.google.cloud.firestore.Firestore;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.Persona;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The whole program for a test: local issuer, real emulator, gateway with a plaintext and a TLS listener, all in this process and
 * with a project of its own. Safe for any thread.
 */
public final class GatewayHarness implements AutoCloseable {
    /** May do everything. */
    public static final String OWNER = "owner";

    /** The object id in its token. */
    public static final String OWNER_OID = "5b1f0a52-0000-4000-8000-000000000001";

    /** The tenant of its callers. */
    public static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e2";

    private static final String AUDIENCE = "7f3d2c10-0000-4000-8000-0000000000a2";

    /** One emulator for all test classes; it ends with the JVM. */
    private static @Nullable FirestoreEmulator sharedEmulator;

    private final String project = "e2e-" + UUID.randomUUID().toString().substring(0, 8);
    private final FirestoreEmulator emulator;
    private final LocalIssuer issuer;
    private final LocalTenant tenant;
    private final LocalCertificate certificate;
    private final Path yaml;
    private final Path auditFile;
    private final InstantSource clock;
    private final List<String> overrides;
    private volatile InProcessGateway gateway;

    /**
     * Starts everything.
     *
     * @param directory an empty one
     * @param overrides further arguments of {@code run}
     */
    GatewayHarness(Path directory, String... overrides) throws Exception {
        this(directory, InstantSource.system(), overrides, resource("harness-policy.yaml"));
    }

    private GatewayHarness(Path directory, InstantSource clock, String[] overrides, String policyText)
            throws Exception {
        this.clock = clock;
        this.overrides = List.of(overrides);
        emulator = emulator();
        issuer = LocalIssuer.start(clock);
        tenant = issuer.addTenant(TENANT, AUDIENCE, "Data.Access");
        String group = "5b1f0a52-0000-4000-8000-0000000000e";
        String oid = "5b1f0a52-0000-4000-8000-00000000000";
        tenant.add(new Persona(OWNER, OWNER_OID, List.of(group + 1)));
        tenant.add(new Persona("reader", oid + 2, List.of(group + 2)));
        tenant.add(new Persona("writer", oid + 3, List.of(group + 3)));
        tenant.add(new Persona("outsider", oid + 4, List.of()));
        certificate = LocalCertificate.make(directory);
        auditFile = directory.resolve("audit.jsonl");
        Path policy = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(policy.resolve("harness.yaml"), policyText.replace("PROJECT", project));
        yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners:
                  - { address: "127.0.0.1:0" }
                  - { address: "127.0.0.1:0", tls: { certificate: tls.crt, key: tls.key } }
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - id: %s
                    authority: "%s"
                    audiences: ["%s"]
                    scope: Data.Access
                    keys: { discovery: true }
                upstream: { emulator: "%s" }
                credentials: { local: { kind: emulator } }
                policy: { dir: policy, reload: signal }
                audit: { file: audit.jsonl }
                """.formatted(TENANT, issuer.authority(), AUDIENCE, emulator.endpoint()));
        gateway = InProcessGateway.start(clock, yaml, overrides);
    }

    /**
     * Starts everything with another policy.
     *
     * @param directory an empty one
     * @param policy the text of the policy, in which {@code PROJECT} stands for the project
     * @param overrides further arguments of {@code run}
     */
    public static GatewayHarness withPolicy(Path directory, String policy, String... overrides) throws Exception {
        return withClock(directory, InstantSource.system(), policy, overrides);
    }

    /** The same, with a clock of issuer and gateway. */
    public static GatewayHarness withClock(Path directory, InstantSource clock, String policy, String... overrides)
            throws Exception {
        return new GatewayHarness(directory, clock, overrides, policy);
    }

    /** Tells the gateway to end, and does not wait for it. */
    public void stopSoon() {
        gateway.stopSoon();
    }

    /** Ends the gateway and waits for it; what is around it goes on. */
    public void stop() {
        gateway.close();
    }

    /** Starts the gateway anew, at other ports. */
    public void startAgain() {
        gateway = InProcessGateway.start(clock, yaml, overrides.toArray(String[]::new));
    }

    /** Puts another policy in force and waits until it is. */
    public void reload(String policy) throws IOException {
        String loaded = "firegate_policy_reads_total{result=\"loaded\"} ";
        AdminClient admin = new AdminClient(gateway.adminPort());
        double before = admin.ask("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(loaded))
                .mapToDouble(line -> Double.parseDouble(line.substring(loaded.length())))
                .sum();
        // In one step: another gateway may be reading.
        Path fresh = Files.writeString(yaml.resolveSibling("harness.yaml.new"), policy.replace("PROJECT", project));
        Files.move(
                fresh,
                yaml.resolveSibling("policy").resolve("harness.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        gateway.signal("HUP");
        admin.awaitMetric(loaded + (before + 1));
    }

    /** Waits until no bytes of requests are held. */
    public void awaitNothingHeld() throws IOException {
        new AdminClient(gateway.adminPort()).awaitMetric("firegate_request_bytes_held 0.0");
    }

    /** Waits until so many connections of clients are open. */
    public void awaitConnections(int open) throws IOException {
        new AdminClient(gateway.adminPort()).awaitMetric("firegate_connections " + (double) open);
    }

    /** The emulator behind it. */
    public static synchronized FirestoreEmulator emulator() {
        if (sharedEmulator == null) {
            sharedEmulator = FirestoreEmulator.start();
        }
        return sharedEmulator;
    }

    /** The project all its databases are in. */
    public String project() {
        return project;
    }

    /** Whose members its callers are. */
    public LocalTenant tenant() {
        return tenant;
    }

    /** The port of its plaintext listener. */
    public int plaintextPort() {
        return gateway.port(0);
    }

    /** The base of all REST URLs of a database. */
    String documents(boolean tls, String database) {
        return (tls ? "https://127.0.0.1:" + gateway.port(1) : "http://127.0.0.1:" + gateway.port(0)) + "/v1/projects/"
                + project + "/databases/" + database + "/documents";
    }

    /** The same of the emulator itself. */
    String directDocuments(String database) {
        return "http://" + emulator.endpoint() + "/v1/projects/" + project + "/databases/" + database + "/documents";
    }

    /** A client that trusts the TLS listener. */
    HttpClient http(HttpClient.Version version) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate.certificate())) {
            trusted.setCertificateEntry(
                    "gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().version(version).sslContext(tls).build();
    }

    InProcessGateway gateway() {
        return gateway;
    }

    /** Its configuration; the policy lies in {@code policy/harness.yaml} beside it. */
    public Path yaml() {
        return yaml;
    }

    /** Its record. */
    public AuditTrail audit() {
        return new AuditTrail(auditFile);
    }

    /** The official client through firegate over plaintext. */
    public Firestore plaintext(String database, String token) {
        return Clients.plaintext("127.0.0.1:" + gateway.port(0), project, database, () -> token);
    }

    /** The official client through firegate over TLS. */
    Firestore tls(String database, String token) {
        return Clients.tls("127.0.0.1:" + gateway.port(1), project, database, () -> token, certificate.certificate());
    }

    /** The official client straight to the emulator. */
    public Firestore direct(String database) {
        return Clients.direct(emulator.endpoint(), project, database);
    }

    @Override
    public void close() {
        try {
            gateway.close();
        } finally {
            issuer.close();
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = GatewayHarness.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
