package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the policy tools say. Each folder of {@code policy-tools} is a directory somebody stands in, and its {@code session.txt} what
 * they type and see: {@code -Dupdate-goldens} writes the answers anew.
 */
class PolicyToolsTest {
    private static final Path CASES = Path.of("src/test/resources/policy-tools");
    private static final String SESSION = "session.txt";
    private static final Instant NOW = Instant.parse("2026-11-28T09:00:00Z");

    private static final Path PAGE = Path.of("../docs/policy-tools.md");
    private static final String TYPED = "$ ./firegate ";

    /** What a command prints, and its exit code. */
    private record Said(String text, int exit) {}

    @TempDir
    Path dir = Path.of("");

    @TestFactory
    List<DynamicTest> everySession() throws IOException {
        try (Stream<Path> cases = Files.list(CASES)) {
            List<DynamicTest> tests = cases.sorted()
                    .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)))
                    .toList();
            assertThat(tests).hasSizeGreaterThan(4);
            return tests;
        }
    }

    /** The answers {@code docs/policy-tools.md} shows. */
    @Test
    void thePageShowsWhatIsPrinted() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        StringBuilder played = new StringBuilder();
        boolean answered = false;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith(TYPED)) {
                String[] arguments =
                        line.substring(TYPED.length()).replace("'", "").split(" +");
                played.append(line).append('\n').append(said(root, arguments).text());
                answered = true;
            } else if (!answered || line.equals("```")) {
                played.append(line).append('\n');
                answered = false;
            }
        }
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(PAGE, played);
        }
        assertThat(Files.readString(PAGE)).contains(TYPED).isEqualTo(played.toString());
    }

    private void check(Path folder) throws IOException {
        Path here = dir.resolve(folder.getFileName());
        copy(folder, here);
        Path golden = folder.resolve(SESSION);
        String expected = Files.readString(golden);
        StringBuilder played = new StringBuilder();
        for (String line : expected.lines().toList()) {
            if (line.startsWith("$ ")) {
                played.append(line)
                        .append('\n')
                        .append(answer(here, line.substring(2).split(" +")));
            }
        }
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(golden, played);
        }
        assertThat(played).as("-Dupdate-goldens writes it anew").hasToString(Files.readString(golden));
    }

    private static String answer(Path here, String... arguments) throws IOException {
        if (arguments[0].equals("cat")) {
            return Files.readString(here.resolve(arguments[1]));
        }
        Said said = said(here, arguments);
        return said.text() + "exit " + said.exit() + "\n\n";
    }

    private static Said said(Path here, String... arguments) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(said, true, UTF_8);
        int exit = Main.run(
                List.of(arguments),
                new Surroundings(Map.of(), here, both, both, InstantSource.fixed(NOW), (name, action) -> {}),
                parts -> {
                    throw new IllegalStateException("not to be started");
                });
        return new Said(said.toString(UTF_8).replace(System.lineSeparator(), "\n"), exit);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
