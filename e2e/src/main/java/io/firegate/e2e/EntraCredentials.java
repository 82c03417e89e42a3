package io.firegate.e2e;

import com.google.auth.Credentials;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The credential object an application hands to a Google client so that its calls carry an Entra ID access token. Safe for any
 * thread.
 *
 * <p>The supplier is asked once per call, so it should cache, as MSAL does.
 */
public final class EntraCredentials extends Credentials {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<String> token;

    /**
     * A credential.
     *
     * @param token gives a currently valid access token for firegate's audience
     */
    public EntraCredentials(Supplier<String> token) {
        this.token = token;
    }

    @Override
    public Map<String, List<String>> getRequestMetadata(@Nullable URI uri) {
        return Map.of("Authorization", List.of("Bearer " + token.get()));
    }

    @Override
    public boolean hasRequestMetadata() {
        return true;
    }

    @Override
    public boolean hasRequestMetadataOnly() {
        return true;
    }

    @Override
    public String getAuthenticationType() {
        return "OAuth2";
    }

    @Override
    public void refresh() {
        // The supplier refreshes.
    }

    @Override
    public String toString() {
        return "EntraCredentials";
    }
}
