package io.firegate.firestore.rest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON being written as UTF-8, laid out as protobuf's own printer does, which is what the emulator sends: two spaces a level and a
 * line for each member, or no space at all. For one thread.
 */
final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_BYTES = 512;

    private final boolean pretty;
    private byte[] data = new byte[FIRST_BYTES];
    private int size;
    private int depth;
    /** Whether nothing stands yet in the innermost object or array. */
    private boolean first = true;

    JsonBytes(boolean pretty) {
        this.pretty = pretty;
    }

    /** Bytes written so far. */
    int size() {
        return size;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(data, size);
    }

    void openObject() {
        put('{');
        depth++;
        first = true;
        if (pretty) {
            put('\n');
        }
    }

    void closeObject() {
        depth--;
        if (pretty) {
            if (!first) {
                put('\n');
            }
            indent();
        }
        put('}');
        first = false;
    }

    void openArray() {
        put('[');
        first = true;
    }

    void closeArray() {
        put(']');
        first = false;
    }

    /** Before each element of an array. */
    void element() {
        if (!first) {
            put(',');
            if (pretty) {
                put(' ');
            }
        }
        first = false;
    }

    /** A member's name, quoted and escaped already. */
    void key(byte[] quoted) {
        member();
        append(quoted);
        colon();
    }

    /** A member's name as UTF-8 that has been checked. */
    void key(byte[] utf8, int from, int to) {
        member();
        text(utf8, from, to);
        colon();
    }

    private void member() {
        if (!first) {
            put(',');
            if (pretty) {
                put('\n');
            }
        }
        first = false;
        if (pretty) {
            indent();
        }
    }

    private void colon() {
        put(':');
        if (pretty) {
            put(' ');
        }
    }

    private void indent() {
        ensure(2 * depth);
        Arrays.fill(data, size, size + 2 * depth, (byte) ' ');
        size += 2 * depth;
    }

    /** A string that is UTF-8 and has been checked. */
    void text(byte[] utf8, int from, int to) {
        ensure(to - from + 2);
        data[size++] = '"';
        int plain = from;
        for (int i = from; i < to; i++) {
            byte b = utf8[i];
            boolean separator = b == (byte) 0xE2
                    && utf8[i + 1] == (byte) 0x80
                    && (utf8[i + 2] == (byte) 0xA8 || utf8[i + 2] == (byte) 0xA9);
            if ((b >= 0 && b < ' ') || b == '"' || b == '\\' || separator) {
                append(utf8, plain, i);
                if (separator) {
                    // Line separators end a string in old JavaScript.
                    unicode(utf8[i + 2] == (byte) 0xA8 ? 0x2028 : 0x2029);
                    i += 2;
                } else {
                    escape(b);
                }
                plain = i + 1;
            }
        }
        append(utf8, plain, to);
        put('"');
    }

    void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        text(utf8, 0, utf8.length);
    }

    /** Something that needs no escape: a number, a literal. */
    void plain(String ascii) {
        append(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** The same, as a string. */
    void quoted(String ascii) {
        put('"');
        plain(ascii);
        put('"');
    }

    private void escape(byte b) {
        switch (b) {
            case '"' -> escape('"');
            case '\\' -> escape('\\');
            case '\n' -> escape('n');
            case '\r' -> escape('r');
            case '\t' -> escape('t');
            case '\b' -> escape('b');
            case '\f' -> escape('f');
            default -> unicode(b);
        }
    }

    private void escape(char letter) {
        put('\\');
        put(letter);
    }

    private void unicode(int unit) {
        escape('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            put((char) HEX[unit >> shift & 0xF]);
        }
    }

    private void put(char ascii) {
        ensure(1);
        data[size++] = (byte) ascii;
    }

    void append(byte[] bytes) {
        append(bytes, 0, bytes.length);
    }

    private void append(byte[] bytes, int from, int to) {
        ensure(to - from);
        System.arraycopy(bytes, from, data, size, to - from);
        size += to - from;
    }

    private void ensure(int more) {
        if (more > data.length - size) {
            data = Arrays.copyOf(data, Math.max(Math.addExact(size, more), (int)
                    Math.min(2L * data.length, Integer.MAX_VALUE - 8)));
        }
    }
}
