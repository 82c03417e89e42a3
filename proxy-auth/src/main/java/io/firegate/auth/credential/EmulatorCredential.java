package io.firegate.auth.credential;

import java.time.Instant;

/**
 * The credential of the local Firestore emulator, {@code Bearer owner}: full access to a database that has nothing to lose. It never
 * expires. Whoever builds one must have made sure that the upstream is a loopback emulator; no Google service accepts it.
 */
public final class EmulatorCredential implements CredentialSource {
    /** What the emulator's own tools send; it switches the emulator's security rules off. */
    private static final String OWNER = "Bearer owner";

    private final Credential credential;

    /**
     * The emulator's credential.
     *
     * @param name its entry under {@code credentials} in gateway.yaml
     */
    public EmulatorCredential(String name) {
        this.credential = new Credential(name, OWNER, Instant.MAX);
    }

    @Override
    public Credential current() {
        return credential;
    }
}
