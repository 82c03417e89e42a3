package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.handle.HandleKeyFile.Reading;
import io.firegate.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class HandleKeyFileTest {
    private static final Path CASES = Path.of("src/test/resources/io/firegate/firestore/handle/key-file-cases.txt");
    private static final Pattern KEY = Pattern.compile("<key (\\d+)>");

    @TempDir
    Path dir = Path.of("");

    /**
     * Each case: {@code === name}, the file, {@code ---}, what it must give. In the file, {@code <key N>} is a key and {@code \r} a
     * carriage return; in what it gives, {@code <key N>} is the key's id.
     */
    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        return Arrays.stream(Files.readString(CASES).split("(?m)^=== ", -1))
                .skip(1)
                .map(text -> DynamicTest.dynamicTest(
                        text.substring(0, text.indexOf('\n')), () -> check(text.substring(text.indexOf('\n') + 1))));
    }

    private static void check(String text) {
        int border = text.indexOf("---\n");
        String file = KEY.matcher(text.substring(0, border).replace("\\r", "\r"))
                .replaceAll(match -> TestKeys.text(number(match)));
        Reading reading = HandleKeyFile.parse("sealing.key", file.getBytes(UTF_8));
        String given = switch (reading) {
            case Reading.Keys read -> "keys " + read.keys() + "\n";
            case Reading.Refused refused -> render(refused.problems());
        };
        String expected = KEY.matcher(text.substring(border + 4))
                .replaceAll(match -> TestKeys.keys(number(match)).newest().toString());
        assertThat(given).isEqualTo(expected.stripTrailing() + "\n");
        file.lines()
                .filter(line -> line.length() > 20 && !line.startsWith("#"))
                .forEach(line -> assertThat(given).doesNotContain(line.substring(0, 20)));
    }

    private static int number(MatchResult match) {
        return Integer.parseInt(match.group(1));
    }

    private static String render(List<Problem> problems) {
        return problems.stream().map(problem -> problem.render() + "\n").collect(Collectors.joining());
    }

    @Test
    void aFileOfAnyBytesIsRefusedAndNotFatal() {
        byte[] binary = new byte[256];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = (byte) i;
        }
        assertThat(HandleKeyFile.parse("sealing.key", binary)).isInstanceOf(Reading.Refused.class);
        assertThat(HandleKeyFile.parse("sealing.key", new String(binary, ISO_8859_1).getBytes(UTF_8)))
                .isInstanceOf(Reading.Refused.class);
    }

    @Test
    void aLongFileIsRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("long.key"), "#".repeat(HandleKeyFile.FILE_BYTES_MAX) + "\n");
        assertThat(refused(file)).contains("is longer than 16384 bytes");
        Files.writeString(file, "#".repeat(HandleKeyFile.FILE_BYTES_MAX));
        assertThat(refused(file)).contains("there is no key in it");
    }

    @Test
    void aMissingFileIsSaid() {
        Path file = dir.resolve("none.key");
        assertThat(refused(file)).isEqualTo(file + ": cannot be read: NoSuchFileException\n");
    }

    @Test
    void aFileOpenToAllIsUsedWithAWarning() throws IOException {
        Path file = Files.write(dir.resolve("sealing.key"), (TestKeys.text(1) + "\n").getBytes(US_ASCII));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(HandleKeyFile.read(file)).isInstanceOfSatisfying(Reading.Keys.class, read -> {
            assertThat(read.keys()).hasToString(TestKeys.keys(1).toString());
            assertThat(render(read.warnings())).isEqualTo(file + """
                            : warning: every user of this machine may read these keys
                              fix: chmod o-r; for a Kubernetes secret, `defaultMode: 0440`
                            """);
        });
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(HandleKeyFile.read(file))
                .isInstanceOfSatisfying(
                        Reading.Keys.class, read -> assertThat(read.warnings()).isEmpty());
    }

    private static String refused(Path file) {
        return switch (HandleKeyFile.read(file)) {
            case Reading.Refused refused -> render(refused.problems());
            case Reading.Keys read -> "keys " + read.keys();
        };
    }
}
