package io.firegate.policy.condition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a condition's text means, and how it is told that it means nothing. The cases stand in {@code conditions/reading.txt}. */
class ConditionReaderTest {
    private static final Set<String> VARIABLES = Set.of("patient", "vital", "doc");

    private record Case(String text, List<String> outcome) {}

    @TestFactory
    Stream<DynamicTest> reads() throws IOException {
        List<Case> cases = cases();
        assertThat(cases).hasSizeGreaterThan(100);
        return cases.stream().map(one -> DynamicTest.dynamicTest(one.text(), () -> check(one)));
    }

    private static void check(Case one) {
        List<String> outcome = new ArrayList<>();
        switch (ConditionReader.read(one.text(), VARIABLES)) {
            case Reading.Read read -> {
                String said = read.condition().describe();
                outcome.add(said.equals(one.text()) ? "=" : "= " + said);
                assertThat(ConditionReader.read(said, VARIABLES))
                        .as("said again it is the same")
                        .isInstanceOfSatisfying(
                                Reading.Read.class,
                                again -> assertThat(again.condition()).isEqualTo(read.condition()));
            }
            case Reading.Mistaken mistaken -> {
                for (Mistake mistake : mistaken.mistakes()) {
                    int column = one.text().codePointCount(0, mistake.at()) + 1;
                    outcome.add("! " + column + " " + mistake.message()
                            + (mistake.fix() == null ? "" : " | " + mistake.fix()));
                }
            }
        }
        assertThat(outcome).isEqualTo(one.outcome());
    }

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream file = ConditionReaderTest.class.getResourceAsStream("/conditions/reading.txt")) {
            for (String line : new String(requireNonNull(file).readAllBytes(), UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("  ")) {
                    cases.get(cases.size() - 1).outcome().add(line.strip());
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    cases.add(new Case(line, new ArrayList<>()));
                }
            }
        }
        return cases;
    }

    /** Each bound is met exactly, and what is beyond it is a mistake and no overflow. */
    @Test
    void isBounded() {
        String leaf = "doc.a == 1";
        assertThat(mistakes(leaf + " ".repeat(ConditionReader.CHARS_MAX - leaf.length())))
                .isEmpty();
        assertThat(mistakes(leaf + " ".repeat(ConditionReader.CHARS_MAX - leaf.length() + 1)))
                .containsExactly("a condition longer than 8192 characters");

        assertThat(mistakes("(".repeat(20) + leaf + ")".repeat(20))).isEmpty();
        assertThat(mistakes("(".repeat(21) + leaf + ")".repeat(21))).containsExactly("nested deeper than 20 levels");
        assertThat(mistakes("!".repeat(4000) + "(" + leaf + ")")).containsExactly("nested deeper than 20 levels");

        assertThat(mistakes(String.join(" && ", java.util.Collections.nCopies(250, leaf))))
                .isEmpty();
        assertThat(mistakes(String.join(" && ", java.util.Collections.nCopies(251, leaf))))
                .containsExactly("more than 250 comparisons and members of lists");
        assertThat(mistakes("doc.a in [" + "1, ".repeat(249) + "2]"))
                .containsExactly("more than 250 comparisons and members of lists");
    }

    private static List<String> mistakes(String text) {
        return switch (ConditionReader.read(text, VARIABLES)) {
            case Reading.Read read -> List.of();
            case Reading.Mistaken mistaken ->
                mistaken.mistakes().stream().map(Mistake::message).toList();
        };
    }

    /** Whatever it is given, it answers, and a mistake has a place in the text. */
    @Test
    void neverFails() {
        List<String> words = List.of(
                "doc",
                ".",
                "a",
                "==",
                "!=",
                "<",
                "in",
                "contains",
                "(",
                ")",
                "[",
                "]",
                ",",
                "!",
                "&&",
                "||",
                "'x'",
                "1",
                "null",
                "true",
                "grant",
                "caller",
                "claims",
                "oid",
                "patient",
                "lookup",
                "lookup(/a/{patient}).b",
                "/",
                "{",
                "}",
                "`q`",
                "-",
                "=",
                "\\",
                "\ud800",
                " ",
                "\n");
        Random random = new Random(4);
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n >= 0; n--) {
                text.append(words.get(random.nextInt(words.size()))).append(random.nextBoolean() ? " " : "");
            }
            switch (ConditionReader.read(text.toString(), VARIABLES)) {
                case Reading.Read ok -> read++;
                case Reading.Mistaken mistaken -> {
                    assertThat(mistaken.mistakes()).as(text.toString()).isNotEmpty();
                    assertThat(mistaken.mistakes())
                            .as(text.toString())
                            .allMatch(mistake -> mistake.at() >= 0 && mistake.at() <= text.length());
                }
            }
        }
        assertThat(read).as("some of them mean something").isPositive();
    }
}
