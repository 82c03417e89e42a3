package io.firegate.policy.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldPathTest {
    /** What is read of a text, its segments joined by spaces, and how that is written again; nothing where it is no path. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    a          | a       | a
                    a.b.c      | a b c   | a.b.c
                    azAZ_09    | azAZ_09 | azAZ_09
                    _          | _       | _
                    {a         |         |
                    a@         |         |
                    [a         |         |
                    `a`        | a       | a
                    `a`.`b`    | a b     | a.b
                    a.`b-c`.d  | a b-c d | a.`b-c`.d
                    `a.b`      | a.b     | `a.b`
                    `9`        | 9       | `9`
                    `\\``      | `       | `\\``
                    `\\\\`     | \\      | `\\\\`
                    `a\\`\\\\` | a`\\    | `a\\`\\\\`
                    `{`        | {       | `{`
                    `@`        | @       | `@`
                    `[`        | [       | `[`
                    9          |         |
                    a9/        |         |
                    a9:        |         |
                    a-b        |         |
                    a`b`       |         |
                    `a         |         |
                    `          |         |
                    ``         |         |
                    `a\\       |         |
                    `a\\`      |         |
                    `a\\n`     |         |
                    `\\x73`    |         |
                    `a`b       |         |
                    `a``b`     |         |
                    a.         |         |
                    `a`.       |         |
                    .a         |         |
                    a..b       |         |
                    .          |         |
                    """)
    void isReadAndWrittenAsFirestoreDoes(String text, String segments, String written) {
        assertThat(FieldPath.parse(text)
                        .map(path -> String.join(" ", path.segments()))
                        .orElse(null))
                .isEqualTo(segments);
        assertThat(FieldPath.parse(text).map(FieldPath::toString).orElse(null)).isEqualTo(written);
    }

    @Test
    void hasOneNameAtLeastAndTwentyAtMost() {
        assertThat(FieldPath.parse("")).isEmpty();
        assertThatThrownBy(() -> new FieldPath(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThat(FieldPath.parse(names(20))).isPresent();
        assertThat(FieldPath.parse(names(21))).isEmpty();
    }

    private static String names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "a" + i).collect(Collectors.joining("."));
    }

    /** What quotes a path does not count, and the dots do. */
    @Test
    void isOfSoManyCharactersAtMost() {
        assertThat(FieldPath.parse("a".repeat(1500))).isPresent();
        assertThat(FieldPath.parse("a".repeat(1501))).isEmpty();
        assertThat(FieldPath.parse("a".repeat(1000) + "." + "b".repeat(499))).isPresent();
        assertThat(FieldPath.parse("a".repeat(1000) + "." + "b".repeat(500))).isEmpty();
        assertThat(FieldPath.parse("`" + "\\`".repeat(1500) + "`")).isPresent();
        assertThat(FieldPath.parse("`" + "\\`".repeat(1501) + "`")).isEmpty();
        assertThat(FieldPath.parse(("a".repeat(70) + ".").repeat(19) + "a".repeat(151)))
                .isPresent();
    }

    /** Paths as a mask names them: what holds what. */
    @ParameterizedTest
    @CsvSource({
        "a,   a,   true,  true",
        "a,   a.b, true,  true",
        "a.b, a,   false, true",
        "a.b, a.c, false, false",
        "a,   b.a, false, false",
        "a.b, a.b, true,  true",
    })
    void holdsWhatIsBelow(String path, String other, boolean holds, boolean meets) {
        FieldPath one = FieldPath.parse(path).orElseThrow();
        FieldPath two = FieldPath.parse(other).orElseThrow();
        assertThat(one.holds(two)).isEqualTo(holds);
        assertThat(one.meets(two)).isEqualTo(meets);
        assertThat(two.meets(one)).isEqualTo(meets);
    }
}
