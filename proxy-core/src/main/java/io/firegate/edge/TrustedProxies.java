package io.firegate.edge;

import io.firegate.exchange.Origin;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Network;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells where a request was first sent from. A client can write any {@code X-Forwarded-For} it likes, and each proxy adds the address
 * it was connected from at the end: so the list is read from its end, and only as far as the one who wrote an address is trusted.
 *
 * <p>A trusted proxy's own address never stands in for its client's. When nobody else's is written, nobody can say who asked, and a rule
 * about networks grants nothing: proxies often stand in the very networks a policy trusts, and one that forgets the header would let
 * everybody in as itself.
 */
final class TrustedProxies {
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");

    private final List<Network> networks;

    /** Trusts the proxies in these networks; none trusts nobody. */
    TrustedProxies(List<Network> networks) {
        this.networks = List.copyOf(networks);
    }

    /** The other end of a connection. */
    static Origin peer(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return new Origin(
                    inet.getAddress().getHostAddress(),
                    IpAddress.of(inet.getAddress().getAddress()).orElse(null),
                    false);
        }
        return new Origin("", null, false);
    }

    /** Where one request on a connection comes from. */
    Origin origin(Origin peer, Http2Headers headers) {
        if (!trusts(peer.client())) {
            return peer;
        }
        List<CharSequence> lines = headers.getAll(FORWARDED_FOR);
        // Several headers are one list in their order.
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i).toString();
            for (int end = line.length(); end >= 0; ) {
                int comma = line.lastIndexOf(',', end - 1);
                Optional<IpAddress> written = address(line.substring(comma + 1, end));
                if (written.isEmpty()) {
                    return new Origin(peer.peer(), null, true);
                }
                if (!trusts(written.get())) {
                    return new Origin(peer.peer(), written.get(), true);
                }
                end = comma;
            }
        }
        return new Origin(peer.peer(), null, true);
    }

    private boolean trusts(@Nullable IpAddress address) {
        if (address == null) {
            return false;
        }
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** An address as proxies write it: some add the port, {@code 192.0.2.1:4711} or {@code [2001:db8::1]:4711}. */
    private static Optional<IpAddress> address(String written) {
        String text = written.strip();
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            int colon = text.indexOf(':');
            return colon > 0 && colon < close && isPort(text.substring(close + 1))
                    ? IpAddress.parse(text.substring(1, close))
                    : Optional.empty();
        }
        int colon = text.indexOf(':');
        if (colon >= 0 && colon == text.lastIndexOf(':')) {
            return isPort(text.substring(colon)) ? IpAddress.parse(text.substring(0, colon)) : Optional.empty();
        }
        return IpAddress.parse(text);
    }

    /** Nothing, or a colon and digits. */
    private static boolean isPort(String text) {
        if (text.isEmpty()) {
            return true;
        }
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.charAt(0) == ':' && text.length() > 1 && text.length() <= 6;
    }
}
