package io.firegate.policy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A GUID as Entra ID writes it: a tenant, an object, an application or a group.
 *
 * <p>Entra compares these without regard to case, so {@link #parse} folds it; nothing else is folded. Kept as a number: a hundred thousand
 * remembered tokens are mostly these. Immutable; safe for any thread.
 */
public final class Guid implements Comparable<Guid> {
    /** How long one is in writing: {@code xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}. */
    public static final int CHARS = 36;

    private static final String HEX = "0123456789abcdef";

    /** By byte: what it is worth as a hexadecimal digit, or -1. */
    private static final byte[] WORTH = new byte[256];

    static {
        for (int i = 0; i < WORTH.length; i++) {
            WORTH[i] = (byte) HEX.indexOf(i >= 'A' && i <= 'F' ? i | 0x20 : i);
        }
    }

    /** The first 16 hexadecimal digits. */
    private final long high;

    /** The other 16. */
    private final long low;

    /** It in writing, once someone asked: a condition on who calls asks at every request. Threads that race make equal ones. */
    private @Nullable String text;

    /** The one written so, in lower case. */
    public Guid(String value) {
        this(canonical(value));
    }

    private Guid(Guid same) {
        this(same.high, same.low);
    }

    /**
     * The one of these digits.
     *
     * @param high the first 16 hexadecimal digits
     * @param low the other 16
     */
    public Guid(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /** Reads a GUID in either case; empty when the text is anything else. */
    public static Optional<Guid> parse(String text) {
        return Optional.ofNullable(read(text));
    }

    private static Guid canonical(String value) {
        Guid read = read(value);
        if (read == null || !read.value().equals(value)) {
            throw new IllegalArgumentException("not a GUID in lower case");
        }
        return read;
    }

    private static @Nullable Guid read(String text) {
        if (text.length() != CHARS) {
            return null;
        }
        // A character that has no byte becomes a question mark, which is no digit either.
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length != CHARS || bytes[8] != '-' || bytes[13] != '-' || bytes[18] != '-' || bytes[23] != '-') {
            return null;
        }
        long a = digits(bytes, 0, 8);
        long b = digits(bytes, 9, 13);
        long c = digits(bytes, 14, 18);
        long d = digits(bytes, 19, 23);
        long e = digits(bytes, 24, CHARS);
        return (a | b | c | d | e) < 0 ? null : new Guid(a << 32 | b << 16 | c, d << 48 | e);
    }

    /** The number written between two places; negative when something else stands there. At most 12 digits. */
    private static long digits(byte[] bytes, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number << 4 | WORTH[bytes[i] & 0xff];
        }
        return number;
    }

    /** Writes it, in lower case, and returns the index after it; there is room for {@link #CHARS} bytes. */
    public int write(byte[] to, int at) {
        write(high >>> 32, 8, to, at);
        to[at + 8] = '-';
        write(high >>> 16, 4, to, at + 9);
        to[at + 13] = '-';
        write(high, 4, to, at + 14);
        to[at + 18] = '-';
        write(low >>> 48, 4, to, at + 19);
        to[at + 23] = '-';
        write(low, 12, to, at + 24);
        return at + CHARS;
    }

    private static void write(long number, int digits, byte[] to, int at) {
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            to[i] = (byte) HEX.charAt((int) (rest & 15));
            rest >>>= 4;
        }
    }

    /** It in writing, in lower case. Kept from then on, so not for each of many ids: {@link #write} keeps nothing. */
    public String value() {
        String known = text;
        if (known == null) {
            byte[] bytes = new byte[CHARS];
            write(bytes, 0);
            known = new String(bytes, StandardCharsets.ISO_8859_1);
            text = known;
        }
        return known;
    }

    @Override
    public int compareTo(Guid other) {
        return high == other.high ? Long.compareUnsigned(low, other.low) : Long.compareUnsigned(high, other.high);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Guid guid && high == guid.high && low == guid.low;
    }

    @Override
    public int hashCode() {
        long mixed = (high ^ low) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32);
    }

    @Override
    public String toString() {
        return value();
    }
}
