package io.firegate.auth.entra;

import java.util.Optional;

/** The two forms of Entra access tokens. Which one a client gets is a property of the API registration, not of the client. */
public enum TokenVersion {
    /** {@code "ver":"1.0"}: issuer on {@code sts.windows.net}, client in {@code appid}. */
    V1("1.0", "appid", "/.well-known/openid-configuration"),
    /** {@code "ver":"2.0"}: issuer on the sign-in host, client in {@code azp}. */
    V2("2.0", "azp", "/v2.0/.well-known/openid-configuration");

    private final String text;
    private final String clientClaim;
    private final String metadataPath;

    TokenVersion(String text, String clientClaim, String metadataPath) {
        this.text = text;
        this.clientClaim = clientClaim;
        this.metadataPath = metadataPath;
    }

    /** The version of that {@code ver} text, such as {@code 2.0}. */
    public static Optional<TokenVersion> parse(String text) {
        for (TokenVersion version : values()) {
            if (version.text.equals(text)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** The value of {@code ver}. */
    public String text() {
        return text;
    }

    String clientClaim() {
        return clientClaim;
    }

    String metadataPath() {
        return metadataPath;
    }
}
