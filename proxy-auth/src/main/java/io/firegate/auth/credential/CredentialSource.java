package io.firegate.auth.credential;

import io.firegate.policy.Principal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps one credential, the same for every caller, fresh in the background. Safe for any thread. */
public interface CredentialSource extends CredentialProvider {
    /** The credential to use now, without waiting; null when there is none that is still valid. */
    @Nullable
    Credential current();

    /** Why {@link #current} is null; means something only then. */
    default Absence absence() {
        return new Absence(CredentialProblem.NOT_FETCHED_YET, Duration.ofSeconds(1));
    }

    @Override
    default CredentialLookup lookup(Principal caller) {
        Credential held = current();
        return held == null ? new CredentialLookup.Missing(absence()) : new CredentialLookup.Ready(held);
    }
}
