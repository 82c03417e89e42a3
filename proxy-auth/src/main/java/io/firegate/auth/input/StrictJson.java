package io.firegate.auth.input;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object exactly as RFC 8259 spells it: no comments, no single quotes, no trailing text, no invalid UTF-8, no second
 * member of the same name.
 *
 * <p>Written by hand because the general readers at hand are lenient in ways that let two parties read one token differently, and
 * cost more than the rest of verification but the signature. Values: {@link String}, {@link Long} for whole numbers in its range,
 * {@link Double} for all others, {@link Boolean}, {@link #NULL}, {@code Map<String, Object>}, {@code List<Object>}. Total: any input
 * gives an object or null.
 */
public final class StrictJson {
    /** What {@code null} is read as, so that a claim that is there and null differs from one that is missing. */
    public static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    /** What a second member of the same name in an object below the first means. In the outermost object it is always refused. */
    public enum Duplicates {
        /** The last one counts; for tokens, where nested members are not relied on. */
        NESTED_ALLOWED,
        /** The text is refused. */
        REFUSED
    }

    /** Entra nests two levels deep; the limit keeps recursion harmless. */
    private static final int DEPTH_MAX = 32;

    /** Room for the claims of a token, so that the table is not made three times. */
    private static final int MEMBERS_USUAL = 64;

    /** By byte: whether it stands for itself in a string. Those of longer characters do not: their strings are read with more care. */
    private static final boolean[] PLAIN = new boolean[256];

    static {
        for (int c = 0x20; c < 0x80; c++) {
            PLAIN[c] = c != '"' && c != '\\';
        }
    }

    private final byte[] json;
    private final Duplicates duplicates;
    private int at;

    private StrictJson(byte[] json, Duplicates duplicates) {
        this.json = json;
        this.duplicates = duplicates;
    }

    /** The object, or null when the bytes are anything else. */
    public static @Nullable Map<String, Object> object(byte[] utf8, Duplicates duplicates) {
        StrictJson reader = new StrictJson(utf8, duplicates);
        reader.skipSpace();
        if (!reader.take('{')) {
            return null;
        }
        Map<String, Object> object = reader.members(1);
        reader.skipSpace();
        return reader.at == utf8.length ? object : null;
    }

    /** The members behind an opening brace; null when they are malformed. */
    private @Nullable Map<String, Object> members(int depth) {
        Map<String, Object> object = new HashMap<>(depth == 1 ? MEMBERS_USUAL : 4);
        skipSpace();
        if (take('}')) {
            return object;
        }
        do {
            skipSpace();
            String name = take('"') ? string() : null;
            skipSpace();
            if (name == null || !take(':')) {
                return null;
            }
            Object value = value(depth);
            if (value == null) {
                return null;
            }
            boolean repeated = object.put(name, value) != null;
            if (repeated && (depth == 1 || duplicates == Duplicates.REFUSED)) {
                return null;
            }
            skipSpace();
        } while (take(','));
        return take('}') ? object : null;
    }

    /** The elements behind an opening bracket; null when they are malformed. */
    private @Nullable List<Object> elements(int depth) {
        List<Object> array = new ArrayList<>();
        skipSpace();
        if (take(']')) {
            return array;
        }
        do {
            Object value = value(depth);
            if (value == null) {
                return null;
            }
            array.add(value);
            skipSpace();
        } while (take(','));
        return take(']') ? array : null;
    }

    /** The value that comes next; null when it is malformed. */
    private @Nullable Object value(int depth) {
        skipSpace();
        if (take('"')) {
            return string();
        }
        if (take('{')) {
            return depth == DEPTH_MAX ? null : members(depth + 1);
        }
        if (take('[')) {
            return depth == DEPTH_MAX ? null : elements(depth + 1);
        }
        return switch (at < json.length ? json[at] : ' ') {
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", NULL);
            default -> number();
        };
    }

    private @Nullable Object word(String word, Object meaning) {
        for (int i = 0; i < word.length(); i++) {
            if (!take(word.charAt(i))) {
                return null;
            }
        }
        return meaning;
    }

    private @Nullable Object number() {
        int start = at;
        take('-');
        int whole = digits();
        boolean leadingZero = whole > 1 && json[at - whole] == '0';
        if (whole == 0 || leadingZero) {
            return null;
        }
        boolean integral = true;
        if (take('.')) {
            integral = false;
            if (digits() == 0) {
                return null;
            }
        }
        if (take('e') || take('E')) {
            integral = false;
            if (!take('+')) {
                take('-');
            }
            if (digits() == 0) {
                return null;
            }
        }
        String literal = ascii(start, at);
        // 18 digits always fit a long; longer ones are of no use as a claim and are kept as a double.
        return integral && whole <= 18 ? (Object) Long.valueOf(literal) : (Object) Double.valueOf(literal);
    }

    private int digits() {
        int start = at;
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at - start;
    }

    /** The string behind an opening quote; null when it is malformed. */
    private @Nullable String string() {
        int start = at;
        while (at < json.length) {
            byte c = json[at];
            if (!PLAIN[c & 0xff]) {
                return c == '"' ? ascii(start, at++) : unusualString(start);
            }
            at++;
        }
        return null;
    }

    /** One with escapes or characters beyond ASCII. No byte of such a character is a quote or a backslash. */
    private @Nullable String unusualString(int start) {
        while (at < json.length && json[at] != '"') {
            if (json[at] >= 0 && json[at] < 0x20) {
                return null;
            }
            at += json[at] == '\\' ? 2 : 1;
        }
        if (at >= json.length) {
            return null;
        }
        String raw;
        try {
            // A fresh decoder reports malformed input; String's constructor would replace it.
            raw = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json, start, at++ - start))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        return raw.indexOf('\\') < 0 ? raw : unescaped(raw);
    }

    private static @Nullable String unescaped(String raw) {
        StringBuilder out = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\\') {
                int unit = escaped(raw, ++i);
                if (unit < 0) {
                    return null;
                }
                i += raw.charAt(i) == 'u' ? 4 : 0;
                c = (char) unit;
            }
            out.append(c);
        }
        return out.toString();
    }

    /** What the characters behind a backslash stand for; negative when they are no escape. */
    private static int escaped(String raw, int from) {
        return switch (raw.charAt(from)) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int unit = 0;
                for (int i = from + 1; i <= from + 4; i++) {
                    unit = unit << 4 | (i < raw.length() ? hex(raw.charAt(i)) : -1);
                }
                yield unit;
            }
            default -> -1;
        };
    }

    private String ascii(int from, int to) {
        return new String(json, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** The value of an ASCII hex digit, else -1; Character.digit would also take digits of other scripts. */
    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        char lower = (char) (c | 0x20);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private void skipSpace() {
        while (at < json.length) {
            byte c = json[at];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
        }
    }

    private boolean take(char expected) {
        if (at < json.length && json[at] == expected) {
            at++;
            return true;
        }
        return false;
    }
}
