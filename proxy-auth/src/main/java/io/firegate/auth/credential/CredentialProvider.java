package io.firegate.auth.credential;

import io.firegate.policy.Principal;

/** The credentials of one entry of {@code credentials}. Safe for any thread; never blocks. */
public interface CredentialProvider {
    /** The credential to forward this caller's request with. */
    CredentialLookup lookup(Principal caller);
}
