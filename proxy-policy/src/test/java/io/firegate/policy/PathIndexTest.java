package io.firegate.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathIndexTest {
    private static final Guid GROUP = new Guid("aaaaaaaa-0000-4000-8000-000000000001");
    private static final String POLICY = """
            version: 1
            tiers:
              t:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: marks, path: "/{x=**}/marks/{m}", allow: [group] }
                  - { id: pages, path: "/{x=**}/shelves/{s}/books/{b}/pages/{p}", allow: [group] }
                  - { id: notes, path: "/a/{v}/{x=**}", allow: [group] }
            bindings:
              - { tier: t, groups: [aaaaaaaa-0000-4000-8000-000000000001] }
            """;

    /** Below the deepest documents there are, where no path could be longer and a lookup asks for longer ones. */
    @ParameterizedTest
    @CsvSource({
        "1, b, marks, marks",
        "99, b, marks, marks",
        "100, b, marks, marks",
        "1, b, pages, NOT_COVERED",
        "100, b, pages, NOT_COVERED",
        "100, a, pages, notes",
        "100, a, others, notes",
        "100, b, others, NO_RULE"
    })
    void judgesQueriesBelowDeepParents(int levels, String collection, String wanted, String verdict) {
        Compilation compilation =
                PolicyCompiler.compile(List.of(new PolicyFile("p.yaml", POLICY.getBytes(UTF_8))), null);
        assertThat(compilation).as(compilation.toString()).isInstanceOf(Compilation.Compiled.class);
        PolicySnapshot snapshot = ((Compilation.Compiled) compilation).snapshot();
        Principal caller = new Principal(
                new Guid("11111111-2222-3333-4444-555555555555"),
                new Guid("bbbbbbbb-0000-4000-8000-000000000001"),
                Principal.Kind.USER,
                new Guid("cccccccc-0000-4000-8000-000000000001"),
                Set.of(GROUP),
                Set.of(),
                "",
                Instant.MAX);
        ResourcePath parent = new ResourcePath(Collections.nCopies(2 * levels, collection));
        Access access = Access.of(Operation.GROUP, new Resource.Group(parent, wanted));
        Decision decision = snapshot.decide(
                snapshot.standing(caller),
                new AccessRequest(new DatabaseName("p", "d"), List.of(access), null, Instant.EPOCH));

        assertThat(
                        switch (decision) {
                            case Decision.Permit permit ->
                                permit.grants().get(0).rule();
                            case Decision.Deny deny -> deny.reason().name();
                            case Decision.Needs needs -> "needs";
                        })
                .isEqualTo(verdict);
    }
}
