package io.firegate.e2e.demo;

import com.google.cloud.firestore.Firestore;
import io.firegate.e2e.AuditTrail;
import io.firegate.e2e.Clients;
import io.firegate.e2e.Operation;
import io.firegate.e2e.OperationRunner;
import io.firegate.e2e.Outcome;
import io.firegate.e2e.RunningGateway;
import io.firegate.fixtures.emulator.EmulatorSettings;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import java.util.stream.Stream;

/** Everything the demo needs, running: issuer, emulator with the sample data, gateway. Used by one thread, but for {@link #close}. */
final class Demo implements Tour.Caller, AutoCloseable {
    private static final Duration EXPIRED_SINCE = Duration.ofHours(1);

    private final Clinic clinic;
    private final Path directory;
    private final LocalIssuer issuer;
    private final LocalTenant tenant;
    private final FirestoreEmulator emulator;
    private final DemoCredentials google;
    private final RunningGateway gateway;
    private final Map<String, Firestore> clients = new HashMap<>();
    private final Deque<AutoCloseable> running;

    private Demo(
            Clinic clinic,
            Path directory,
            LocalIssuer issuer,
            LocalTenant tenant,
            FirestoreEmulator emulator,
            DemoCredentials google,
            RunningGateway gateway,
            Deque<AutoCloseable> running) {
        this.clinic = clinic;
        this.directory = directory;
        this.issuer = issuer;
        this.tenant = tenant;
        this.emulator = emulator;
        this.google = google;
        this.gateway = gateway;
        this.running = running;
    }

    /**
     * Starts everything, or nothing.
     *
     * @param directory an empty one of its own, removed at the end
     * @param policy the policy directory
     * @param port the gateway's port, 0 for a free one
     * @param kind what stands before the emulator and which credentials it takes
     * @param start starts a gateway from the path of its gateway.yaml
     */
    static Demo start(
            Clinic clinic,
            Path directory,
            Path policy,
            int port,
            DemoCredentials.Kind kind,
            EmulatorSettings settings,
            Function<Path, RunningGateway> start)
            throws IOException {
        Deque<AutoCloseable> running = new ConcurrentLinkedDeque<>();
        boolean whole = false;
        try {
            running.push(() -> remove(directory));
            LocalIssuer issuer = LocalIssuer.start(InstantSource.system());
            running.push(issuer);
            LocalTenant tenant = issuer.addTenant(clinic.tenant(), clinic.audience(), clinic.scope());
            clinic.people().forEach(person -> tenant.add(person.persona()));
            FirestoreEmulator emulator = FirestoreEmulator.start(settings);
            running.push(emulator);
            load(emulator, clinic);
            Path file = directory.resolve("gateway.yaml");
            DemoCredentials google = DemoCredentials.start(kind, clinic, issuer, emulator.endpoint(), directory);
            running.push(google);
            Files.writeString(file, gatewayYaml(clinic, issuer, google, policy, port));
            GrpcBody.getDocument(grpcBody(directory), clinic.documentName("patients/p1"));
            RunningGateway gateway = start.apply(file);
            running.push(gateway);
            Demo demo = new Demo(clinic, directory, issuer, tenant, emulator, google, gateway, running);
            whole = true;
            return demo;
        } finally {
            if (!whole) {
                closeAll(running);
            }
        }
    }

    /** {@code host:port} for clients. */
    String address() {
        return "127.0.0.1:" + gateway.port(0);
    }

    /** {@code host:port} of health and metrics. */
    String adminAddress() {
        return "127.0.0.1:" + gateway.adminPort();
    }

    String issuerAddress() {
        return issuer.authority();
    }

    URI tokenEndpoint() {
        return URI.create(tenant.tokenEndpoint());
    }

    String emulatorBackend() {
        return emulator.backend();
    }

    /** What stands between the gateway and the emulator. */
    DemoCredentials google() {
        return google;
    }

    AuditTrail audit() {
        return new AuditTrail(auditFile());
    }

    Path auditFile() {
        return directory.resolve("audit.jsonl");
    }

    /** A prepared request body for curl. */
    Path grpcBody() {
        return grpcBody(directory);
    }

    private static Path grpcBody(Path directory) {
        return directory.resolve("get-p1.grpc");
    }

    /** Leaves a note for {@code demo ask}. */
    void announce() throws IOException {
        new RunningDemo(ProcessHandle.current().pid(), address(), clinic.project(), clinic.database(), tokenEndpoint())
                .write();
        running.push(RunningDemo::forget);
    }

    @Override
    public Outcome call(String persona, boolean expiredToken, Operation operation) {
        Firestore client = clients.computeIfAbsent(persona + (expiredToken ? "/expired" : ""), key -> {
            String token = expiredToken ? expiredToken(persona) : tenant.userToken(persona);
            Firestore made = Clients.plaintext(address(), clinic.project(), clinic.database(), () -> token);
            running.push(made);
            return made;
        });
        return new OperationRunner(client).run(operation);
    }

    /** Ends everything, last started first. Safe to call twice. */
    @Override
    public void close() {
        closeAll(running);
    }

    private String expiredToken(String persona) {
        Map<String, Object> claims = tenant.userClaims(persona);
        long end = InstantSource.system().instant().minus(EXPIRED_SINCE).getEpochSecond();
        claims.put("iat", end - EXPIRED_SINCE.toSeconds());
        claims.put("nbf", end - EXPIRED_SINCE.toSeconds());
        claims.put("exp", end);
        return tenant.mint(claims);
    }

    /** Replaces what the clinic's database holds by the sample data. */
    @SuppressWarnings("try") // closing may be interrupted, and then the demo does not start
    static void load(FirestoreEmulator emulator, Clinic clinic) {
        emulator.clear(clinic.project(), clinic.database());
        Outcome loaded;
        try (Firestore direct = Clients.direct(emulator.endpoint(), clinic.project(), clinic.database())) {
            loaded = new OperationRunner(direct).run(new Operation.Batch(clinic.documents()));
        } catch (Exception e) {
            throw new IllegalStateException("the sample data cannot be loaded", e);
        }
        if (loaded instanceof Outcome.Failed failed) {
            throw new IllegalStateException("the sample data cannot be loaded: " + failed.message());
        }
    }

    private static String gatewayYaml(
            Clinic clinic, LocalIssuer issuer, DemoCredentials google, Path policy, int port) {
        return """
                # Written by the demo.
                listeners: [ { address: "127.0.0.1:%d" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - id: %s
                    authority: "%s"
                    audiences: ["%s"]
                    scope: %s
                    keys: { discovery: true }
                upstream: { emulator: "%s" }
                %spolicy: { dir: '%s', reload: watch }
                audit: { file: audit.jsonl }
                """.formatted(
                        port,
                        clinic.tenant(),
                        issuer.authority(),
                        clinic.audience(),
                        clinic.scope(),
                        google.upstream(),
                        google.yaml(),
                        policy.toString().replace("'", "''"));
    }

    private static synchronized void closeAll(Deque<AutoCloseable> running) {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                System.err.println("firegate demo: while ending: " + e);
            }
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
