package io.firegate.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a transaction's credential changes in a decision: never which tier serves, only whether that one may. */
class TransactionDecisionTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final DatabaseName DATABASE = new DatabaseName("p", "d");
    private static final Guid GROUP = new Guid("5b1f0a52-0000-4000-8000-0000000000a1");
    private static final Guid OTHER_GROUP = new Guid("5b1f0a52-0000-4000-8000-0000000000a2");

    private static final String POLICY = """
            version: 1
            tiers:
              first:
                databases: ["p/d"]
                credential: blue
                rules:
                  - { id: a, path: "/a/{d}", allow: [get, update] }
                  - { id: c, path: "/c/{d}", allow: [create] }
              second:
                databases: ["p/d"]
                credential: red
                rules:
                  - { id: a2, path: "/a/{d}", allow: [get, update] }
                  - { id: b, path: "/b/{d}", allow: [get] }
              elsewhere:
                databases: ["p/other"]
                credential: green
                rules:
                  - { id: e, path: "/e/{d}", allow: [get] }
              ended:
                databases: ["p/d"]
                credential: old
                rules:
                  - { id: o, path: "/o/{d}", allow: [get] }
              foreign:
                databases: ["p/d"]
                credential: black
                rules:
                  - { id: f, path: "/f/{d}", allow: [get] }
            bindings:
              - { tier: first, groups: [5b1f0a52-0000-4000-8000-0000000000a1] }
              - { tier: second, groups: [5b1f0a52-0000-4000-8000-0000000000a1] }
              - { tier: elsewhere, groups: [5b1f0a52-0000-4000-8000-0000000000a1] }
              - { tier: ended, groups: [5b1f0a52-0000-4000-8000-0000000000a1], until: 2026-01-01T00:00:00Z }
              - { tier: foreign, groups: [5b1f0a52-0000-4000-8000-0000000000a2] }
            """;

    private static final PolicySnapshot SNAPSHOT = ((Compilation.Compiled)
                    PolicyCompiler.compile(List.of(new PolicyFile("p.yaml", POLICY.getBytes(UTF_8))), null))
            .snapshot();

    /** Bound credential, named tier and documents read: the credential of the permit, or why not. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, '', blue",
                "blue, -, '', blue",
                "red, -, '', red",
                "green, -, '', MIXED_CREDENTIALS",
                "old, -, '', MIXED_CREDENTIALS",
                "black, -, '', MIXED_CREDENTIALS",
                "none, -, '', MIXED_CREDENTIALS",
                "red, first, '', MIXED_CREDENTIALS",
                "red, second, '', red",
                "blue, foreign, '', TIER_NOT_HELD",
                "-, -, a/1, blue",
                "blue, -, a/1, blue",
                "red, -, a/1, MIXED_CREDENTIALS",
                "red, second, a/1, red",
                "blue, second, a/1, MIXED_CREDENTIALS",
                "blue, -, b/1, MIXED_CREDENTIALS",
                "red, -, b/1, red",
                "red, -, b/1 b/2, red",
                "red, -, b/1 a/1, MIXED_CREDENTIALS",
                "blue, -, a/1 b/1, MIXED_CREDENTIALS",
                "-, -, a/1 b/1, MIXED_CREDENTIALS",
                "blue, -, x/1, NO_RULE",
                "black, -, f/1, NO_RULE",
            })
    void aTransactionFixesTheCredential(
            @Nullable String credential, @Nullable String tier, String documents, String expected) {
        Standing standing = SNAPSHOT.standing(
                new Principal(OTHER_GROUP, OTHER_GROUP, Principal.Kind.USER, GROUP, Set.of(GROUP), Set.of(), "", NOW));
        List<Access> accesses = documents.isEmpty()
                ? List.of()
                : List.of(documents.split(" ", -1)).stream()
                        .map(path -> Access.of(
                                Operation.GET,
                                new Resource.Document(ResourcePath.parse(path).orElseThrow())))
                        .toList();

        Decision.Settled decision = SNAPSHOT.decide(
                        standing, new AccessRequest(DATABASE, accesses, tier, credential, NOW, null, Lookups.NONE))
                .onTerms();

        assertThat(
                        switch (decision) {
                            case Decision.Permit permit -> permit.credential();
                            case Decision.Deny deny -> deny.reason().name();
                        })
                .isEqualTo(expected);
    }

    /** What another policy gave is not what this one gives. */
    @Test
    void aStandingOfAnotherPolicyIsWorkedOutAnew() {
        PolicySnapshot others = ((Compilation.Compiled) PolicyCompiler.compile(
                        List.of(PolicyFile.of("p.yaml", POLICY.replace("0000000000a1", "0000000000b1"))), null))
                .snapshot();
        Principal caller =
                new Principal(OTHER_GROUP, OTHER_GROUP, Principal.Kind.USER, GROUP, Set.of(GROUP), Set.of(), "", NOW);
        AccessRequest request = new AccessRequest(DATABASE, List.of(Verdicts.access("get /a/1")), null, NOW);

        assertThat(SNAPSHOT.decide(others.standing(caller), request)).isInstanceOf(Decision.Permit.class);
        assertThat(others.decide(SNAPSHOT.standing(caller), request)).isInstanceOf(Decision.Deny.class);
        assertThat(others.explain(SNAPSHOT.standing(caller), request).toString())
                .startsWith("denied: ")
                .doesNotContain(": held");
    }
}
