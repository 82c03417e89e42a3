package io.firegate.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host and a port, {@code 127.0.0.1:8080}, {@code [::1]:8080} or {@code name:443}. Never asks a name server.
 *
 * @param host an IPv4 address, an IPv6 address without brackets, or a name in lower case
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /** Longest DNS name in text form (RFC 1035 section 2.3.4). */
    private static final int NAME_MAX = 253;

    /** RFC 952 and 1123: letters, digits and inner hyphens, 63 at most between dots. */
    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** Dots and digits only: an IPv4 address or a mistake, never a name. Forms such as {@code 127.1} are mistakes here. */
    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");

    private static final Pattern IPV4 = Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

    /** Reads {@code host:port}; empty when it is anything else. */
    public static Optional<HostPort> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !PORT.matcher(text.substring(colon + 1)).matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (port > PORT_MAX || bracketed != (host.indexOf(':') >= 0)) {
            return Optional.empty();
        }
        host = host.toLowerCase(Locale.ROOT);
        if (literal(host) == null && (DIGITS.matcher(host).matches() || !isName(host))) {
            return Optional.empty();
        }
        return Optional.of(new HostPort(host, port));
    }

    private static boolean isName(String host) {
        return host.length() <= NAME_MAX && NAME.matcher(host).matches();
    }

    /** The address a host text spells out, or null when it is a name. */
    private static @Nullable InetAddress literal(String host) {
        boolean v4 = IPV4.matcher(host).matches();
        if (!v4 && !IPV6.matcher(host).matches()) {
            return null;
        }
        if (v4) {
            for (String part : host.split("\\.", -1)) {
                if (Integer.parseInt(part) > 255) {
                    return null;
                }
            }
        }
        try {
            // Both forms are literals, for which this method asks nobody.
            return InetAddress.getByName(v4 ? host : "[" + host + "]");
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private @Nullable InetAddress address() {
        // RFC 6761 section 6.3: the name always means loopback; a hosts file that says otherwise is not asked.
        return host.equals("localhost") ? InetAddress.getLoopbackAddress() : literal(host);
    }

    /** Whether the host is an IP address or {@code localhost}, so that nobody need be asked what it means. */
    public boolean isLiteral() {
        return address() != null;
    }

    /** Whether the host is {@code localhost} or an address in 127.0.0.0/8 or ::1. A name never is. */
    public boolean isLoopback() {
        InetAddress address = address();
        return address != null && address.isLoopbackAddress();
    }

    /**
     * The address to listen at or connect to, without asking a name server.
     *
     * @throws IllegalStateException when the host is a name: ask {@link #isLiteral} first
     */
    public InetSocketAddress toSocketAddress() {
        InetAddress address = address();
        if (address == null) {
            throw new IllegalStateException(host + " is a name");
        }
        return new InetSocketAddress(address, port);
    }

    /** {@code host:port}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
