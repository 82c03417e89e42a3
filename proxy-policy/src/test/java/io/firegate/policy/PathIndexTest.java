package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathIndexTest {
    private static final List<Operation> OPERATIONS = List.of(Operation.values());
    private static final List<String> ID = List.of("a", "a longer one", "c");
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
        PolicySnapshot snapshot = OpensTest.compile(POLICY);
        ResourcePath parent = new ResourcePath(Collections.nCopies(2 * levels, collection));
        Access access = Access.of(Operation.GROUP, new Resource.Group(parent, wanted));

        assertThat(MostSpecificRuleTest.decided(snapshot, access)).isEqualTo(verdict);
    }

    private static List<Rule> draw(Random random) {
        List<Rule> rules = new ArrayList<>();
        int count = 1 + random.nextInt(80);
        for (int i = 0; i < count; i++) {
            StringBuilder path = new StringBuilder();
            int pairs = random.nextInt(8);
            for (int segment = 0; segment < 2 * pairs; segment++) {
                path.append('/').append(random.nextInt(3) == 0 ? "{v" + segment + "}" : ID.get(random.nextInt(2)));
            }
            String rest = "/{rest=**}";
            int form = pairs == 0 ? 1 : random.nextInt(4);
            EnumSet<Operation> operations = EnumSet.allOf(Operation.class);
            operations.removeIf(operation -> random.nextBoolean());
            rules.add(PathShapeTest.rule(
                    form == 0 ? rest + path : form == 1 ? path + rest : path.toString(), operations));
        }
        return rules;
    }

    private static List<String> path(Random random, List<Rule> rules) {
        List<String> path = new ArrayList<>();
        if (random.nextInt(4) > 0) {
            for (String id : rules.get(random.nextInt(rules.size())).pattern().fresh()) {
                path.add(id.equals(PathPattern.FRESH) ? ID.get(random.nextInt(3)) : id);
            }
        }
        int more = 2 * random.nextInt(path.isEmpty() ? 9 : 2);
        for (int i = 0; i < more; i++) {
            path.add(path.isEmpty() || random.nextBoolean() ? path.size() : 0, ID.get(random.nextInt(3)));
        }
        return path;
    }

    /** A lookup goes through shapes or through the tree; both answer the same, where few rules stand and where many. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bothWaysLeadToTheSameRule(long seed) {
        Random random = new Random(seed);
        int found = 0;
        for (int round = 0; round < 60; round++) {
            List<Rule> rules = draw(random);
            PathIndex tree = new PathIndex(0);
            PathIndex some = new PathIndex();
            PathIndex shapes = new PathIndex(Integer.MAX_VALUE);
            for (Rule rule : rules) {
                tree.add(rule);
                some.add(rule);
                shapes.add(rule);
            }
            for (int ask = 0; ask < 300; ask++) {
                Route route = Route.of(path(random, rules));
                Operation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
                Rule expected = tree.find(route, operation);
                found += expected == null ? 0 : 1;
                assertThat(shapes.find(route, operation))
                        .as("seed %d: %s", seed, rules)
                        .isSameAs(expected);
                assertThat(some.find(route, operation))
                        .as("seed %d: %s", seed, rules)
                        .isSameAs(expected);
            }
        }
        assertThat(found).isBetween(6_000, 17_000);
    }

    @Test
    void aPathThatEndsInACollectionIsNoDocuments() {
        for (int shapesMax : new int[] {0, PathIndex.SHAPES_MAX}) {
            PathIndex index = new PathIndex(shapesMax);
            index.add(PathShapeTest.rule("/a/{v}", EnumSet.of(Operation.GET)));

            assertThat(index.find(Route.of(List.of("a", "b")), Operation.GET)).isNotNull();
            assertThat(index.find(Route.of(List.of("a", "b", "secret")), Operation.GET))
                    .isNull();
        }
    }
}
