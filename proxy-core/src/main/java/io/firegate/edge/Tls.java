package io.firegate.edge;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/**
 * TLS 1.2 and 1.3 with ALPN ({@code h2}, and {@code http/1.1} behind it where we listen) and the cipher suites RFC 9113 section 9.2.2 leaves over. BoringSSL where its library loads,
 * the JDK's TLS elsewhere.
 */
public final class Tls {
    /**
     * How Netty hands a key to its library, in memory only. PKCS #12, the default, derives a key from a password by ten thousand hashes, twice,
     * which costs a starting gateway a second and guards nothing: the password stands beside it.
     */
    private static final String KEY_STORE = "JKS";

    private Tls() {}

    /** Which library does the work, for the log. */
    public static String provider() {
        return OpenSsl.isAvailable() ? OpenSsl.versionString() : "JDK";
    }

    /**
     * For a listener.
     *
     * @param certificate PEM chain, leaf first
     * @param key PEM of the PKCS #8 private key
     * @throws SSLException when the pair does not make a working context
     * @throws IllegalArgumentException when a file holds no certificate or key
     */
    public static SslContext server(Path certificate, Path key) throws SSLException {
        return common(
                SslContextBuilder.forServer(certificate.toFile(), key.toFile()).keyStoreType(KEY_STORE),
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1);
    }

    /** For Firestore: the platform's trust anchors, and the host name is checked. */
    public static SslContext client() throws SSLException {
        return common(
                SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS"),
                ApplicationProtocolNames.HTTP_2);
    }

    private static SslContext common(SslContextBuilder builder, String... protocols) throws SSLException {
        ApplicationProtocolConfig alpn = new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols);
        return builder.sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(alpn)
                .build();
    }
}
