package io.firegate.auth.credential;

import java.time.Instant;

/** A bearer credential for the upstream. Prints its name and expiry, never its value. */
public final class Credential {
    private final String name;
    private final String authorization;
    private final Instant expiresAt;

    /**
     * A credential.
     *
     * @param name its entry under {@code credentials} in gateway.yaml
     * @param authorization the whole value of the {@code authorization} header
     * @param expiresAt when the upstream stops accepting it; {@link Instant#MAX} for one that never expires
     */
    public Credential(String name, String authorization, Instant expiresAt) {
        this.name = name;
        this.authorization = authorization;
        this.expiresAt = expiresAt;
    }

    /** The entry of gateway.yaml it was made for. */
    public String name() {
        return name;
    }

    /** The value of the {@code authorization} header. Never logged. */
    public String authorization() {
        return authorization;
    }

    /** When the upstream stops accepting it. */
    public Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public String toString() {
        return "Credential[" + name + ", expires " + expiresAt + "]";
    }
}
