package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.firegate.fixtures.entra.GraphFault;
import io.firegate.fixtures.entra.LocalGraph;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code firegate token inspect}, output for output; {@code -Dupdate-goldens} writes them anew. */
class TokenInspectTest {
    private static final Path CASES = Path.of("src/test/resources/token-inspect");
    private static final Instant NOW = Instant.parse("2026-11-28T09:00:00Z");
    private static final String TENANT = "5b1f0a52-0000-4000-8000-000000000001";
    private static final String API = "5b1f0a52-0000-4000-8000-000000000002";
    private static final String NURSES = "5b1f0a52-0000-4000-8000-0000000000a1";

    @TempDir
    private static Path directory;

    private static SigningKey key;
    private static SigningKey other;

    @BeforeAll
    static void write() throws IOException {
        key = SigningKey.generate("key-1");
        other = SigningKey.generate("key-2");
        Map<String, Object> published = key.jwk("https://login.microsoftonline.com/{tenantid}/v2.0");
        Files.writeString(
                directory.resolve("keys.json"), JSONObjectUtils.toJSONString(Map.of("keys", List.of(published))));
        Files.createDirectory(directory.resolve("policy"));
        Files.writeString(directory.resolve("policy/clinic.yaml"), """
                version: 1
                tiers:
                  clinical-admin:
                    databases: ["clinic-prod/(default)"]
                    credential: c
                    rules: [ { id: a, path: "/patients/{p}", allow: [read, write] } ]
                  ward-nurse:
                    databases: ["clinic-prod/(default)"]
                    credential: c
                    rules: [ { id: n, path: "/patients/{p}", allow: [get] } ]
                bindings:
                  - { tier: ward-nurse, groups: [%s] }
                  - { tier: clinical-admin, roles: [Firestore.Admin] }
                """.formatted(NURSES));
        write("gateway.yaml", "{ file: keys.json }");
        write("discovery.yaml", "{ discovery: true }");
    }

    private static void write(String name, String keys) throws IOException {
        Files.writeString(directory.resolve(name), """
                tenants:
                  - { id: %s, audiences: [%s], scope: Data.Access, claims: [department], keys: %s }
                upstream: { emulator: "127.0.0.1:8085" }
                credentials: { c: { kind: emulator } }
                policy: { dir: policy }
                audit: { file: audit.jsonl }
                """.formatted(TENANT, API, keys));
    }

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        Problems problems = new Problems();
        YamlMapping root = YamlFile.parse("cases", Files.readString(CASES.resolve("cases.yaml")), problems)
                .orElseThrow(() -> new AssertionError(problems.render()));
        List<DynamicTest> tests = new ArrayList<>();
        for (YamlNode node : Objects.requireNonNull(root.optionalSequence("cases"))) {
            YamlMapping one = (YamlMapping) node;
            String name = String.valueOf(one.requiredString("name"));
            String token = token(one);
            boolean offline = one.optionalBoolean("offline", false);
            long exit = one.optionalInteger("exit", 0, 9, 0);
            tests.add(DynamicTest.dynamicTest(name, () -> run(name, token, offline, (int) exit)));
        }
        assertThat(tests).hasSizeGreaterThan(15);
        assertThat(problems.render()).isEmpty();
        return tests.stream();
    }

    private static String token(YamlMapping one) {
        @Nullable String text = one.optionalString("text");
        if (text != null) {
            return text;
        }
        @Nullable String signer = one.optionalString("key");
        SigningKey by = "other".equals(signer) ? other : "forged".equals(signer) ? other.withKid("key-1") : key;
        return TokenMint.mint(
                laid(TokenMint.header(by), one.optionalString("header")),
                laid(goodClaims(), one.optionalString("claims")),
                by);
    }

    private static Map<String, Object> goodClaims() {
        Map<String, Object> claims = TokenMint.claims(
                "https://login.microsoftonline.com/" + TENANT + "/v2.0",
                TENANT,
                API,
                "cccccccc-0000-4000-8000-00000000000c",
                "99999999-0000-4000-8000-000000000001",
                NOW.minusSeconds(60),
                4000);
        claims.put("scp", "Data.Access");
        claims.put("groups", List.of(NURSES));
        claims.put("uti", "u1");
        return claims;
    }

    private static Map<String, Object> laid(Map<String, Object> base, @Nullable String json) {
        if (json != null) {
            try {
                for (Map.Entry<String, Object> member :
                        JSONObjectUtils.parse(json).entrySet()) {
                    if (member.getValue() == null) {
                        base.remove(member.getKey());
                    } else {
                        base.put(member.getKey(), member.getValue());
                    }
                }
            } catch (ParseException e) {
                throw new AssertionError(json, e);
            }
        }
        return base;
    }

    private static void run(String name, String token, boolean offline, int exit) throws IOException {
        Said said =
                inspect("Bearer " + token + "\n", offline ? List.of("-c", "discovery.yaml", "--offline") : List.of());
        expect(name, exit, said);
        String signature = token.substring(token.lastIndexOf('.') + 1);
        assertThat(said.text()).doesNotContain(signature);
        assertThat(said.text()
                        .codePoints()
                        .filter(c -> c != '\n' && Character.isISOControl(c))
                        .count())
                .as("characters a terminal obeys")
                .isZero();
    }

    private static void expect(String name, int exit, Said said) throws IOException {
        Path golden = CASES.resolve(name + ".golden");
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(golden, said.text());
        }
        assertThat(said.text()).isEqualTo(Files.readString(golden));
        assertThat(said.exit()).isEqualTo(exit);
    }

    private record Said(int exit, String text) {}

    private static Said inspect(String input, List<String> more) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, UTF_8);
        List<String> args = new ArrayList<>(List.of("token", "inspect"));
        args.addAll(more);
        int exit = Main.run(
                args,
                new Surroundings(
                        new HashMap<>(),
                        directory,
                        out,
                        out,
                        InstantSource.fixed(NOW),
                        (signal, action) -> {},
                        new ByteArrayInputStream(input.getBytes(UTF_8))),
                parts -> {
                    throw new AssertionError("nothing is to be started");
                });
        return new Said(exit, bytes.toString(UTF_8));
    }

    /** Somebody in too many groups for a token: what Graph says, or why it does not. */
    @ParameterizedTest
    @CsvSource({
        "overage-in, NONE, 5b1f0a52-0000-4000-8000-0000000000a1, false, 0",
        "overage-out, NONE, 5b1f0a52-0000-4000-8000-0000000000ff, false, 0",
        "overage-gone, NONE, , false, 5",
        "overage-failed, STATUS_403, , false, 5",
        "overage-offline, NONE, 5b1f0a52-0000-4000-8000-0000000000a1, true, 0"
    })
    void overage(String name, GraphFault fault, @Nullable String group, boolean offline, int exit) throws IOException {
        try (LocalIssuer issuer = LocalIssuer.start(InstantSource.fixed(NOW))) {
            LocalTenant own = issuer.addTenant(TENANT, API, "Data.Access");
            LocalTenant cluster = issuer.addTenant("5b1f0a52-0000-4000-8000-000000000003", "unused", "unused");
            own.add(new RegisteredApp(API, "unused", API, List.of()));
            own.trustIssuer(API, cluster, "firegate");
            own.addResource("https://graph.microsoft.com");
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
                            NOW.getEpochSecond() + 3_600)));
            try (LocalGraph graph = new LocalGraph(own, "https://graph.microsoft.com")) {
                graph.failWith(fault);
                if (group != null) {
                    graph.put("99999999-0000-4000-8000-000000000001", Set.of(group));
                }
                Files.writeString(
                        directory.resolve("graph.yaml"),
                        Files.readString(directory.resolve("gateway.yaml"))
                                        .replace(
                                                "keys: { file: keys.json }",
                                                "keys: { file: keys.json }, graph: { overage: true, endpoint: \""
                                                        + graph.address() + "\" }")
                                + """
                                workloadIdentity:
                                  source: entra-workload-identity
                                  audience: //iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy
                                  resource: api://unused
                                  tenant: %s
                                  clientId: %s
                                  file: workload.jwt
                                  endpoints: { entra: "%s" }
                                """.formatted(TENANT, API, issuer.authority()));
                Map<String, Object> claims = goodClaims();
                claims.put("hasgroups", true);
                List<String> more = new ArrayList<>(List.of("-c", "graph.yaml"));
                if (offline) {
                    more.add("--offline");
                }
                Said said = inspect(TokenMint.mint(TokenMint.header(key), claims, key), more);
                expect(name, exit, new Said(said.exit(), said.text().replace(graph.address(), "http://graph")));
                assertThat(graph.calls()).isEqualTo(offline ? 0 : 1);
                assertThat(graph.complaints()).isEmpty();
            }
        }
    }

    @Test
    void aFileIsReadToo() throws IOException {
        Path file = directory.resolve("token");
        Files.writeString(file, "nothing");
        assertThat(inspect("", List.of("token")).text()).contains("Refused, NOT_A_TOKEN");
        assertThat(inspect("", List.of("none")))
                .isEqualTo(new Said(2, "there is no such file, or it cannot be read: none\n"));
        Files.writeString(file, "x".repeat(30_000));
        assertThat(inspect("", List.of("token")).text()).contains("Refused, TOO_LARGE");
    }
}
