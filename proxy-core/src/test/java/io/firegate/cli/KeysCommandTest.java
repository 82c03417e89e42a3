package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code firegate keys}: a key's whole life. */
class KeysCommandTest {
    private static final Pattern KEY = Pattern.compile("\"kid\":\"([A-Za-z0-9_-]{43})\"");

    @TempDir
    private Path directory;

    private record Said(int exit, String out, String err) {}

    private Said keys(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(
                java.util.stream.Stream.concat(java.util.stream.Stream.of("keys"), List.of(arguments).stream())
                        .toList(),
                new Surroundings(
                        Map.of(),
                        directory,
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        InstantSource.system(),
                        (signal, action) -> {}),
                parts -> {
                    throw new AssertionError("nothing is to be started");
                });
        return new Said(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    private static List<String> ids(String jwks) {
        return KEY.matcher(jwks).results().map(found -> found.group(1)).toList();
    }

    @Test
    void aKeysWholeLife() throws Exception {
        assertThat(keys("show", "none")).isEqualTo(new Said(0, "{\"keys\":[]}\n", ""));
        Said first = keys("new", "keys");
        assertThat(first.exit()).isZero();
        String one = ids(first.out()).get(0);
        assertThat(first.err()).isEqualTo(one + " signs\n");
        Said second = keys("new", "keys");
        assertThat(ids(second.out())).hasSize(2).contains(one);
        Matcher next = Pattern.compile("firegate keys use keys (\\S+)\n").matcher(second.err());
        assertThat(next.find()).isTrue();
        String two = next.group(1);
        assertThat(second.err()).contains(one + " signs\n", two + " is published\n");
        assertThat(keys("retire", "keys", one).err()).isEqualTo(one + " signs now: use another one first\n");
        assertThat(keys("use", "keys", two).err()).contains(two + " signs\n", one + " is published\n");
        assertThat(ids(keys("retire", "keys", one).out())).containsExactly(two);
        assertThat(keys("use", "keys", one))
                .isEqualTo(new Said(3, "", directory.resolve("keys") + " has no key " + one + "\n"));
        assertThat(keys("use", "keys", "../x").err())
                .isEqualTo(directory.resolve("keys") + " has no key of that name\n");
        Path file = directory.resolve("keys").resolve(two + ".pem");
        Files.write(file, List.of(Files.readAllLines(file).get(0), "secret"));
        Said broken = keys("show", "keys");
        assertThat(broken.exit()).isEqualTo(3);
        assertThat(broken.out() + broken.err()).doesNotContain("secret").contains("cannot be used");
    }
}
