package io.firegate.policy.yaml;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the reader accepts and how it complains. The wording of whole files' problems is pinned by golden files elsewhere. */
class YamlFileTest {
    private final Problems problems = new Problems();

    private YamlMapping read(String text) {
        return YamlFile.parse("f.yaml", text, problems).orElseThrow(() -> new AssertionError(problems.render()));
    }

    private String refused(String text) {
        assertThat(YamlFile.parse("f.yaml", text, problems)).isEmpty();
        assertThat(problems.hasErrors()).isTrue();
        return problems.render();
    }

    @Test
    void readsEachTypeWithItsPlace() {
        YamlMapping root = read("s: no\nb: true\ni: 42\nt: 2027-01-31T01:00:00+01:00\nl: [a, \"1\"]\nm: { x: y }\n");
        assertThat(root.requiredString("s")).isEqualTo("no");
        assertThat(root.optionalBoolean("b", false)).isTrue();
        assertThat(root.optionalInteger("i", 0, 42, 0)).isEqualTo(42);
        YamlNode time = requireNonNull(root.required("t"));
        assertThat(time.asInstant()).isEqualTo(Instant.parse("2027-01-31T00:00:00Z"));
        assertThat(time.position()).hasToString("f.yaml:4:4");
        assertThat(root.optionalStrings("l")).extracting(YamlScalar::text).containsExactly("a", "1");
        YamlMapping m = requireNonNull(root.requiredMapping("m"));
        assertThat(m.requiredString("x")).isEqualTo("y");
        root.noOtherKeys();
        assertThat(problems.render()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "no, true",
        "on, true",
        "~, true",
        "True, true",
        "1_000, true",
        "0x10, true",
        "+1, true",
        "01, true",
        "1.2.3, true",
        ".5, true",
        "1e, true",
        "2027-01-31T00:00:00Z, true",
        "'\"1\"', true",
        "'\"true\"', true",
        "'\"\"', true",
        "1, false",
        "-1, false",
        "1.5, false",
        "1., false",
        "1e5, false",
        "true, false",
        "false, false",
        "null, false",
        "'', false",
        "[], false",
        "{}, false"
    })
    void isAString(String written, boolean string) {
        YamlMapping root = read("k: " + written);
        assertThat(root.requiredString("k") != null).isEqualTo(string);
        assertThat(problems.hasErrors()).isEqualTo(!string);
    }

    @ParameterizedTest
    @CsvSource({
        "True, write true",
        "yes, write true",
        "off, write false",
        "'\"true\"', write true",
        "3, found the number `3`",
        "[], found a list",
        "'', found nothing"
    })
    void isNotABoolean(String written, String says) {
        assertThat(read("k: " + written).optionalBoolean("k", false)).isFalse();
        assertThat(problems.render()).contains("expected `true` or `false`").contains(says);
    }

    @ParameterizedTest
    @CsvSource({"11", "-1", "99999999999999999999999", "1.0", "ten", "'\"5\"'", "''"})
    void isNotAnIntegerInRange(String written) {
        assertThat(read("k: " + written).optionalInteger("k", 0, 10, 7)).isEqualTo(7);
        assertThat(problems.errorCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"2027-01-31", "2027-02-30T00:00:00Z", "2027-01-31T00:00:00", "20270131", "soon", "''"})
    void isNotATime(String written) {
        YamlNode node = requireNonNull(read("k: " + written).required("k"));
        assertThat(node.asInstant()).isNull();
        assertThat(problems.render()).contains("expected a time such as 2027-01-31T00:00:00Z");
    }

    @Test
    void tellsUnknownAndMissingKeysAtOnce() {
        YamlMapping root = read("versoin: 1\nelephant: 2\n");
        assertThat(root.required("version")).isNull();
        root.noOtherKeys();
        assertThat(problems.render()).isEqualTo("""
                        f.yaml:1:1: `version` is missing
                          versoin: 1
                          ^
                        f.yaml:1:1: unknown key `versoin`; did you mean `version`?
                          versoin: 1
                          ^
                        f.yaml:2:1: unknown key `elephant`
                          elephant: 2
                          ^
                          fix: known here: version
                        """);
    }

    @Test
    void refusesDuplicateKeysWithBothPlacesAndKeepsReading() {
        YamlMapping root = read("a: 1\nb: { c: 1, c: 2 }\n\"a\": 3\n");
        assertThat(root.optionalInteger("a", 0, 9, 0)).isEqualTo(1);
        assertThat(problems.render())
                .contains("f.yaml:2:12: duplicate key `c`, first at 2:6")
                .contains("f.yaml:3:1: duplicate key `a`, first at 1:1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a: &x 1                | f.yaml:1:4: anchor `&x`
                    a: *x                  | f.yaml:1:4: alias `*x`
                    &x a: 1                | f.yaml:1:1: anchor `&x`
                    a: !!str 1             | f.yaml:1:4: a tag
                    a: !!java.io.File [x]  | f.yaml:1:4: a tag
                    ? [a, b]               | f.yaml:1:3: a key must be a single value, found a list
                    [a: 1]: 2              | a key must be a single value
                    [a]                    | f.yaml:1:1: expected a mapping, found a list
                    text                   | f.yaml:1:1: expected a mapping, found the string `text`
                    'a: [1'                | not valid YAML
                    'a: "x'                | not valid YAML
                    'a: b: c'              | f.yaml:1:5: not valid YAML
                    '%YAML 2.0'            | not valid YAML
                    """)
    void refuses(String text, String says) {
        assertThat(refused(text)).contains(says);
    }

    @Test
    void refusesWhatACellCannotHold() {
        assertThat(refused("a: 1\n---\nb: 2\n")).contains("f.yaml:2:1: a second document");
        assertThat(refused("a:\n\tb: 1\n")).contains("f.yaml:2:1").contains("fix: indent with spaces");
        assertThat(refused("")).contains("the file is empty");
        assertThat(refused("# nothing\n")).contains("the file is empty");
        assertThat(refused("ok: 1\nk: a\u0007b\n")).contains("f.yaml:2:5: the character U+0007 is not allowed");
        assertThat(refused("a: \"\\UFFFFFFFF\"\n")).contains("not valid YAML");
        assertThat(YamlFile.parse("g", new byte[] {'a', ':', '\n', ' ', (byte) 0xC3, '(', '\n'}, problems))
                .isEmpty();
        assertThat(problems.render()).contains("g:2:2: not UTF-8 from here on");
        // A truncated sequence at the end of the file.
        assertThat(YamlFile.parse("h", new byte[] {'a', ':', ' ', (byte) 0xC3}, problems))
                .isEmpty();
        assertThat(problems.render()).contains("h:1:4: not UTF-8 from here on");
    }

    @Test
    void depthIsCappedWhateverTheFormAndTheStackIsSafe() {
        assertThat(refused("a: " + "[".repeat(200_000))).contains("nested deeper than 50 levels");
        assertThat(refused("{a: ".repeat(200_000))).contains("nested deeper than 50 levels");
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            block.append(" ".repeat(i)).append("a:\n");
        }
        assertThat(refused(block.toString())).contains("nested deeper than 50 levels");
        assertThat(refused("- ".repeat(200_000))).contains("nested deeper than 50 levels");
        assertThat(YamlFile.parse("f", "a: " + "[".repeat(49) + "]".repeat(49), new Problems()))
                .isPresent();
    }

    @Test
    void problemsAreBoundedAndCounted() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            text.append("key").append(i).append(": 1\n");
        }
        read(text.toString()).noOtherKeys();
        assertThat(problems.errors()).hasSize(Problems.KEPT_MAX);
        assertThat(problems.render()).endsWith("and 50 more\n");
    }

    @Test
    void aProblemNeverCarriesControlCharacters() {
        read("\"\\e[31mred\\u202E\": 1\n" + "x".repeat(500) + ": 2\n").noOtherKeys();
        assertThat(problems.render()).doesNotContain("\u001b", "\u202e").contains("unknown key `\uFFFD[31mred\uFFFD`");
        assertThat(problems.errors())
                .allSatisfy(p -> assertThat(p.sourceLine().length()).isLessThan(200));
    }

    @Test
    void theCaretStandsBelowThePlace() {
        YamlMapping root = read("k\u00e9: \uD83D\uDE00\n\"t\tx\": { y: 1 }\n");
        root.entries().forEach(e -> e.value().problem("here"));
        assertThat(problems.errors().get(0).render()).isEqualTo("f.yaml:1:5: here\n  k\u00e9: \uD83D\uDE00\n      ^");
        assertThat(problems.errors().get(1).render()).isEqualTo("f.yaml:2:8: here\n  \"t\tx\": { y: 1 }\n    \t    ^");
    }

    @Test
    void neverThrowsWhateverTheBytes() {
        String alphabet = "ab:-[]{},&*!|>'\"%@`#?~\\ \t\n\r\u00e9\u0007\u2028\uFEFF01.eE_x";
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Problems found = new Problems();
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            if (bytes.length > 0 && random.nextInt(10) == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            boolean present = YamlFile.parse("fuzz", bytes, found)
                    .map(root -> {
                        root.noOtherKeys();
                        return true;
                    })
                    .orElse(false);
            assertThat(present || found.hasErrors()).as("seed %s", seed).isTrue();
            assertThat(found.render()).as("seed %s", seed).isNotNull();
        }
    }

    @Test
    void guessesOnlyWhatIsClose() {
        List<String> known = new ArrayList<>(List.of("databases", "credential", "id"));
        assertThat(Nearest.to("databsaes", known)).contains("databases");
        assertThat(Nearest.to("DATABASE", known)).contains("databases");
        assertThat(Nearest.to("credentails", known)).contains("credential");
        assertThat(Nearest.to("xy", known)).isEmpty();
        assertThat(Nearest.to("x".repeat(1000), known)).isEmpty();
    }
}
