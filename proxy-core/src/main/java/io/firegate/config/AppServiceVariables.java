package io.firegate.config;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What App Service and its kin put into the environment of a workload with a managed identity. Never prints the header's value.
 *
 * @param endpoint where the identity's tokens are; on this machine or link-local
 * @param header the secret that asks for them
 */
record AppServiceVariables(URI endpoint, String header) {
    /** Plain http, and nothing on a network: the tokens of the identity come from there. */
    private static final Pattern ENDPOINT = Pattern.compile(
            "http://(localhost|127(\\.[0-9]{1,3}){3}|169\\.254(\\.[0-9]{1,3}){2}|\\[::1])(:[0-9]{1,5})?(/[A-Za-z0-9/._-]*)?");

    private static final Pattern HEADER = Pattern.compile("[!-~]{1,1024}");

    /** Empty when they are not as the platform sets them. */
    static Optional<AppServiceVariables> of(Map<String, String> environment) {
        @Nullable String endpoint = environment.get("IDENTITY_ENDPOINT");
        @Nullable String header = environment.get("IDENTITY_HEADER");
        if (endpoint == null
                || header == null
                || !ENDPOINT.matcher(endpoint).matches()
                || !HEADER.matcher(header).matches()) {
            return Optional.empty();
        }
        return Optional.of(new AppServiceVariables(URI.create(endpoint), header));
    }

    @Override
    public String toString() {
        return "AppServiceVariables[" + endpoint + "]";
    }
}
