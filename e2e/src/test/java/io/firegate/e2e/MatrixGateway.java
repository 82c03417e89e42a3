package io.firegate.e2e;

import io.firegate.fixtures.entra.Failure;
import io.firegate.fixtures.entra.GraphFault;
import io.firegate.fixtures.entra.LocalGraph;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.entra.TokenMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A running gateway for rows of the token matrix, with the two tenants they speak of and a clock that is moved. Used by one thread. */
final class MatrixGateway implements AutoCloseable {
    /** Above {@code limits.keyUnknownMillis}: each row may cause a fetch whatever the ones before did. */
    private static final Duration BETWEEN_ROWS = Duration.ofSeconds(31);

    private static final String POLICY = """
            version: 1
            tiers:
              second: { databases: [matrix/(default)], credential: local, rules: [ { id: second, path: "/things/{t}", allow: [get] } ] }
              admin: { databases: [matrix/(default)], credential: local, rules: [ { id: admin, path: "/things/{t}", allow: [read, write] } ] }
              write: { databases: [matrix/(default)], credential: local, rules: [ { id: write, path: "/inbox/{t}", allow: [write] } ] }
              read: { databases: [matrix/(default)], credential: local, rules: [ { id: read, path: "/things/{t}", allow: [get] } ] }
              app: { databases: [matrix/(default)], credential: local, rules: [ { id: app, path: "/things/{t}", allow: [get] } ] }
            bindings:
              - { tier: second, principals: [$TID2/$OID] }
              - { tier: admin, groups: [$GA] }
              - { tier: write, groups: [$GW] }
            """;

    private static final String GRAPH = "https://graph.microsoft.com";
    private static final String CLUSTER = "00000000-0000-4000-8000-0000000000c1";
    private static final String OWN_APP = "00000000-0000-4000-8000-0000000000f1";
    private static final String SUBJECT = "system:serviceaccount:firegate:firegate";

    private final String name;
    private final MovingClock clock = new MovingClock();
    private final LocalIssuer issuer;
    private final LocalTenant first;
    private final LocalTenant second;
    private final LocalGraph graph;
    /** Stands in tokens and nowhere else. */
    private final LocalGraph trap;

    private final TokenMatrix matrix;
    private final Map<String, TokenMatrix.Case> rows;
    private final Path directory;
    private @Nullable InProcessGateway gateway;

    /** Time that moves when told to. */
    private static final class MovingClock implements InstantSource {
        private volatile Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

        @Override
        public Instant instant() {
            return now;
        }
    }

    private MatrixGateway(Path directory, String name) throws IOException {
        this.directory = directory;
        this.name = name;
        TokenMatrix names = TokenMatrix.load(Map.of());
        String api = names.resolved("$API");
        issuer = LocalIssuer.start(clock);
        first = issuer.addTenant(names.resolved("$TID"), api, "Data.Access");
        second = issuer.addTenant(names.resolved("$TID2"), api, "Data.Access");
        graph = new LocalGraph(first, GRAPH);
        trap = new LocalGraph(first, GRAPH);
        matrix = TokenMatrix.load(Map.of("LOGIN", issuer.authority(), "TRAP", trap.address()));
        rows = matrix.cases().stream()
                .collect(Collectors.toUnmodifiableMap(TokenMatrix.Case::number, Function.identity()));
    }

    /**
     * Starts one, and waits for its keys.
     *
     * @param name of the matrix' {@code gateway}
     * @param upstream what stands behind it
     */
    static MatrixGateway start(Path directory, String name, String upstream) throws IOException {
        MatrixGateway gateway = new MatrixGateway(directory, name);
        gateway.publish();
        gateway.start(upstream);
        return gateway;
    }

    private void publish() {
        String templated = issuer.authority() + "/{tenantid}/v2.0";
        String personal = issuer.authority() + "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        first.v1Issuers(matrix.resolved("$STS"));
        first.publish(
                List.of(
                        TokenMatrix.key("k1").jwk(templated),
                        TokenMatrix.key("k3").jwk(personal),
                        first.activeKey().jwk(templated)),
                List.of(TokenMatrix.key("k2").jwk(null)));
        second.publish(List.of(TokenMatrix.key("k9").jwk(templated)), List.of());
        graph.put(matrix.resolved("$OID"), Set.of(matrix.resolved("$GR")));
        graph.put("99999999-0000-4000-8000-000000000003", Set.of(matrix.resolved("$GA")));
        graph.put("99999999-0000-4000-8000-000000000004", Set.of("5b1f0a52-0000-4000-8000-0000000000ff"));
        if (name.equals("cold")) {
            issuer.failWith(Failure.STATUS_500);
        } else if (name.equals("graphDown")) {
            graph.failWith(GraphFault.STATUS_500);
        }
    }

    private void start(String upstream) throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve("policy")).resolve("matrix.yaml"),
                matrix.resolved(POLICY + bindings()));
        String api = "\"" + matrix.resolved("$API") + "\"";
        boolean v1 = name.equals("v1");
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners: [ { address: "127.0.0.1:0" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - id: %1$s
                    authority: "%3$s"
                    audiences: [%4$s]
                    versions: [%5$s]
                    keys: { discovery: true }
                %9$s
                  - id: %2$s
                    authority: "%3$s"
                    audiences: [%6$s]
                    scope: Data.Access
                    keys: { discovery: true }
                upstream: { emulator: "%7$s" }
                %8$s
                policy: { dir: policy, reload: "off" }
                audit: { file: audit.jsonl }
                limits: { drainMillis: 0 }
                """.formatted(
                        first.id(),
                        second.id(),
                        issuer.authority(),
                        v1 ? api + ", \"api://" + matrix.resolved("$API") + "\"" : api,
                        v1 ? "\"1.0\", \"2.0\"" : "\"2.0\"",
                        api,
                        upstream,
                        credentials(),
                        demands().indent(4)));
        gateway = InProcessGateway.start(clock, yaml);
        if (countsFetches()) {
            AdminClient admin = new AdminClient(running().adminPort());
            // The first fetch of every tenant has ended, and well.
            admin.await("/startupz", answer -> answer.status() == 200);
            admin.await("/readyz?verbose", answer -> answer.body().contains("keys: usable for every tenant"));
        }
    }

    private String bindings() {
        return switch (name) {
            // For guests and agents, too; an agent that acts for somebody needs a binding that names it.
            case "open" -> """
                      - { tier: read, groups: [$GR], require: { guests: allow, agents: allow } }
                      - { tier: read, principals: [$TID/$CLIENT], require: { agents: allow } }
                      - { tier: app, roles: [Data.Read.All], require: { agents: allow } }
                    """;
            case "stepUp" -> """
                      - { tier: read, groups: [$GR], require: { authContext: c1 } }
                      - { tier: app, roles: [Data.Read.All] }
                    """;
            default -> """
                      - { tier: read, groups: [$GR] }
                      - { tier: app, roles: [Data.Read.All] }
                    """;
        };
    }

    /** What the first tenant asks of tokens. */
    private String demands() {
        return switch (name) {
            case "open" -> "scope: Data.Access\nguests: allow\nagents: allow";
            case "roles" -> "roles: [Data.Read.All, Data.Other]";
            case "graph", "graphDown" ->
                "scope: Data.Access\ngraph: { overage: true, endpoint: \"" + graph.address() + "\" }";
            default -> "scope: Data.Access";
        };
    }

    private String credentials() throws IOException {
        return switch (name) {
            case "noCredential" ->
                // A port nobody listens at.
                "workloadIdentity: { source: gce-metadata, endpoints: { metadata: \"http://127.0.0.1:1\" } }\n"
                        + "credentials: { local: { kind: service-account, account: a@p.iam.gserviceaccount.com } }";
            case "graph", "graphDown" -> workloadIdentity() + "credentials: { local: { kind: emulator } }";
            default -> "credentials: { local: { kind: emulator } }";
        };
    }

    /** An application of the first tenant that trusts the tokens of a cluster, one of which lies in a file. */
    private String workloadIdentity() throws IOException {
        LocalTenant cluster = issuer.addTenant(CLUSTER, "unused", "unused");
        first.add(new RegisteredApp(OWN_APP, "unused", OWN_APP, List.of()));
        first.trustIssuer(OWN_APP, cluster, SUBJECT);
        first.addResource(GRAPH);
        Map<String, Object> claims = Map.of(
                "iss",
                cluster.issuer(),
                "sub",
                SUBJECT,
                "aud",
                "api://AzureADTokenExchange",
                "exp",
                clock.instant().plus(Duration.ofDays(1)).getEpochSecond());
        Files.writeString(directory.resolve("workload.jwt"), cluster.mint(claims));
        return """
                workloadIdentity:
                  source: entra-workload-identity
                  audience: //iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy
                  resource: api://firegate-federation
                  tenant: %s
                  clientId: %s
                  file: workload.jwt
                  endpoints: { entra: "%s" }
                """.formatted(first.id(), OWN_APP, issuer.authority());
    }

    /** Moves the clock on so far that the next unknown key may be looked for. */
    void betweenFetches() {
        clock.now = clock.now.plus(BETWEEN_ROWS);
    }

    Instant now() {
        return clock.now;
    }

    /** Key sets its issuer was asked for. */
    int fetches() {
        return issuer.tenants().stream().mapToInt(LocalTenant::keyFetches).sum();
    }

    /** Whether every fetch is a request's doing: without keys or credentials the background keeps trying. */
    boolean countsFetches() {
        return !name.equals("cold") && !name.equals("noCredential");
    }

    /** Key sets one look for a key takes. */
    int setsPerFetch() {
        return name.equals("v1") ? 2 : 1;
    }

    /** Calls to the address that stands in tokens only. */
    int trapped() {
        return trap.calls();
    }

    TokenMatrix matrix() {
        return matrix;
    }

    /** The row of that number, with this gateway's places in it. */
    TokenMatrix.Case row(String number) {
        TokenMatrix.Case row = rows.get(number);
        if (row == null) {
            throw new IllegalArgumentException("no row " + number);
        }
        return row;
    }

    AuditTrail audit() {
        return new AuditTrail(directory.resolve("audit.jsonl"));
    }

    int port() {
        return running().port(0);
    }

    private InProcessGateway running() {
        if (gateway == null) {
            throw new IllegalStateException("not started");
        }
        return gateway;
    }

    @Override
    public void close() {
        try {
            running().close();
        } finally {
            issuer.close();
            graph.close();
            trap.close();
        }
    }
}
