package io.firegate.policy;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a request wants, in one database, at one moment.
 *
 * @param database the database all accesses are in
 * @param accesses what is wanted, in the request's order; empty for a call without a path
 * @param namedTier the tier the caller asked to be served by ({@code x-firegate-tier}), or null
 * @param credential the credential a transaction was begun with, which everything in it must use; null outside one
 * @param now when the request is judged; the only clock {@code decide} has
 * @param client the address the request came from; null when it is not known, and then it lies in no network
 * @param lookups what is known of documents that conditions look up
 */
public record AccessRequest(
        DatabaseName database,
        List<Access> accesses,
        @Nullable String namedTier,
        @Nullable String credential,
        Instant now,
        @Nullable IpAddress client,
        Lookups lookups) {
    /** A request from somewhere that no handle binds to a credential. */
    public AccessRequest(DatabaseName database, List<Access> accesses, @Nullable String namedTier, Instant now) {
        this(database, accesses, namedTier, null, now, null, Lookups.NONE);
    }

    /** The same request when documents it needs have been read. */
    public AccessRequest with(Lookups read) {
        return new AccessRequest(database, accesses, namedTier, credential, now, client, read);
    }

    public AccessRequest {
        accesses = List.copyOf(accesses);
    }
}
