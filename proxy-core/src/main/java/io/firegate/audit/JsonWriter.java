package io.firegate.audit;

import io.firegate.policy.Guid;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/**
 * JSON into a reusable byte buffer. Used by one thread at a time.
 *
 * <p>Writes pieces, not trees: punctuation and names come as constants through {@link #raw}, and everything that came from outside
 * through {@link #text}, which cannot leave its string. Allocates nothing once the buffer has grown.
 */
final class JsonWriter {
    private static final int BYTES_INITIAL = 2048;
    /** A character takes at most six bytes, as {@code \}{@code u0000}; the four bytes of a pair stand for two characters. */
    private static final int BYTES_PER_CHAR_MAX = 6;

    private static final int LONG_DIGITS_MAX = 20;
    private static final byte[] HEX = Ascii.bytes("0123456789abcdef");
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.");
    /** Of the ASCII characters those that stand for themselves in a JSON string. */
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (int c = 0x20; c < 0x7f; c++) {
            PLAIN[c] = c != '"' && c != '\\';
        }
    }

    private byte[] bytes = new byte[BYTES_INITIAL];
    private int length;
    private long prefixSecond = Long.MIN_VALUE;
    private byte[] prefix = new byte[0];

    /** Forgets what was written; keeps the buffer. */
    void clear() {
        length = 0;
    }

    /** The buffer; the first {@link #length} bytes count, until the next call that writes. */
    byte[] array() {
        return bytes;
    }

    /** How many bytes were written. */
    int length() {
        return length;
    }

    /** Writes a constant as it is. */
    void raw(byte[] constant) {
        ensure(constant.length);
        System.arraycopy(constant, 0, bytes, length, constant.length);
        length += constant.length;
    }

    /** Writes one ASCII character as it is. */
    void raw(char c) {
        ensure(1);
        bytes[length++] = (byte) c;
    }

    /** Writes text that by its type is plain ASCII, such as the name of an enum constant, as it is. */
    @SuppressWarnings("deprecation") // copies the low byte of each character in one go, which is right for ASCII alone
    void ascii(String text) {
        int chars = text.length();
        ensure(chars);
        text.getBytes(0, chars, bytes, length);
        length += chars;
    }

    /** Writes a GUID. */
    void guid(Guid id) {
        ensure(Guid.CHARS);
        length = id.write(bytes, length);
    }

    /** Writes a decision id. */
    void id(DecisionId id) {
        ensure(DecisionId.CHARS_MAX);
        length = id.write(bytes, length);
    }

    /**
     * Writes text from outside, escaped, without the quotes around it.
     *
     * <p>Beyond what RFC 8259 section 7 demands it escapes what could deceive whoever reads the line in a terminal or an editor: C1
     * controls, line separators, and invisible or direction-changing characters. A lone surrogate has no UTF-8 form and is
     * escaped too, so that a reader gets back exactly the text that was written.
     *
     * @param charsMax characters written at most
     * @return the number of characters taken; less than the text's length when it was cut
     */
    int text(String text, int charsMax) {
        int chars = Math.min(text.length(), charsMax);
        ensure(chars * BYTES_PER_CHAR_MAX);
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (PLAIN[c]) {
                    to[at++] = (byte) c;
                } else {
                    at = escape(c, to, at);
                }
            } else if (c < 0x800) {
                if (c < 0xa0) {
                    at = unicode(c, to, at);
                } else {
                    to[at++] = (byte) (0xc0 | (c >> 6));
                    to[at++] = (byte) (0x80 | (c & 0x3f));
                }
            } else if (Character.isHighSurrogate(c) && i + 1 < chars && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                to[at++] = (byte) (0xf0 | (point >> 18));
                to[at++] = (byte) (0x80 | ((point >> 12) & 0x3f));
                to[at++] = (byte) (0x80 | ((point >> 6) & 0x3f));
                to[at++] = (byte) (0x80 | (point & 0x3f));
            } else if (Character.isSurrogate(c) || deceives(c)) {
                at = unicode(c, to, at);
            } else {
                to[at++] = (byte) (0xe0 | (c >> 12));
                to[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                to[at++] = (byte) (0x80 | (c & 0x3f));
            }
        }
        length = at;
        return chars;
    }

    /** Zero-width and direction marks, line and paragraph separator, bidirectional embeddings and isolates, byte order mark. */
    private static boolean deceives(char c) {
        return (c >= '\u200b' && c <= '\u200f')
                || (c >= '\u2028' && c <= '\u202e')
                || (c >= '\u2060' && c <= '\u206f')
                || c == '\ufeff';
    }

    private static int escape(char c, byte[] to, int at) {
        int end = at;
        switch (c) {
            case '"', '\\' -> {
                to[end++] = '\\';
                to[end++] = (byte) c;
            }
            case '\n' -> {
                to[end++] = '\\';
                to[end++] = 'n';
            }
            case '\r' -> {
                to[end++] = '\\';
                to[end++] = 'r';
            }
            case '\t' -> {
                to[end++] = '\\';
                to[end++] = 't';
            }
            default -> end = unicode(c, to, at);
        }
        return end;
    }

    private static int unicode(char c, byte[] to, int at) {
        to[at] = '\\';
        to[at + 1] = 'u';
        to[at + 2] = HEX[c >> 12];
        to[at + 3] = HEX[(c >> 8) & 15];
        to[at + 4] = HEX[(c >> 4) & 15];
        to[at + 5] = HEX[c & 15];
        return at + 6;
    }

    /** Writes a whole number. */
    void number(long value) {
        ensure(LONG_DIGITS_MAX);
        long rest = value;
        if (rest < 0) {
            bytes[length++] = '-';
        }
        int width = 1;
        for (long v = rest / 10; v != 0; v /= 10) {
            width++;
        }
        for (int i = length + width - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        }
        length += width;
    }

    /** Writes nanoseconds as milliseconds with three decimals, cut to the microsecond. */
    void millis(long nanos) {
        long micros = nanos / 1000;
        number(micros / 1000);
        raw('.');
        padded((int) (micros % 1000), 3);
    }

    /** Writes a moment as RFC 3339 in UTC with microseconds. */
    void time(long epochSecond, int nano) {
        if (epochSecond != prefixSecond) {
            prefix = Ascii.bytes(SECOND.format(LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC)));
            prefixSecond = epochSecond;
        }
        raw(prefix);
        padded(nano / 1000, 6);
        raw('Z');
    }

    private void padded(int value, int width) {
        ensure(width);
        int rest = value;
        for (int i = length + width - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += width;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
