package io.firegate.auth.credential;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps one credential fresh in the background. Safe for any thread. */
public interface CredentialSource {
    /** The credential to use now, without waiting; null when there is none that is still valid. */
    @Nullable
    Credential current();

    /** Why {@link #current} is null; means something only then. */
    default Absence absence() {
        return new Absence(CredentialProblem.NOT_FETCHED_YET, Duration.ofSeconds(1));
    }
}
