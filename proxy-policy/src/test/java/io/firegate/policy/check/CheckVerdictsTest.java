package io.firegate.policy.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.DatabaseName;
import io.firegate.policy.check.Check.Verdict;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.GivenValues;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What checks say of writes ({@code verdicts.yaml}), and how much work they may be. */
class CheckVerdictsTest {
    private static final DatabaseName DATABASE =
            DatabaseName.parse("p/(default)").orElseThrow();

    private static final CheckFacts FACTS = new CheckFacts(
            Map.of(Operand.Attribute.OID, "me", Operand.Attribute.TENANT, "t1", Operand.Attribute.APP, "a1"),
            Map.of("level", new PolicyValue.Int(3), "tags", texts("A", "B")),
            Map.of("ward", List.of(new PolicyValue.Text("A"), new PolicyValue.Int(1))),
            Map.of("id", "p1"),
            Map.of("@lookup0", Map.of("open", new PolicyValue.Bool(true), "n", new PolicyValue.Int(7))),
            Set.of(),
            Instant.parse("2026-11-28T09:00:00Z"),
            DATABASE.resourceName() + "/documents");

    private static final CheckCompiler COMPILER = new CheckCompiler();

    private static PolicyValue.Array texts(String... texts) {
        return new PolicyValue.Array(
                Stream.of(texts).<PolicyValue>map(PolicyValue.Text::new).toList());
    }

    @TestFactory
    Stream<DynamicTest> verdicts() throws IOException {
        Problems problems = new Problems();
        List<DynamicTest> tests = new ArrayList<>();
        try (InputStream file = CheckVerdictsTest.class.getResourceAsStream("/checks/verdicts.yaml")) {
            YamlMapping root = YamlFile.parse(
                            "verdicts.yaml", requireNonNull(file).readAllBytes(), problems)
                    .orElseThrow();
            for (YamlNode node : requireNonNull(root.optionalSequence("cases"))) {
                YamlMapping one = requireNonNull(node.asMapping());
                String text = requireNonNull(one.optionalString("check"));
                Check check = compiled(text, words(one, "on"));
                Image old = image(one, "old", "clockedOld");
                Image doc = image(one, "doc", "clocked");
                Verdict is = Verdict.valueOf(requireNonNull(one.optionalString("is")));
                one.noOtherKeys();
                tests.add(DynamicTest.dynamicTest(
                        one.position().line() + ": " + text + " " + is,
                        () -> assertThat(check.judge(FACTS, old, doc, new CheckBudget()))
                                .isEqualTo(is)));
            }
        }
        assertThat(problems.errors()).isEmpty();
        assertThat(tests).hasSizeGreaterThan(90);
        return tests.stream();
    }

    private static Set<String> words(YamlMapping one, String key) {
        Set<String> words = new HashSet<>();
        YamlSequence sequence = one.optionalSequence(key);
        if (sequence != null) {
            for (YamlScalar word : sequence.strings()) {
                words.add(word.text());
            }
        }
        return words;
    }

    private static Check compiled(String text, Set<String> on) {
        CheckScope scope = new CheckScope(
                Set.of("id"), on.contains("create"), on.isEmpty() || on.contains("update"), on.contains("delete"));
        CheckCompilation compilation = COMPILER.compile(text, scope);
        assertThat(compilation).as(text).isInstanceOf(CheckCompilation.Compiled.class);
        return ((CheckCompilation.Compiled) compilation).check();
    }

    private static @Nullable Image image(YamlMapping one, String key, String clocked) {
        YamlMapping fields = one.optionalMapping(key);
        Set<FieldPath> clocks = new HashSet<>();
        words(one, clocked).forEach(path -> clocks.add(FieldPath.parse(path).orElseThrow()));
        return fields == null ? null : new Image("p1", new GivenValues(DATABASE).fields(fields), clocks);
    }

    private static Verdict judge(String check, Map<String, PolicyValue> doc) {
        return compiled(check, Set.of())
                .judge(FACTS, null, new Image("p1", new PolicyValue.Fields(doc), Set.of()), new CheckBudget());
    }

    private static PolicyValue many(int count, String text) {
        List<PolicyValue> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(new PolicyValue.Text(text + i));
        }
        return new PolicyValue.Array(elements);
    }

    /** What nobody has read may say anything. */
    @Test
    void nothingPassesThatAwaitsADocument() {
        CheckFacts awaiting = new CheckFacts(
                FACTS.caller(),
                FACTS.claims(),
                FACTS.grants(),
                FACTS.variables(),
                Map.of(),
                Set.of("/s/all"),
                FACTS.now(),
                FACTS.documents());
        Image image = new Image("p1", new PolicyValue.Fields(Map.of()), Set.of());
        assertThat(compiled("lookup('/s/all').open || true", Set.of()).judge(awaiting, null, image, new CheckBudget()))
                .isEqualTo(Verdict.ERROR);
    }

    @Test
    void loopsEnd() {
        String check = "doc.f.all(x, x != 'y')";

        assertThat(judge(check, Map.of("f", many(CheckLanguage.ITERATIONS_MAX, "x"))))
                .isEqualTo(Verdict.HOLDS);
        assertThat(judge(check, Map.of("f", many(CheckLanguage.ITERATIONS_MAX + 1, "x"))))
                .isEqualTo(Verdict.ERROR);
        assertThat(judge("doc.f.all(x, doc.f.all(y, y != 'y'))", Map.of("f", many(40, "x"))))
                .isEqualTo(Verdict.ERROR);
    }

    /** Each of these would take from seconds to hours, or more memory than there is. */
    @Test
    void whatACallerWritesIsNoEndlessWork() {
        PolicyValue long1 = new PolicyValue.Text("a".repeat(500_000));
        PolicyValue long2 = new PolicyValue.Text("a".repeat(400_000) + "b");
        Map<String, PolicyValue> doc = Map.of("f", many(1_000, "x"), "s", long1, "t", long2);
        for (String check : List.of(
                "doc.f.all(x, !doc.s.contains(doc.t))",
                "doc.f.map(x, doc.s + x).size() > 0",
                "doc.f.all(x, doc.s.matches('^(a|aa)+$'))",
                "doc.f.all(x, !(x in doc.f) || x in doc.f)",
                "doc.f.map(x, doc.f).size() > 0",
                "size(doc.s + doc.s + doc.s + doc.s) > 0",
                "doc.s.matches('^(a|aa)+$')",
                "doc.f.all(x, bytes(doc.s) != b'')")) {
            assertThat(judge(check + " || true", doc)).as(check).isEqualTo(Verdict.ERROR);
        }
        assertThat(judge("!doc.s.contains(doc.t)", doc)).isEqualTo(Verdict.HOLDS);
    }

    /** Grant tuples and writes are many; what they are judged by together is not more than one may be. */
    @Test
    void theChecksOfOneRequestShareTheirWork() {
        CheckBudget budget = new CheckBudget();
        Image image = new Image("p1", new PolicyValue.Fields(Map.of("f", many(1_000, "x"))), Set.of());
        Check dear = compiled("doc.f.exists(x, x == 'x50' && 'x900' in doc.f)", Set.of());
        Check cheap = compiled("doc.g == 1 || true", Set.of());

        int judged = 0;
        while (judged <= 1_000 && dear.judge(FACTS, null, image, budget) == Verdict.HOLDS) {
            judged++;
        }
        assertThat(judged).isBetween(10, 1_000);
        assertThat(dear.judge(FACTS, null, image, new CheckBudget())).isEqualTo(Verdict.HOLDS);
        budget.spend(CheckBudget.WORK_MAX);
        assertThat(cheap.judge(FACTS, null, image, budget)).isEqualTo(Verdict.ERROR);
    }

    @Test
    void whatIsWrittenTwiceIsCompiledOnceAndNotWithoutEnd() {
        CheckCompiler compiler = new CheckCompiler();
        CheckScope scope = new CheckScope(Set.of(), false, true, false);
        for (int i = 0; i < CheckCompiler.CHECKS_MAX; i++) {
            assertThat(compiler.compile("doc.f >", scope)).isInstanceOf(CheckCompilation.Mistaken.class);
        }
        assertThat(compiler.compile("doc.f > 1", scope)).isSameAs(compiler.compile("doc.f > 1", scope));
        for (int i = 2; i < CheckCompiler.CHECKS_MAX; i++) {
            compiler.compile("doc.f > " + i + " >", scope);
        }
        assertThat(compiler.compile("doc.f > 1", scope)).isInstanceOf(CheckCompilation.Compiled.class);
        assertThat(compiler.compile("doc.f > 2", scope))
                .isInstanceOfSatisfying(
                        CheckCompilation.Mistaken.class,
                        mistaken ->
                                assertThat(mistaken.mistakes().get(0).message()).contains("different checks"));
    }

    @Test
    void twoOfOneTextAreEqual() {
        Check check = compiled("doc.f == caller.oid", Set.of());
        Check other = compiled("doc.f == caller.oid", Set.of("create"));

        assertThat(check).isNotSameAs(other).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(check).isNotEqualTo(compiled("doc.f == caller.app", Set.of()));
        assertThat(new BoundCheck(check, FACTS).toString())
                .doesNotContain("ward")
                .doesNotContain("tags");
    }
}
