package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The account of a decision, word for word. */
class ExplanationTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Guid GROUP = new Guid("5b1f0a52-0000-4000-8000-0000000000a1");

    private static final String POLICY = """
            version: 1
            tiers:
              nurse:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: patients, path: "/patients/{p}", allow: [get, list], where: doc.ward in grant.ward && doc.tenant == caller.claims.t, fields: { hide: [ssn] } }
                  - { id: vip, path: "/patients/vip", allow: [get], where: caller.oid == 'x', fields: { show: [name] } }
                  - { id: kinds, path: "/kinds/{k}/{list}/{i}", allow: [list], where: list == 'a' }
                  - { id: staff, path: "/staff/{s}", allow: [get] }
              ended:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: old, path: "/{x=**}", allow: [get] }
              never:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: all, path: "/{x=**}", allow: [get] }
            bindings:
              - { tier: nurse, groups: [5b1f0a52-0000-4000-8000-0000000000a1], grant: { ward: A } }
              - { tier: nurse, groups: [5b1f0a52-0000-4000-8000-0000000000a1], grant: { ward: [B, C] } }
              - { tier: ended, groups: [5b1f0a52-0000-4000-8000-0000000000a1], until: 2026-01-01T00:00:00Z }
              - { tier: never, roles: [R] }
            deny:
              paths: ["/staff/chief"]
            """;

    private static final PolicySnapshot SNAPSHOT =
            ((Compilation.Compiled) PolicyCompiler.compile(List.of(PolicyFile.of("p.yaml", POLICY)), null)).snapshot();

    static Stream<Arguments> accounts() {
        return Stream.of(
                Arguments.of("get /patients/p1", """
                permitted with credential c
                tier nurse (p.yaml:3:3): held
                tier ended (p.yaml:11:3): no longer held, the binding ended at 2026-01-01T00:00:00Z
                tier never (p.yaml:16:3): not held, no binding matches
                get /patients/p1
                  tier nurse, rule patients (p.yaml:7:9): /patients/{p} grants it
                    where doc.ward in grant.ward && doc.tenant == caller.claims.t
                    for this caller: doc.ward == 'A' && doc.tenant == 't1' || doc.ward in ['B', 'C'] && doc.tenant == 't1'
                    without the fields ssn
                  tier nurse: 3 rules are for other paths"""),
                Arguments.of("list /patients", """
                denied: NOT_COVERED, the query could return documents that no single rule grants
                tier nurse (p.yaml:3:3): held
                tier ended (p.yaml:11:3): no longer held, the binding ended at 2026-01-01T00:00:00Z
                tier never (p.yaml:16:3): not held, no binding matches
                list /patients
                  tier nurse, rule patients (p.yaml:7:9): /patients/{p} grants it, but rule vip has other terms for a part of what the query could return
                    where doc.ward in grant.ward && doc.tenant == caller.claims.t
                    for this caller: doc.ward == 'A' && doc.tenant == 't1' || doc.ward in ['B', 'C'] && doc.tenant == 't1'
                    without the fields ssn
                  tier nurse, rule vip (p.yaml:8:9): /patients/vip allows only get
                  tier nurse: 2 rules are for other paths"""),
                Arguments.of("get /patients/vip", """
                permitted with credential c
                tier nurse (p.yaml:3:3): held
                tier ended (p.yaml:11:3): no longer held, the binding ended at 2026-01-01T00:00:00Z
                tier never (p.yaml:16:3): not held, no binding matches
                get /patients/vip
                  tier nurse, rule patients (p.yaml:7:9): /patients/{p} is replaced by the more specific rule vip
                  tier nurse, rule vip (p.yaml:8:9): /patients/vip grants it
                    where caller.oid == 'x'
                    for this caller: no document
                    only the fields name
                  tier nurse: 2 rules are for other paths"""),
                Arguments.of("list /kinds/k/", """
                denied: UNENFORCEABLE, the policy cannot be enforced for this form of request
                tier nurse (p.yaml:3:3): held
                tier ended (p.yaml:11:3): no longer held, the binding ended at 2026-01-01T00:00:00Z
                tier never (p.yaml:16:3): not held, no binding matches
                list /kinds/k/*
                  tier nurse, rule kinds (p.yaml:9:9): /kinds/{k}/{list}/{i} grants it
                    where list == 'a'
                    for this caller: a comparison with {list}, which the request leaves open
                  tier nurse: 3 rules are for other paths"""));
    }

    @ParameterizedTest
    @MethodSource("accounts")
    void tells(String access, String account) {
        Principal caller = new Principal(
                GROUP,
                GROUP,
                Principal.Kind.USER,
                GROUP,
                Set.of(GROUP),
                Set.of(),
                "",
                NOW,
                Map.of("t", new PolicyValue.Text("t1")));
        AccessRequest request =
                new AccessRequest(new DatabaseName("p", "d"), List.of(Verdicts.access(access)), null, NOW);
        assertThat(SNAPSHOT.explain(SNAPSHOT.standing(caller), request)).hasToString(account);
    }
}
