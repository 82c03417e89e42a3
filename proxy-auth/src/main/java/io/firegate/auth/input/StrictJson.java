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

    private final String text;
    private final Duplicates duplicates;
    private int at;

    private StrictJson(String text, Duplicates duplicates) {
        this.text = text;
        this.duplicates = duplicates;
    }

    /** The object, or null when the bytes are anything else. */
    public static @Nullable Map<String, Object> object(byte[] utf8, Duplicates duplicates) {
        String text;
        try {
            // A fresh decoder reports malformed input; String's constructor would replace it.
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        StrictJson reader = new StrictJson(text, duplicates);
        reader.skipSpace();
        if (!reader.take('{')) {
            return null;
        }
        Map<String, Object> object = reader.members(1);
        reader.skipSpace();
        return reader.at == text.length() ? object : null;
    }

    /** The members behind an opening brace; null when they are malformed. */
    private @Nullable Map<String, Object> members(int depth) {
        Map<String, Object> object = new HashMap<>();
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
        char c = at < text.length() ? text.charAt(at) : ' ';
        return switch (c) {
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", NULL);
            default -> number();
        };
    }

    private @Nullable Object word(String word, Object meaning) {
        if (!text.startsWith(word, at)) {
            return null;
        }
        at += word.length();
        return meaning;
    }

    private @Nullable Object number() {
        int start = at;
        take('-');
        int whole = digits();
        boolean leadingZero = whole > 1 && text.charAt(at - whole) == '0';
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
        String literal = text.substring(start, at);
        // 18 digits always fit a long; longer ones are of no use as a claim and are kept as a double.
        return integral && whole <= 18 ? (Object) Long.valueOf(literal) : (Object) Double.valueOf(literal);
    }

    private int digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at - start;
    }

    /** The string behind an opening quote; null when it is malformed. */
    private @Nullable String string() {
        int start = at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(start, at++);
            }
            if (c == '\\') {
                return escapedString(start);
            }
            if (c < 0x20) {
                return null;
            }
            at++;
        }
        return null;
    }

    private @Nullable String escapedString(int start) {
        StringBuilder out = new StringBuilder(text.substring(start, at));
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c < 0x20) {
                return null;
            }
            if (c != '\\') {
                out.append(c);
            } else if (!escape(out)) {
                return null;
            }
        }
        return null;
    }

    private boolean escape(StringBuilder out) {
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at++);
        switch (c) {
            case '"', '\\', '/' -> out.append(c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> {
                int unit = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = at < text.length() ? hex(text.charAt(at++)) : -1;
                    if (digit < 0) {
                        return false;
                    }
                    unit = unit << 4 | digit;
                }
                out.append((char) unit);
            }
            default -> {
                return false;
            }
        }
        return true;
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
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
        }
    }

    private boolean take(char expected) {
        if (at < text.length() && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }
}
