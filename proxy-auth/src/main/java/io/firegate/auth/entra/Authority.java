package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/**
 * One Entra cloud's front: where its metadata and keys are, and how its issuers are spelled.
 *
 * @param url the sign-in host, such as {@code https://login.microsoftonline.com}: scheme, host and port only, no final slash. Plain
 *     http is taken for loopback addresses only
 * @param v1Issuers what v1 issuers begin with, such as {@code https://sts.windows.net}; no final slash
 */
public record Authority(String url, String v1Issuers) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

    /**
     * An authority.
     *
     * @throws IllegalArgumentException when a part is not a plain https base address
     */
    public Authority {
        requireBase(url);
        requireBase(v1Issuers);
    }

    /** {@code iss} of a tenant's tokens; v1 ends with a slash, v2 does not. */
    public String issuer(Guid tenant, TokenVersion version) {
        return switch (version) {
            case V1 -> v1Issuers + "/" + tenant + "/";
            case V2 -> url + "/" + tenant + "/v2.0";
        };
    }

    /** The tenant's discovery document for a version. Each version has its own, with its own keys. */
    public URI metadata(Guid tenant, TokenVersion version) {
        return URI.create(url + "/" + tenant + version.metadataPath());
    }

    /** Whether an address is on the sign-in host: same scheme, host and port, and no user part that could disguise another. */
    boolean hosts(URI address) {
        URI base = URI.create(url);
        return base.getScheme().equals(address.getScheme())
                && base.getHost().equals(address.getHost())
                && base.getPort() == address.getPort()
                && address.getRawUserInfo() == null;
    }

    private static void requireBase(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("authority `" + text + "` is not an address", e);
        }
        boolean https = "https".equals(uri.getScheme());
        boolean loopback = "http".equals(uri.getScheme()) && uri.getHost() != null && LOOPBACK.contains(uri.getHost());
        if (!https && !loopback) {
            throw new IllegalArgumentException("authority `" + text + "` must begin with https://");
        }
        boolean bare = uri.getHost() != null
                && uri.getRawPath().isEmpty()
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null;
        if (!bare) {
            throw new IllegalArgumentException(
                    "authority `" + text + "` must be scheme and host only, without a final slash");
        }
    }
}
