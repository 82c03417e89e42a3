package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ids Firestore could store, and how deep a document may lie. */
class ResourcePathTest {
    /** By its last character: 1,500 bytes of UTF-8 and not one more. */
    @ParameterizedTest
    @CsvSource({
        "a, 1500",
        "\u007f, 1500",
        "\u0080, 750",
        "\u07ff, 750",
        "\u0800, 500",
        "\uffff, 500",
        "\uD83D\uDE00, 375"
    })
    void anIdIsBoundInBytes(String character, int times) {
        assertThat(ResourcePath.isLegalId(character.repeat(times))).isTrue();
        assertThat(ResourcePath.isLegalId(character.repeat(times + 1))).isFalse();
        assertThat(ResourcePath.isLegalId("a" + character.repeat(times))).isFalse();
        assertThat(ResourcePath.isLegalId(character.repeat(times) + "a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a/b",
                "\0",
                "\uD83D",
                "\uDE00",
                "a\uD83D",
                "\uD83Da",
                "\uDE00\uD83D",
                "____",
                "__a__",
                "__id__",
                "__id1a__",
                "__id/__",
                "__id:__"
            })
    void isNoId(String id) {
        assertThat(ResourcePath.isLegalId(id)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "...",
                "___",
                "__a",
                "a__",
                "_a_",
                "__id1__",
                "__id0__",
                "__id9__",
                "__id123456__",
                "\uD83D\uDE00a"
            })
    void isAnId(String id) {
        assertThat(ResourcePath.isLegalId(id)).isTrue();
    }

    @Test
    void hasNoMoreLevelsThanFirestore() {
        String deepest = "a/b/".repeat(99) + "a/b";
        assertThat(ResourcePath.parse(deepest)).get().hasToString("/" + deepest);
        assertThat(ResourcePath.parse(deepest + "/a")).isEmpty();
        assertThat(ResourcePath.parse(deepest + "/a/b")).isEmpty();
        assertThat(ResourcePath.parse("a/b/c")).isEmpty();
        assertThat(ResourcePath.parse("a//c/d")).isEmpty();
        assertThat(new ResourcePath(Collections.nCopies(200, "a")).isRoot()).isFalse();
        assertThatThrownBy(() -> new ResourcePath(Collections.nCopies(202, "a")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ResourcePath(Collections.nCopies(1, "a")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
