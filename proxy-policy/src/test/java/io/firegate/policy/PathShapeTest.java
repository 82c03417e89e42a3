package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathShapeTest {
    private static final int GET = Rule.slot(Operation.GET);
    private static final List<Operation> OPERATIONS = List.of(Operation.values());

    /** Ids that look alike to whoever looks only at a length, a hash or some of the characters. */
    private static List<String> awkward() {
        List<String> ids = new ArrayList<>(List.of(
                "a",
                "aa",
                "\0a",
                "a\0",
                "abcdefgh",
                "abcdefghi",
                "bcdefghi",
                "\u00e9",
                "e\u0301",
                "\u00e9bcdefgh",
                "\u0100",
                "\u0161",
                "a\u0161",
                "\ud83d\ude00",
                PathPattern.FRESH));
        // Of one length and one hash: "Aa" and "BB" have the same.
        for (int bits = 0; bits < 64; bits++) {
            StringBuilder id = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                id.append((bits & 1 << i) == 0 ? "Aa" : "BB");
            }
            ids.add(id.toString());
            ids.add(id.substring(0, 8));
        }
        ids.add(sameHash(0));
        ids.add(sameHash(1));
        return ids.stream().distinct().toList();
    }

    /**
     * One of two ids with the same {@link Route#key} in every process: the sequence of Thue and Morse, whose first 1,024 members a polynomial
     * of an odd base, modulo 2^64, cannot tell from the opposite ones.
     */
    static String sameHash(int which) {
        StringBuilder id = new StringBuilder(1_024);
        for (int i = 0; i < 1_024; i++) {
            id.append((Integer.bitCount(i) + which) % 2 == 0 ? 'a' : 'b');
        }
        return id.toString();
    }

    /** Equal and not the same object, as what a request holds. */
    private static String copy(String id) {
        return String.valueOf(id.toCharArray());
    }

    static Rule rule(String path, Set<Operation> operations) {
        Problems problems = new Problems();
        YamlMapping yaml = YamlFile.parse("p.yaml", "path: '" + path + "'", problems)
                .orElseThrow(() -> new AssertionError(problems.render()));
        YamlNode node = Objects.requireNonNull(yaml.required("path"));
        PathPattern pattern = Objects.requireNonNull(PathPattern.read(node), problems::render);
        int bits = operations.stream().mapToInt(Rule::bit).sum();
        return new Rule(path + operations, pattern, bits, false, Terms.NONE, node.position());
    }

    private static PathShape shape(Rule rule) {
        return new PathShape(PathShape.Outline.of(rule.pattern()));
    }

    @Test
    void aKeyThatIsNoHashIsOfOneId() {
        List<String> ids = awkward();
        assertThat(Route.key(sameHash(0))).isNegative().isEqualTo(Route.key(sameHash(1)));
        for (String one : ids) {
            assertThat(Route.key(copy(one))).isEqualTo(Route.key(one)).isNotZero();
            for (String other : ids) {
                assertThat(Route.key(one) == Route.key(other) && Route.key(one) >= 0 && !one.equals(other))
                        .as("%s and %s", one, other)
                        .isFalse();
            }
        }
    }

    @Test
    void tellsEveryIdFromEveryOther() {
        for (String there : awkward().stream().filter(ResourcePath::isLegalId).toList()) {
            Rule rule = rule("/c/" + there, Set.of(Operation.GET));
            PathShape shape = shape(rule);
            shape.add(rule);
            for (String asked : awkward()) {
                assertThat(shape.find(Route.of(List.of("c", copy(asked))), GET))
                        .as("%s where %s is", asked, there)
                        .isSameAs(asked.equals(there) ? rule : null);
            }
        }
    }

    /** Of rules that match the same paths the first to have an operation decides it, however large the table has become since. */
    @ParameterizedTest
    @ValueSource(strings = {"/%s/{x}/%s/{y}", "/%s/{x}/%s/{y}/{rest=**}", "/{rest=**}/%s/{x}/%s/{y}", "/{x}/%s"})
    void answersWhatLookingAtEachRuleAnswers(String paths) {
        Random random = new Random(11);
        List<String> ids = new ArrayList<>(
                awkward().stream().filter(ResourcePath::isLegalId).toList().subList(0, 22));
        ids.add(sameHash(0));
        ids.add(sameHash(1));
        boolean two = paths.indexOf("%s") != paths.lastIndexOf("%s");
        for (int i = 0; !two && i < 300; i++) {
            ids.add("id" + i);
        }
        List<Rule> all = new ArrayList<>();
        PathShape shape = null;
        while (all.size() < 700) {
            EnumSet<Operation> operations = EnumSet.allOf(Operation.class);
            operations.removeIf(operation -> random.nextInt(3) > 0);
            if (operations.isEmpty()) {
                continue;
            }
            Rule rule = rule(
                    String.format(Locale.ROOT, paths, ids.get(random.nextInt(ids.size())), ids.get(random.nextInt(24))),
                    operations);
            shape = shape == null ? shape(rule) : shape;
            all.add(rule);
            shape.add(rule);
            if (all.size() % 50 == 0) {
                for (Rule each : all) {
                    ask(shape, all, each.pattern().fresh());
                }
                ask(shape, all, awayFrom(all.get(random.nextInt(all.size()))));
            }
        }
    }

    /** Few ids with many rules each: they fill groups that overflow into others, at last into the first one. */
    @Test
    void theFirstToHaveAnOperationStaysTheFirst() {
        Random random = new Random(12);
        for (int round = 0; round < 300; round++) {
            List<Rule> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                EnumSet<Operation> operations = EnumSet.of(
                        OPERATIONS.get(random.nextInt(Rule.SLOTS)), OPERATIONS.get(random.nextInt(Rule.SLOTS)));
                all.add(rule("/c/id" + round + "-" + random.nextInt(4), operations));
            }
            PathShape shape = shape(all.get(0));
            all.forEach(shape::add);
            for (int id = 0; id < 4; id++) {
                ask(shape, all, List.of("c", "id" + round + "-" + id));
            }
        }
    }

    private static void ask(PathShape shape, List<Rule> all, List<String> path) {
        for (Operation operation : Operation.values()) {
            assertThat(shape.find(
                            Route.of(path.stream().map(PathShapeTest::copy).toList()), Rule.slot(operation)))
                    .as("%s %s", operation, path)
                    .isSameAs(first(all, path, operation));
        }
    }

    private static List<String> awayFrom(Rule rule) {
        List<String> path = rule.pattern().fresh();
        path.replaceAll(id -> id + "'");
        return path;
    }

    private static @Nullable Rule first(List<Rule> all, List<String> path, Operation operation) {
        for (Rule rule : all) {
            if (rule.allows(operation) && rule.pattern().matches(path)) {
                return rule;
            }
        }
        return null;
    }

    /** Names people give, which differ at their end, their beginning or in the middle, and those of two places. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "t%1$d",
                "%1$04d",
                "%1$04d-abc",
                "%1$04d0000",
                "%1$04d%1$04d",
                "ab-%1$04d",
                "a%1$04daa",
                "a tenant, %1$d",
                "%1$d, a tenant",
                "tenants/t%1$d",
                "t%1$d/labs",
                "%1$04d-abc/labs",
                "tenants/t%2$d/kind%3$d"
            })
    void namesAlikeStandApart(String paths) {
        int groups = 16_384;
        BitSet taken = new BitSet(groups);
        for (int i = 0; i < groups / 2; i++) {
            long sum = 0;
            for (String id :
                    String.format(Locale.ROOT, paths, i, i / 10, i % 10).split("/", -1)) {
                sum = PathShape.added(sum, Route.key(id));
            }
            taken.set(PathShape.group(PathShape.mixed(sum), groups - 1));
        }

        // Places drawn by lot would be 6,446 different ones.
        assertThat(taken.cardinality()).isGreaterThan(5_000);
    }
}
