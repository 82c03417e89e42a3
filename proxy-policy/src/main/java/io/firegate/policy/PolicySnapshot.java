package io.firegate.policy;

/** An immutable compiled policy, named by the digest of its sources. Safe for any thread. */
public final class PolicySnapshot {
    private final String id;

    PolicySnapshot(String id) {
        this.id = id;
    }

    /** The first 16 hexadecimal digits of the SHA-256 over the source files' names and bytes. */
    public String id() {
        return id;
    }

    /** What the bindings give this principal, worked out once per principal and snapshot. */
    public Standing standing(Principal principal) {
        return new Standing(this, principal);
    }

    /**
     * Judges a request. Total: answers every input, never throws, waits or logs; the same input gives the same answer.
     *
     * @param standing the caller's standing in <em>this</em> snapshot
     */
    public Decision decide(Standing standing, AccessRequest request) {
        return new Decision.Deny(DenyReason.NO_TIER, null, null, null);
    }
}
