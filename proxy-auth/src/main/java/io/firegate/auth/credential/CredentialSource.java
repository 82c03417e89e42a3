package io.firegate.auth.credential;

import org.jspecify.annotations.Nullable;

/** Keeps one credential fresh in the background. Safe for any thread. */
public interface CredentialSource {
    /** The credential to use now, without waiting; null when there is none that is still valid. */
    @Nullable
    Credential current();
}
