package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.DatabaseName;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class BindingTest {
    private static byte[] bytes(UnaryOperator<Binding> more) {
        return more.apply(Binding.of(Callers.ANNA)).toBytes();
    }

    /** Each differs from each other one, though many hold the same characters. */
    @Test
    void whatDiffersHasOtherBytes() {
        Map<String, UnaryOperator<Binding>> all = new HashMap<>();
        all.put("nothing", b -> b);
        all.put("empty text", b -> b.text(""));
        all.put("two empty texts", b -> b.text("").text(""));
        all.put("empty bytes", b -> b.bytes(new byte[0]));
        all.put("a, bc", b -> b.text("a").text("bc"));
        all.put("ab, c", b -> b.text("ab").text("c"));
        all.put("abc", b -> b.text("abc"));
        all.put("bytes abc", b -> b.bytes("abc".getBytes(UTF_8)));
        all.put("bytes of text abc", b -> b.bytes(new byte[] {0, 'a', 0, 'b', 0, 'c'}));
        all.put("c, ab", b -> b.text("c").text("ab"));
        all.put("1", b -> b.number(1));
        all.put("0", b -> b.number(0));
        all.put("true", b -> b.flag(true));
        all.put("false", b -> b.flag(false));
        all.put("text 1", b -> b.text("1"));
        all.put("eight bytes", b -> b.bytes(new byte[8]));
        all.put("another eight bytes", b -> b.bytes(new byte[] {0, 0, 0, 0, 0, 0, 0, 1}));
        all.put("half a pair", b -> b.text("\uD83D"));
        all.put("the other half", b -> b.text("\uDE00"));
        all.put("a question mark", b -> b.text("?"));
        all.put("database", b -> b.database(new DatabaseName("p", "d")));
        all.put("other database", b -> b.database(new DatabaseName("pd", "")));
        Map<String, byte[]> made = new HashMap<>();
        all.forEach((name, more) -> {
            byte[] bytes = bytes(more);
            assertThat(bytes).as(name).isEqualTo(bytes(more));
            made.forEach((other, otherBytes) ->
                    assertThat(bytes).as("%s, %s", name, other).isNotEqualTo(otherBytes));
            made.put(name, bytes);
        });
    }

    /** A text may hold the very bytes that would end it and begin another: seeded, with texts of such bytes. */
    @Test
    void aTextCannotImitateTwo() {
        Random random = new Random(5);
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String first = text(random);
            String second = text(random);
            String pair = first.length() + ":" + first + second;
            String bytes = new String(bytes(b -> b.text(first).text(second)), ISO_8859_1);
            String other = texts.put(bytes, pair);
            assertThat(other == null || other.equals(pair)).isTrue();
        }
    }

    @Test
    void longTextsFit() {
        String text = "x".repeat(100_000);
        assertThat(bytes(b -> b.text(text).flag(true)))
                .hasSizeGreaterThan(200_000)
                .endsWith(4, 0, 0, 0, 1, 1);
    }

    @Test
    void eachPartOfThePrincipalCounts() {
        byte[] anna = Binding.of(Callers.ANNA).toBytes();
        assertThat(Binding.of(Callers.ANNA_LATER).toBytes()).isEqualTo(anna);
        Callers.STRANGERS.forEach((name, stranger) ->
                assertThat(Binding.of(stranger).toBytes()).as(name).isNotEqualTo(anna));
    }

    private static String text(Random random) {
        char[] chars = new char[random.nextInt(4)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (random.nextInt(3) << 8 | random.nextInt(3));
        }
        return new String(chars);
    }
}
