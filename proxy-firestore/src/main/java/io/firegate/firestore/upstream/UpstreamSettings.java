package io.firegate.firestore.upstream;

import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where Firestore is and how much of it one event loop may use.
 *
 * @param host name or literal address; with TLS also the name the certificate must carry
 * @param port TCP port
 * @param tls how to speak TLS with ALPN {@code h2}; null for plaintext (an emulator on loopback)
 * @param connectTimeout TCP, TLS and the first SETTINGS frame together
 * @param streamWindowBytes what one answer may run ahead of its reader
 * @param connectionWindowBytes what all answers of one connection may run ahead
 * @param connectionsMax connections per event loop
 * @param pendingMax calls per event loop that may wait for a connection or a stream
 */
public record UpstreamSettings(
        String host,
        int port,
        @Nullable SslContext tls,
        Duration connectTimeout,
        int streamWindowBytes,
        int connectionWindowBytes,
        int connectionsMax,
        int pendingMax) {
    /** The {@code :authority} of every call. */
    public String authority() {
        String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return tls != null && port == 443 ? bracketed : bracketed + ":" + port;
    }
}
