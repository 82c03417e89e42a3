package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One caller's standing, which remembers what it found out for a database, asked for one database after the other. */
class StandingTest {
    private static final Guid ID = new Guid("5b1f0a52-0000-4000-8000-0000000000a1");
    private static final Instant BEFORE = Instant.parse("2026-11-22T11:00:00Z");
    private static final Instant AFTER = Instant.parse("2026-11-22T13:00:00Z");

    private static final PolicySnapshot SNAPSHOT =
            ((Compilation.Compiled) PolicyCompiler.compile(List.of(PolicyFile.of("p.yaml", """
                            version: 1
                            tiers:
                              own:
                                databases: ["p/{db}"]
                                credential: blue
                                rules:
                                  - { id: own, path: "/a/{d}", allow: [get], where: doc.ward in grant.ward }
                              passing:
                                databases: ["p/x", "p/z", "p/v", "p/u"]
                                credential: blue
                                rules:
                                  - { id: passing, path: "/a/{d}", allow: [get] }
                            bindings:
                              - { tier: own, groups: [5b1f0a52-0000-4000-8000-0000000000a1], grant: { db: x, ward: A } }
                              - { tier: own, groups: [5b1f0a52-0000-4000-8000-0000000000a1], grant: { db: y, ward: B } }
                              - tier: own
                                groups: [5b1f0a52-0000-4000-8000-0000000000a1]
                                grant: { db: x, ward: C }
                                until: 2026-11-22T12:00:00Z
                              - tier: passing
                                groups: [5b1f0a52-0000-4000-8000-0000000000a1]
                                until: 2026-11-22T12:00:00Z
                            """)), null)).snapshot();

    private static Standing standing() {
        return SNAPSHOT.standing(new Principal(ID, ID, Principal.Kind.USER, ID, Set.of(ID), Set.of(), "", Instant.MAX));
    }

    private static String verdict(Standing standing, String database, Instant now) {
        Access access = Verdicts.access("get /a/1");
        return Verdicts.of(
                SNAPSHOT,
                standing,
                new AccessRequest(new DatabaseName("p", database), List.of(access), null, now),
                Map.of());
    }

    /** What a binding grants in one database is not granted in another, and what has ended has ended. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "x; own where doc.ward == 'A' || doc.ward == 'C'; own where doc.ward == 'A'",
                "y; own where doc.ward == 'B'; own where doc.ward == 'B'",
                "z; passing; NO_TIER",
                "w; NO_TIER; NO_TIER",
            })
    void grantsWhatItsDatabaseIsGiven(String database, String before, String after) {
        Standing standing = standing();

        for (String other : List.of("x", "y", "z", "w", "v", "u")) {
            verdict(standing, other, BEFORE);
            assertThat(verdict(standing, database, BEFORE)).isEqualTo(before);
            assertThat(verdict(standing, database, AFTER)).isEqualTo(after);
        }
    }

    /** Asked by several threads for different databases, each gets the answer for its own. */
    @Test
    void isTheSameToEveryThread() {
        Standing standing = standing();
        List<String> databases = List.of("x", "y", "z", "w", "v", "u");
        List<String> expected = databases.stream()
                .map(database -> verdict(standing(), database, BEFORE))
                .toList();

        assertThat(IntStream.range(0, 40_000)
                        .parallel()
                        .filter(i ->
                                !verdict(standing, databases.get(i % 6), BEFORE).equals(expected.get(i % 6)))
                        .count())
                .isZero();
    }

    /** What is kept for a caller is bounded, and names it makes up take no place. */
    @Test
    void remembersFourDatabasesThatAreGiven() {
        Standing standing = standing();
        List<Serving> x = standing.in(new DatabaseName("p", "x"));

        for (String other : List.of("y", "z", "v")) {
            standing.in(new DatabaseName("p", other));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(standing.in(new DatabaseName("p", "made-up-" + i))).isEmpty();
        }
        assertThat(standing.in(new DatabaseName("p", "x"))).isNotEmpty().isSameAs(x);

        standing.in(new DatabaseName("p", "u"));
        assertThat(standing.in(new DatabaseName("p", "x"))).isEqualTo(x).isNotSameAs(x);
    }
}
