package io.firegate.policy;

/** One principal under one snapshot: the bindings that match it. Immutable; holds no verdict, because bindings can end in time. */
public final class Standing {
    private final PolicySnapshot snapshot;
    private final Principal principal;

    Standing(PolicySnapshot snapshot, Principal principal) {
        this.snapshot = snapshot;
        this.principal = principal;
    }

    /** The snapshot this standing is true for. */
    public PolicySnapshot snapshot() {
        return snapshot;
    }

    /** Whose standing it is. */
    public Principal principal() {
        return principal;
    }
}
