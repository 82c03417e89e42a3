package io.firegate.e2e;

import io.firegate.fixtures.entra.Failure;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMatrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
              - { tier: read, groups: [$GR] }
              - { tier: app, roles: [Data.Read.All] }
            """;

    private final String name;
    private final LocalIssuer issuer;
    private final MovingClock clock;
    private final TokenMatrix matrix;
    private final Map<String, TokenMatrix.Case> rows;
    private final AuditTrail audit;
    private final InProcessGateway gateway;

    private MatrixGateway(
            String name,
            LocalIssuer issuer,
            MovingClock clock,
            TokenMatrix matrix,
            AuditTrail audit,
            InProcessGateway gateway) {
        this.name = name;
        this.issuer = issuer;
        this.clock = clock;
        this.matrix = matrix;
        this.rows = matrix.cases().stream().collect(Collectors.toUnmodifiableMap(TokenMatrix.Case::number, row -> row));
        this.audit = audit;
        this.gateway = gateway;
    }

    /** Time that moves when told to. */
    private static final class MovingClock implements InstantSource {
        private volatile Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

        @Override
        public Instant instant() {
            return now;
        }
    }

    /**
     * Starts one, and waits for its keys.
     *
     * @param name of the matrix' {@code gateway}
     * @param upstream what stands behind it
     */
    static MatrixGateway start(Path directory, String name, String upstream) throws Exception {
        MovingClock clock = new MovingClock();
        LocalIssuer issuer = LocalIssuer.start(clock);
        TokenMatrix matrix = TokenMatrix.load(Map.of("LOGIN", issuer.authority()));
        boolean v1 = name.equals("v1");
        String api = matrix.resolved("$API");
        LocalTenant first = issuer.addTenant(matrix.resolved("$TID"), api, "Data.Access");
        LocalTenant second = issuer.addTenant(matrix.resolved("$TID2"), api, "Data.Access");
        String templated = issuer.authority() + "/{tenantid}/v2.0";
        String personal = issuer.authority() + "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        first.v1Issuers(matrix.resolved("$STS"));
        first.publish(
                List.of(jwk("k1", templated), jwk("k3", personal)),
                List.of(TokenMatrix.key("k2").jwk(null)));
        second.publish(List.of(jwk("k9", templated)), List.of());
        if (name.equals("cold")) {
            issuer.failWith(Failure.STATUS_500);
        }
        Files.writeString(
                Files.createDirectories(directory.resolve("policy")).resolve("matrix.yaml"), matrix.resolved(POLICY));
        String credential = name.equals("noCredential")
                // A port nobody listens at.
                ? "workloadIdentity: { source: gce-metadata, endpoints: { metadata: \"http://127.0.0.1:1\" } }\n"
                        + "credentials: { local: { kind: service-account, account: a@p.iam.gserviceaccount.com } }"
                : "credentials: { local: { kind: emulator } }";
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners: [ { address: "127.0.0.1:0" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - id: %1$s
                    authority: "%3$s"
                    audiences: [%4$s]
                    versions: [%5$s]
                    scope: Data.Access
                    keys: { discovery: true }
                  - id: %2$s
                    authority: "%3$s"
                    audiences: ["%6$s"]
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
                        v1 ? "\"" + api + "\", \"api://" + api + "\"" : "\"" + api + "\"",
                        v1 ? "\"1.0\", \"2.0\"" : "\"2.0\"",
                        api,
                        upstream,
                        credential));
        InProcessGateway gateway = InProcessGateway.start(clock, yaml);
        MatrixGateway started = new MatrixGateway(
                name, issuer, clock, matrix, new AuditTrail(directory.resolve("audit.jsonl")), gateway);
        if (started.countsFetches()) {
            new AdminClient(gateway.adminPort()).await("/readyz", answer -> answer.status() == 200);
        }
        return started;
    }

    private static Map<String, Object> jwk(String key, String issuer) {
        SigningKey signing = TokenMatrix.key(key);
        return signing.jwk(issuer);
    }

    /** Key sets one look for a key takes. */
    int setsPerFetch() {
        return name.equals("v1") ? 2 : 1;
    }

    /** Moves the clock on so far that the next unknown key may be looked for. */
    void betweenFetches() {
        clock.now = clock.now.plus(BETWEEN_ROWS);
    }

    Instant now() {
        return clock.now;
    }

    /** How often its issuer was asked for a tenant's keys; for both versions where both are taken. */
    int fetches() {
        return issuer.tenants().stream().mapToInt(LocalTenant::keyFetches).sum();
    }

    /** Whether every fetch is a request's doing: without keys or credentials the background keeps trying. */
    boolean countsFetches() {
        return !name.equals("cold") && !name.equals("noCredential");
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
        return audit;
    }

    int port() {
        return gateway.port(0);
    }

    @Override
    public void close() {
        try {
            gateway.close();
        } finally {
            issuer.close();
        }
    }
}
