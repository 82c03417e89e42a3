package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What {@code docs/policy.md} shows is true. A block of YAML compiles; one that a block of text follows gives exactly these problems,
 * and one that a table of verdicts follows gives these. {@code yaml rules} and {@code yaml bindings} stand in a whole policy here.
 */
class PolicyPageTest {
    private static final Path PAGE = Path.of("../docs/policy.md");
    private static final String VERDICTS = "| access | verdict |";
    private static final String GROUP = "5b1f0a52-0000-4000-8000-0000000000a1";
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final DatabaseName DATABASE = new DatabaseName("clinic-prod", "(default)");

    private static final Principal NURSE = new Principal(
            guid("7f3d2c10-0000-4000-8000-00000000c11c"),
            guid("5b1f0a52-0000-4000-8000-000000000001"),
            Principal.Kind.USER,
            guid("9d2c71e4-0000-4000-8000-00000000d002"),
            Set.of(guid(GROUP)),
            Set.of(),
            "",
            NOW.plusSeconds(3600));

    /**
     * A block of YAML.
     *
     * @param line where it stands in the page
     * @param policy the whole policy
     * @param problems the text that follows; empty when it must compile
     * @param verdicts the rows of the table that follows
     */
    private record Block(int line, String policy, List<String> problems, List<Verdict> verdicts) {}

    /**
     * A row of a table.
     *
     * @param access such as {@code get /patients/p1} or {@code list /patients in the past}
     * @param expected a rule's id with what it demands, or a reason
     */
    private record Verdict(String access, String expected) {}

    @TestFactory
    Stream<DynamicTest> everyBlockIsTrue() throws IOException {
        return blocks().stream().map(block -> DynamicTest.dynamicTest("line " + block.line(), () -> check(block)));
    }

    /** So that a page nobody can read any more does not pass for one without mistakes. */
    @Test
    void thereAreBlocksOfEveryKind() throws IOException {
        List<Block> blocks = blocks();
        assertThat(blocks).hasSizeGreaterThan(7);
        assertThat(blocks).anyMatch(block -> !block.problems().isEmpty());
        assertThat(blocks.stream().flatMap(block -> block.verdicts().stream())).hasSizeGreaterThan(15);
    }

    @Test
    void everyOperationIsNamed() throws IOException {
        String page = Files.readString(PAGE);
        for (Operation operation : Operation.values()) {
            assertThat(page)
                    .contains(operation == Operation.UPSERT ? "**upsert**" : "| `" + Rule.word(operation) + "`");
        }
    }

    private static void check(Block block) {
        switch (PolicyCompiler.compile(List.of(PolicyFile.of("policy.yaml", block.policy())), null)) {
            case Compilation.Rejected rejected ->
                assertThat(rejected.problems().stream()
                                .flatMap(problem -> problem.render().lines())
                                .toList())
                        .isEqualTo(block.problems());
            case Compilation.Compiled compiled -> {
                assertThat(block.problems())
                        .as("the page says it does not compile")
                        .isEmpty();
                assertThat(compiled.warnings().stream().map(Problem::render)).isEmpty();
                for (Verdict verdict : block.verdicts()) {
                    assertThat(Verdicts.of(compiled.snapshot(), NURSE, DATABASE, verdict.access(), NOW))
                            .as(verdict.access())
                            .isEqualTo(verdict.expected());
                }
            }
        }
    }

    private static Guid guid(String text) {
        return Guid.parse(text).orElseThrow();
    }

    private static List<Block> blocks() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```yaml")) {
                int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
                String policy = whole(lines.get(i).substring("```yaml".length()).strip(), lines.subList(i + 1, end));
                blocks.add(new Block(i + 1, policy, problems(lines, end + 2), verdicts(lines, end + 2)));
                i = end;
            }
        }
        return blocks;
    }

    private static String whole(String kind, List<String> lines) {
        return switch (kind) {
            case "" -> indented(lines, 0);
            case "rules" -> """
                    version: 1
                    tiers:
                      nurse:
                        databases: ["clinic-prod/(default)"]
                        credential: staff
                        rules:
                    %sbindings:
                      - { tier: nurse, groups: [%s] }
                    """.formatted(indented(lines, 6), GROUP);
            case "bindings" -> """
                    version: 1
                    tiers:
                      nurse:
                        databases: ["clinic-prod/(default)"]
                        credential: staff
                        rules:
                          - { id: patients, path: "/patients/{patient}", allow: [get] }
                    bindings:
                    %s""".formatted(indented(lines, 2));
            default -> throw new IllegalArgumentException("unknown kind of block: " + kind);
        };
    }

    private static String indented(List<String> lines, int by) {
        return lines.stream().map(line -> " ".repeat(by) + line + "\n").collect(Collectors.joining());
    }

    private static List<String> problems(List<String> lines, int from) {
        if (from >= lines.size() || !lines.get(from).equals("```text")) {
            return List.of();
        }
        List<String> rest = lines.subList(from + 1, lines.size());
        return rest.subList(0, rest.indexOf("```"));
    }

    private static List<Verdict> verdicts(List<String> lines, int from) {
        List<Verdict> verdicts = new ArrayList<>();
        if (from < lines.size() && lines.get(from).equals(VERDICTS)) {
            for (int i = from + 2; i < lines.size() && lines.get(i).startsWith("|"); i++) {
                String[] cells = lines.get(i).replace("`", "").split("(?<!\\\\)\\|", -1);
                verdicts.add(new Verdict(cells[1].strip(), cells[2].strip().replace("\\|", "|")));
            }
        }
        return verdicts;
    }
}
