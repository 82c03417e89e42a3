package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of asking for a token. */
sealed interface TokenReply {
    /** A token. */
    record Issued(FetchedToken token) implements TokenReply {}

    /**
     * None.
     *
     * @param detail who answered what, for the log: addresses, statuses and error codes, never a token or a body
     * @param retryAfter how long the service asked to be left alone, or null
     */
    record Failed(
            CredentialProblem problem,
            String detail,
            @Nullable Duration retryAfter) implements TokenReply {}

    /** A failure nobody asked to wait for. */
    static TokenReply failed(CredentialProblem problem, String detail) {
        return new Failed(problem, detail, null);
    }
}
