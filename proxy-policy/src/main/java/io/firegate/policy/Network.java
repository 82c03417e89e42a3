package io.firegate.policy;

import java.util.Optional;

/**
 * A range of IP addresses in CIDR notation. Never holds addresses of both families: {@code ::/0} is every IPv6 address and no IPv4
 * one.
 *
 * @param first its first address
 * @param length how many leading bits all its addresses share, of 32 or 128
 */
public record Network(IpAddress first, int length) {
    private static final int V4_OFFSET = 96;

    public Network {
        if (length < 0 || length > (first.isV4() ? 32 : 128) || !first.equals(masked(first, length))) {
            throw new IllegalArgumentException("not the first address of a network");
        }
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address; empty when it is anything else.
     *
     * @param exact whether an address inside the network is refused in place of its first one
     */
    static Optional<Network> parse(String text, boolean exact) {
        int slash = text.indexOf('/');
        Optional<IpAddress> read = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (read.isEmpty()) {
            return Optional.empty();
        }
        IpAddress address = read.get();
        // Written as IPv6, a mapped address would have a length that means something else.
        if (address.isV4() && text.indexOf(':') >= 0) {
            return Optional.empty();
        }
        int whole = address.isV4() ? 32 : 128;
        int length = slash < 0 ? whole : bits(text.substring(slash + 1));
        if (length < 0 || length > whole) {
            return Optional.empty();
        }
        IpAddress first = masked(address, length);
        return exact && !first.equals(address) ? Optional.empty() : Optional.of(new Network(first, length));
    }

    /** Reads a network written by its first address; empty when it is anything else. */
    public static Optional<Network> parse(String text) {
        return parse(text, true);
    }

    private static int bits(String text) {
        if (text.isEmpty() || text.length() > 3 || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    private static IpAddress masked(IpAddress address, int length) {
        int bits = address.isV4() ? V4_OFFSET + length : length;
        return new IpAddress(address.high() & mask(Math.min(bits, 64)), address.low() & mask(Math.max(bits - 64, 0)));
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    /** Whether an address lies in it. */
    public boolean contains(IpAddress address) {
        return address.isV4() == first.isV4() && masked(address, length).equals(first);
    }

    @Override
    public String toString() {
        return first + "/" + length;
    }
}
