package io.firegate.policy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as a number, so that two ways to write one are equal. An IPv4 address is kept as IPv6 maps it
 * ({@code ::ffff:a.b.c.d}, RFC 4291 2.5.5.2), so one that arrives on an IPv6 socket is the IPv4 address it stands for.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IpAddress(long high, long low) {
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final int GROUPS = 8;

    /** Of the bytes of an address in network order; empty when they are neither 4 nor 16. */
    public static Optional<IpAddress> of(byte[] bytes) {
        if (bytes.length == 4) {
            return Optional.of(v4(number(bytes, 0, 4)));
        }
        return bytes.length == 16
                ? Optional.of(new IpAddress(number(bytes, 0, 8), number(bytes, 8, 16)))
                : Optional.empty();
    }

    private static long number(byte[] bytes, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = (number << 8) | (bytes[i] & 0xff);
        }
        return number;
    }

    private static IpAddress v4(long number) {
        return new IpAddress(0, MAPPED | number);
    }

    /**
     * Reads {@code 192.0.2.1} or {@code 2001:db8::1}; empty when it is anything else. Strict: four decimal numbers without leading
     * zeros, which some programs read as octal, and no zone.
     */
    public static Optional<IpAddress> parse(String text) {
        if (text.indexOf(':') < 0) {
            long number = dotted(text);
            return number < 0 ? Optional.empty() : Optional.of(v4(number));
        }
        return Optional.ofNullable(groups(text));
    }

    /** Four decimal numbers with dots between; negative when it is anything else. */
    private static long dotted(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return -1;
        }
        long number = 0;
        for (String part : parts) {
            boolean digits = !part.isEmpty() && part.length() <= 3 && (part.length() == 1 || part.charAt(0) != '0');
            int value = 0;
            for (int i = 0; i < part.length() && digits; i++) {
                char c = part.charAt(i);
                digits = c >= '0' && c <= '9';
                value = value * 10 + c - '0';
            }
            if (!digits || value > 255) {
                return -1;
            }
            number = (number << 8) | value;
        }
        return number;
    }

    private static @Nullable IpAddress groups(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        int[] groups = new int[GROUPS];
        if (gap < 0) {
            return groups(text, groups, true) == GROUPS ? of(groups) : null;
        }
        int before = gap == 0 ? 0 : groups(text.substring(0, gap), groups, false);
        int[] ending = new int[GROUPS];
        String end = text.substring(gap + 2);
        int after = end.isEmpty() ? 0 : groups(end, ending, true);
        // The gap stands for at least one group of zeros.
        if (before < 0 || after < 0 || before + after >= GROUPS) {
            return null;
        }
        System.arraycopy(ending, 0, groups, GROUPS - after, after);
        return of(groups);
    }

    /**
     * Reads groups one after the other.
     *
     * @param last whether the address ends with them; then the last two may be written as IPv4
     * @return how many there are, negative when one cannot be read or there are too many
     */
    private static int groups(String text, int[] into, boolean last) {
        String[] parts = text.split(":", -1);
        int at = 0;
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (last && i == parts.length - 1 && part.indexOf('.') >= 0) {
                long number = dotted(part);
                if (number < 0 || at + 2 > GROUPS) {
                    return -1;
                }
                into[at++] = (int) (number >>> 16);
                into[at++] = (int) (number & 0xffff);
                continue;
            }
            if (part.isEmpty() || part.length() > 4 || at == GROUPS) {
                return -1;
            }
            int group = 0;
            for (int k = 0; k < part.length(); k++) {
                int digit = part.charAt(k) < 128 ? Character.digit(part.charAt(k), 16) : -1;
                if (digit < 0) {
                    return -1;
                }
                group = (group << 4) | digit;
            }
            into[at++] = group;
        }
        return at;
    }

    private static IpAddress of(int[] groups) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = (high << 16) | groups[i];
            low = (low << 16) | groups[i + 4];
        }
        return new IpAddress(high, low);
    }

    /** Whether it is an IPv4 address. */
    public boolean isV4() {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** As it is usually written; IPv6 in full, without leading zeros. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        if (isV4()) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.append(out.isEmpty() ? "" : ".").append((low >>> shift) & 0xff);
            }
            return out.toString();
        }
        for (int i = 0; i < GROUPS; i++) {
            long half = i < 4 ? high : low;
            out.append(i == 0 ? "" : ":").append(Long.toHexString((half >>> (16 * (3 - i % 4))) & 0xffff));
        }
        return out.toString();
    }
}
