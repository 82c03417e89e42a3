package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.fixtures.entra.TokenMatrix;
import io.firegate.fixtures.entra.TokenMatrix.Answer;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs {@code token-matrix.yaml} on the verifier alone: every row's token, its one verdict, the exact challenge and the fetches it may
 * cause. The same rows go through a whole gateway in {@code TokenMatrixThroughFiregateTest} of the module {@code e2e}.
 */
class TokenMatrixTest {
    private static final Set<String> VERIFIED_KEYS = Set.of("tenant", "oid", "kind", "app", "groups", "roles", "tier");
    private static final Set<String> ATTRIBUTE_KEYS = Set.of("agent", "guest", "contexts", "elsewhere");

    private final TokenMatrix matrix = TokenMatrix.load(Map.of());

    @TestFactory
    Stream<DynamicTest> rows() {
        Set<String> seen = new HashSet<>();
        for (TokenMatrix.Case row : matrix.cases()) {
            assertThat(seen.add(row.number())).as("row %s once", row.name()).isTrue();
        }
        // How a header travels is the edge's business.
        return matrix.cases().stream()
                .filter(row -> row.text("send", "").isEmpty())
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> run(row)));
    }

    @Test
    void everyPublishedRowIsThere() {
        Set<Integer> present = new HashSet<>();
        for (TokenMatrix.Case row : matrix.cases()) {
            present.add(Integer.valueOf(row.number().replaceAll("\\D", "")));
        }
        for (int row = 1; row <= 57; row++) {
            assertThat(present.contains(row)).as("row %s", row).isTrue();
        }
    }

    private void run(TokenMatrix.Case row) {
        FakeKeySource first = new FakeKeySource();
        FakeKeySource second = new FakeKeySource();
        try (TokenVerifier verifier = verifier(row.text("gateway", "v2"), first, second)) {
            int before = first.fetches() + second.fetches();
            byte[] header = row.authorization(Samples.NOW).getBytes(StandardCharsets.ISO_8859_1);
            // Somewhere inside a larger buffer, as the edge hands it over.
            byte[] buffer = new byte[header.length + 7];
            System.arraycopy(header, 0, buffer, 3, header.length);
            Verification verification = verifier.verify(buffer, 3, header.length);

            Map<String, Object> verified = row.verified();
            if (verified != null) {
                assertVerified(verified, verification);
            } else {
                assertRefused(row, verification);
            }
            assertThat(first.fetches() + second.fetches() - before)
                    .as("key fetches caused")
                    .isEqualTo(row.fetches());
        }
    }

    private void assertVerified(Map<String, Object> expected, Verification verification) {
        Set<String> keys = new HashSet<>(expected.keySet());
        keys.removeAll(ATTRIBUTE_KEYS);
        assertThat(keys).isEqualTo(VERIFIED_KEYS);
        assertThat(verification).isInstanceOf(Verification.Verified.class);
        VerifiedToken token = ((Verification.Verified) verification).token();
        Principal principal = token.principal();
        assertThat(principal.tenant()).isEqualTo(new Guid(matrix.resolved(expected.get("tenant"))));
        assertThat(principal.oid()).isEqualTo(new Guid(matrix.resolved(expected.get("oid"))));
        assertThat(principal.kind()).isEqualTo(Principal.Kind.valueOf(matrix.resolved(expected.get("kind"))));
        assertThat(principal.app()).isEqualTo(new Guid(matrix.resolved(expected.get("app"))));
        assertThat(principal.groups()).hasSize((Integer) Objects.requireNonNull(expected.get("groups")));
        assertThat(principal.roles())
                .hasSameElementsAs(list(expected.get("roles")).stream()
                        .map(String::valueOf)
                        .toList());
        assertThat(principal.tokenId()).isEqualTo("u1");
        assertThat(token.groupsElsewhere()).isEqualTo(expected.getOrDefault("elsewhere", false));
        assertThat(principal.attributes())
                .isEqualTo(new Principal.Attributes(
                        list(expected.getOrDefault("contexts", List.of())).stream()
                                .map(String::valueOf)
                                .collect(Collectors.toUnmodifiableSet()),
                        Principal.Agent.valueOf(String.valueOf(expected.getOrDefault("agent", "NONE"))),
                        (Boolean) expected.getOrDefault("guest", false)));
        assertThat(token.usableUntil()).isEqualTo(principal.expiresAt().plus(Samples.TOKEN_BOUNDS.clockSkew()));
    }

    private void assertRefused(TokenMatrix.Case row, Verification verification) {
        assertThat(verification).isInstanceOf(Verification.Refused.class);
        Verification.Refused refused = (Verification.Refused) verification;
        assertThat(refused.problem()).isEqualTo(TokenProblem.valueOf(row.text("problem", "")));

        String name = row.text("answer", "");
        TokenProblem.Kind kind = switch (name) {
            case "401t", "431t" -> TokenProblem.Kind.INVALID_TOKEN;
            case "401" -> TokenProblem.Kind.NO_CREDENTIALS;
            case "400" -> TokenProblem.Kind.MALFORMED_REQUEST;
            case "403", "403scope" -> TokenProblem.Kind.INSUFFICIENT;
            case "503" -> TokenProblem.Kind.UNAVAILABLE;
            default -> throw new AssertionError("no answer `" + name + "`");
        };
        assertThat(refused.problem().kind()).isEqualTo(kind);
        Answer answer = matrix.answer(name, row.text("says", ""));
        assertThat(Challenge.of(refused).orElse("")).isEqualTo(answer.challenge());
        if (answer.challenge().isEmpty()) {
            assertThat(refused.problem().description()).isEqualTo(row.text("says", ""));
        }
    }

    private TokenVerifier verifier(String gateway, FakeKeySource first, FakeKeySource second) {
        String issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
        String other = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        Guid tenant = new Guid(matrix.resolved("$TID"));
        Guid secondTenant = new Guid(matrix.resolved("$TID2"));
        String api = matrix.resolved("$API");
        boolean v1 = gateway.equals("v1");
        boolean open = gateway.equals("open");
        Demands demands = gateway.equals("roles")
                ? new Demands(null, Set.of("Data.Read.All", "Data.Other"), false, false)
                : new Demands("Data.Access", Set.of(), open, open);
        Set<TokenVersion> versions = v1 ? Set.of(TokenVersion.V1, TokenVersion.V2) : Set.of(TokenVersion.V2);
        TokenVerifier verifier = new TokenVerifier(
                List.of(
                        new TenantSettings(
                                tenant,
                                versions,
                                v1 ? Set.of(api, "api://" + api) : Set.of(api),
                                demands,
                                Cloud.GLOBAL.authority(),
                                first,
                                Set.of(),
                                gateway.startsWith("graph")),
                        new TenantSettings(
                                secondTenant,
                                Set.of(TokenVersion.V2),
                                Set.of(api),
                                Demands.scope("Data.Access"),
                                Cloud.GLOBAL.authority(),
                                second)),
                Samples.TOKEN_BOUNDS,
                Samples.KEY_BOUNDS,
                new TestClock(Samples.NOW));
        if (!gateway.equals("cold")) {
            Map<TokenVersion, List<Map<String, Object>>> sets = new LinkedHashMap<>();
            sets.put(
                    TokenVersion.V2,
                    List.of(
                            TokenMatrix.key("k1").jwk(issuer),
                            TokenMatrix.key("k3").jwk(other)));
            if (v1) {
                sets.put(TokenVersion.V1, List.of(TokenMatrix.key("k2").jwk(null)));
            }
            first.answerWith(FakeKeySource.documents(sets));
            second.publish(TokenMatrix.key("k9").jwk(issuer));
            assertThat(verifier.start().toCompletableFuture().join()).isTrue();
        }
        return verifier;
    }

    private static List<?> list(@Nullable Object value) {
        return (List<?>) Objects.requireNonNull(value);
    }
}
