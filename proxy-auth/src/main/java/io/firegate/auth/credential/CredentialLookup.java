package io.firegate.auth.credential;

import java.util.concurrent.CompletionStage;

/** What there is for a caller now. */
public sealed interface CredentialLookup {
    /** A valid credential. */
    record Ready(Credential credential) implements CredentialLookup {}

    /** None. */
    record Missing(Absence absence) implements CredentialLookup {}

    /**
     * It is being fetched. The stage ends within the named limit with one of the other two, never exceptionally, and on any thread.
     */
    record Pending(CompletionStage<CredentialLookup> result) implements CredentialLookup {}
}
