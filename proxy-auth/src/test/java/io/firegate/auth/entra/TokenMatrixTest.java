package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Runs {@code token-matrix.yaml}: every row's token, its one verdict, the exact challenge and the fetches it may cause. */
class TokenMatrixTest {
    private static final Set<String> CASE_KEYS = Set.of(
            "row",
            "about",
            "base",
            "header",
            "claims",
            "without",
            "headerText",
            "claimsText",
            "key",
            "signature",
            "authorization",
            "gateway",
            "verified",
            "problem",
            "answer",
            "says",
            "fetches");
    private static final Set<String> VERIFIED_KEYS = Set.of("tenant", "oid", "kind", "app", "groups", "roles");
    private static final Pattern NAME = Pattern.compile("\\$([A-Za-z0-9]+)");
    private static final Pattern TIME = Pattern.compile("\\$now([+-]\\d+)");

    private static final Map<String, SigningKey> KEYS = Map.of(
            "k1", SigningKey.generate("k1"),
            "k2", SigningKey.generate("k2"),
            "k3", SigningKey.generate("k3"),
            "k9", SigningKey.generate("k9"),
            "stranger", SigningKey.generate("k77"));

    private final Map<String, Object> file = load();
    private final Map<String, Object> names = map(file.get("names"));
    private final Map<String, Object> answers = map(file.get("answers"));
    private final Map<String, Object> bases = map(file.get("bases"));

    @TestFactory
    Stream<DynamicTest> rows() {
        assertThat(file.keySet()).containsExactlyInAnyOrder("names", "answers", "bases", "cases");
        Set<String> seen = new HashSet<>();
        return list(file.get("cases")).stream().map(TokenMatrixTest::map).map(row -> {
            String name = row.get("row") + " " + row.get("about");
            assertThat(seen.add(String.valueOf(row.get("row"))))
                    .as("row %s is there twice", name)
                    .isTrue();
            return DynamicTest.dynamicTest(name, () -> run(row));
        });
    }

    /** Rows that belong to the edge, to Graph, to agents let in, to authentication contexts or to the policy are tested there. */
    @Test
    void everyRowOfThisSliceIsThere() {
        Set<Integer> elsewhere = Set.of(53, 54, 55, 56, 57);
        Set<Integer> present = new HashSet<>();
        for (Object entry : list(file.get("cases"))) {
            present.add(Integer.valueOf(String.valueOf(map(entry).get("row")).replaceAll("\\D", "")));
        }
        for (int row = 1; row <= 57; row++) {
            assertThat(present.contains(row) || elsewhere.contains(row))
                    .as("row %s", row)
                    .isTrue();
        }
    }

    private void run(Map<String, Object> row) {
        assertThat(CASE_KEYS).as("keys of the case").containsAll(row.keySet());
        assertThat(row.containsKey("verified")).as("one verdict").isNotEqualTo(row.containsKey("problem"));

        FakeKeySource first = new FakeKeySource();
        FakeKeySource second = new FakeKeySource();
        try (TokenVerifier verifier = verifier(text(row, "gateway", "v2"), first, second)) {
            int before = first.fetches() + second.fetches();
            byte[] header = authorization(row).getBytes(StandardCharsets.ISO_8859_1);
            // Somewhere inside a larger buffer, as the edge hands it over.
            byte[] buffer = new byte[header.length + 7];
            System.arraycopy(header, 0, buffer, 3, header.length);
            Verification verification = verifier.verify(buffer, 3, header.length);

            if (row.containsKey("verified")) {
                assertVerified(map(row.get("verified")), verification);
            } else {
                assertRefused(row, verification);
            }
            assertThat(first.fetches() + second.fetches() - before)
                    .as("key fetches caused")
                    .isEqualTo(row.getOrDefault("fetches", 0));
        }
    }

    private void assertVerified(Map<String, Object> expected, Verification verification) {
        assertThat(expected.keySet()).containsExactlyInAnyOrderElementsOf(VERIFIED_KEYS);
        assertThat(verification).isInstanceOf(Verification.Verified.class);
        VerifiedToken token = ((Verification.Verified) verification).token();
        Principal principal = token.principal();
        assertThat(principal.tenant()).isEqualTo(new Guid(resolved(expected.get("tenant"))));
        assertThat(principal.oid()).isEqualTo(new Guid(resolved(expected.get("oid"))));
        assertThat(principal.kind()).isEqualTo(Principal.Kind.valueOf(resolved(expected.get("kind"))));
        assertThat(principal.app()).isEqualTo(new Guid(resolved(expected.get("app"))));
        assertThat(principal.groups()).hasSize((Integer) Objects.requireNonNull(expected.get("groups")));
        assertThat(principal.roles())
                .hasSameElementsAs(list(expected.get("roles")).stream()
                        .map(String::valueOf)
                        .toList());
        assertThat(principal.tokenId()).isEqualTo("u1");
        assertThat(token.usableUntil()).isEqualTo(principal.expiresAt().plus(Samples.TOKEN_BOUNDS.clockSkew()));
    }

    private void assertRefused(Map<String, Object> row, Verification verification) {
        assertThat(verification).isInstanceOf(Verification.Refused.class);
        Verification.Refused refused = (Verification.Refused) verification;
        assertThat(refused.problem()).isEqualTo(TokenProblem.valueOf(text(row, "problem", "")));

        String answer = text(row, "answer", "");
        TokenProblem.Kind kind = switch (answer) {
            case "401t" -> TokenProblem.Kind.INVALID_TOKEN;
            case "401" -> TokenProblem.Kind.NO_CREDENTIALS;
            case "400" -> TokenProblem.Kind.MALFORMED_REQUEST;
            case "403", "403scope" -> TokenProblem.Kind.INSUFFICIENT;
            case "503" -> TokenProblem.Kind.UNAVAILABLE;
            default -> throw new AssertionError("no answer `" + answer + "`");
        };
        assertThat(refused.problem().kind()).isEqualTo(kind);
        String template = text(answers, answer, "");
        String challenge = template.replace("{says}", text(row, "says", ""));
        assertThat(Challenge.of(refused).orElse("")).isEqualTo(challenge);
        if (template.isEmpty()) {
            assertThat(refused.problem().description()).isEqualTo(row.get("says"));
        }
    }

    private TokenVerifier verifier(String gateway, FakeKeySource first, FakeKeySource second) {
        String issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
        String other = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        Guid tenant = new Guid(resolved("$TID"));
        Guid secondTenant = new Guid(resolved("$TID2"));
        String api = resolved("$API");
        boolean v1 = gateway.equals("v1");
        Set<TokenVersion> versions = v1 ? Set.of(TokenVersion.V1, TokenVersion.V2) : Set.of(TokenVersion.V2);
        TokenVerifier verifier = new TokenVerifier(
                List.of(
                        new TenantSettings(
                                tenant,
                                versions,
                                v1 ? Set.of(api, "api://" + api) : Set.of(api),
                                "Data.Access",
                                Authority.GLOBAL,
                                first),
                        new TenantSettings(
                                secondTenant,
                                Set.of(TokenVersion.V2),
                                Set.of(api),
                                "Data.Access",
                                Authority.GLOBAL,
                                second)),
                Samples.TOKEN_BOUNDS,
                Samples.KEY_BOUNDS,
                new TestClock(Samples.NOW));
        if (!gateway.equals("cold")) {
            Map<TokenVersion, List<Map<String, Object>>> sets = new LinkedHashMap<>();
            sets.put(TokenVersion.V2, List.of(key("k1").jwk(issuer), key("k3").jwk(other)));
            if (v1) {
                sets.put(TokenVersion.V1, List.of(key("k2").jwk(null)));
            }
            first.answerWith(FakeKeySource.documents(sets));
            second.publish(key("k9").jwk(issuer));
            assertThat(verifier.start().toCompletableFuture().join()).isTrue();
        }
        return verifier;
    }

    private String authorization(Map<String, Object> row) {
        SigningKey key = key(text(row, "key", "k1"));
        Set<Object> without = new HashSet<>(list(row.getOrDefault("without", List.of())));
        Map<String, Object> header = new LinkedHashMap<>(TokenMint.header(key));
        header.putAll(map(expanded(row.getOrDefault("header", Map.of()))));
        header.keySet().removeAll(without);
        Map<String, Object> claims = new LinkedHashMap<>(map(expanded(bases.get(text(row, "base", "user")))));
        claims.putAll(map(expanded(row.getOrDefault("claims", Map.of()))));
        claims.keySet().removeAll(without);

        String headerText = text(row, "headerText", JSONObjectUtils.toJSONString(header));
        String user = JSONObjectUtils.toJSONString(map(expanded(bases.get("user"))));
        String claimsText = text(row, "claimsText", JSONObjectUtils.toJSONString(claims))
                .replace("{user}", user.substring(1, user.length() - 1));
        String token = switch (text(row, "signature", "rs256")) {
            case "rs256" -> TokenMint.signed(headerText, claimsText, key);
            case "none" -> TokenMint.assemble(headerText, claimsText, new byte[0]);
            case "hs256" -> TokenMint.signedWithPublicKeyAsSecret(headerText, claimsText, key);
            case "ps256" ->
                TokenMint.assemble(
                        headerText, claimsText, key.signPs256(TokenMint.signingInput(headerText, claimsText)));
            default -> throw new AssertionError("no signature " + row.get("signature"));
        };
        List<String> parts = List.of(token.split("\\.", -1));
        String template = text(row, "authorization", "Bearer {token}");
        String respelled = template.contains("{respelled}") ? TokenMint.respellLastCharacter(token) : "";
        return template.replace("{token}", token)
                .replace("{header}", parts.get(0))
                .replace("{claims}", parts.get(1))
                .replace("{signature}", parts.get(2))
                .replace("{respelled}", respelled);
    }

    /** The same value with names and times put in, at any depth. */
    private @Nullable Object expanded(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> members -> {
                Map<String, @Nullable Object> out = new LinkedHashMap<>();
                members.forEach((name, member) -> out.put(String.valueOf(name), expanded(member)));
                yield out;
            }
            case List<?> elements -> {
                List<@Nullable Object> out = new ArrayList<>();
                elements.forEach(element -> out.add(expanded(element)));
                yield out;
            }
            case String text -> expandedText(text);
            default -> value;
        };
    }

    private Object expandedText(String text) {
        Matcher time = TIME.matcher(text);
        if (time.matches()) {
            return Samples.NOW.getEpochSecond() + Long.parseLong(time.group(1));
        }
        return switch (text) {
            case "$200groups" ->
                Stream.generate(UUID::randomUUID).limit(200).map(UUID::toString).toList();
            case "$40KB" -> "x".repeat(40 * 1024);
            case "$129chars" -> "k".repeat(129);
            case "$strangerJwk" -> key("stranger").jwk(null);
            default -> resolved(text);
        };
    }

    private String resolved(@Nullable Object value) {
        return NAME.matcher(String.valueOf(value)).replaceAll(match -> {
            Object named = names.get(match.group(1));
            assertThat(named).as("name %s", match.group()).isNotNull();
            return Matcher.quoteReplacement(String.valueOf(named));
        });
    }

    private static SigningKey key(String name) {
        return Objects.requireNonNull(KEYS.get(name), name);
    }

    private static String text(Map<String, Object> map, String key, String otherwise) {
        return String.valueOf(map.getOrDefault(key, otherwise));
    }

    @SuppressWarnings("unchecked") // The file is YAML of text keys; a wrong shape fails the cast or the assertions.
    private static Map<String, Object> map(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }

    private static List<?> list(@Nullable Object value) {
        return (List<?>) Objects.requireNonNull(value);
    }

    private static Map<String, Object> load() {
        try (InputStream in = Objects.requireNonNull(
                TokenMatrixTest.class.getResourceAsStream("/entra/token-matrix.yaml"), "token-matrix.yaml")) {
            return map(new Load(LoadSettings.builder()
                            .setAllowDuplicateKeys(false)
                            .setMaxAliasesForCollections(0)
                            .build())
                    .loadFromInputStream(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
