package io.firegate.auth.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    @Test
    void readsEveryKindOfValue() {
        Map<String, Object> object = read(
                " {\"s\":\"a\\u0041\\n\\/\\\"\\\\é\\ud83d\\ude00\", \"l\":-12, \"z\":0, \"d\":1.5e2, "
                        + "\"big\":1000000000000000000000, \"t\":true, \"f\":false, \"n\":null,\r\n\t\"a\":[1,[ ],{ }],\"o\":{\"x\":[]}} ");
        assertThat(object)
                .containsOnlyKeys("s", "l", "z", "d", "big", "t", "f", "n", "a", "o")
                .containsEntry("s", "aA\n/\"\\é😀")
                .containsEntry("l", -12L)
                .containsEntry("z", 0L)
                .containsEntry("d", 150.0)
                .containsEntry("big", 1e21)
                .containsEntry("t", true)
                .containsEntry("f", false)
                .containsEntry("n", StrictJson.NULL)
                .containsEntry("a", List.of(1L, List.of(), Map.of()))
                .containsEntry("o", Map.of("x", List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[]",
                "1",
                "null",
                "{}x",
                "{} {}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":'b'}",
                "{\"a\"=1}",
                "{\"a\":1;\"b\":2}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":1e}",
                "{\"a\":-}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":tru}",
                "{\"a\":True}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\\"}",
                "{\"a\":\"b}",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":1/**/}",
                "//x\n{}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":1}",
                "{\"a\":0x1}",
                "\uFEFF{}",
                "{\"a\":\u00a01}"
            })
    void refusesWhatIsNotExactlyJson(String text) {
        assertThat(read(text)).isNull();
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThat(StrictJson.object(
                        new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, StrictJson.Duplicates.NESTED_ALLOWED))
                .isNull();
    }

    @Test
    void nestedDuplicatesDependOnTheReader() {
        String text = "{\"a\":{\"b\":1,\"b\":2}}";
        assertThat(read(text)).containsEntry("a", Map.of("b", 2L));
        assertThat(StrictJson.object(text.getBytes(StandardCharsets.UTF_8), StrictJson.Duplicates.REFUSED))
                .isNull();
    }

    @Test
    void depthIsBounded() {
        assertThat(read("{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}")).isNotNull();
        assertThat(read("{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}")).isNull();
        assertThat(read("{\"a\":" + "[".repeat(100_000))).isNull();
    }

    /** Whatever it accepts, a lenient reader must read the same way; whatever the input, it ends with a value. */
    @Test
    void agreesWithAnotherReaderOnMutatedTexts() throws Exception {
        byte[] seed = "{\"aud\":\"x\",\"exp\":17,\"groups\":[\"a\",\"b\"],\"n\":null,\"o\":{\"p\":true,\"q\":-1.5}}"
                .getBytes(StandardCharsets.UTF_8);
        String telling = " \"\\{}[]:,019.eE-+tfnu/a";
        Random random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] text = seed.clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                text[random.nextInt(text.length)] = (byte) telling.charAt(random.nextInt(telling.length()));
            }
            Map<String, Object> mine = StrictJson.object(text, StrictJson.Duplicates.REFUSED);
            if (mine != null) {
                accepted++;
                Map<String, Object> other = JSONObjectUtils.parse(new String(text, StandardCharsets.UTF_8));
                assertThat(mine.keySet()).isEqualTo(other.keySet());
                assertThat(mine.get("aud")).isEqualTo(other.get("aud"));
                assertThat(mine.get("groups")).isEqualTo(other.get("groups"));
            }
        }
        assertThat(accepted).isPositive();
    }

    private static @Nullable Map<String, Object> read(String text) {
        return StrictJson.object(text.getBytes(StandardCharsets.UTF_8), StrictJson.Duplicates.NESTED_ALLOWED);
    }
}
