package io.firegate.exchange;

import io.firegate.policy.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a request came from.
 *
 * @param peer the address at the other end of the connection, without a port
 * @param client the address the request was first sent from, as far as trusted proxies tell; null when nobody can say, and then it lies
 *     in no network
 * @param forwarded whether it is a trusted proxy's to say, in place of the connection
 */
public record Origin(String peer, @Nullable IpAddress client, boolean forwarded) {
    /** The client for the record; null when it is the peer. */
    @Nullable
    String recordedClient() {
        return forwarded ? client == null ? "unknown" : client.toString() : null;
    }
}
