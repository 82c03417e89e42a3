package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Lookups;
import io.firegate.policy.Obligations;
import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The scenarios' caller before a stand-in for the policy, whose tiers all have one credential. */
record TestCaller(
        BiFunction<DatabaseName, List<Access>, Decision.Settled> policy,
        @Nullable List<String> open) implements Caller {
    static final String CREDENTIAL = "credential";

    TestCaller(BiFunction<DatabaseName, List<Access>, Decision.Settled> policy) {
        this(policy, null);
    }

    /** Who may do everything. */
    static final Caller PERMITTED = new TestCaller((database, accesses) -> permit(accesses));

    static Decision.Settled permit(List<Access> accesses) {
        return permit(accesses, access -> Obligations.NONE);
    }

    static Decision.Settled permit(List<Access> accesses, Function<Access, Obligations> obligations) {
        return new Decision.Permit(
                CREDENTIAL,
                accesses.stream()
                        .map(access -> new Decision.Grant(access, "tier", "rule", obligations.apply(access)))
                        .toList());
    }

    @Override
    public Principal principal() {
        return TestHandles.CALLER;
    }

    @Override
    public Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential) {
        Decision.Settled decision = policy.apply(database, accesses);
        return decision instanceof Decision.Permit && credential != null && !credential.equals(CREDENTIAL)
                ? new Decision.Deny(
                        DenyReason.MIXED_CREDENTIALS, accesses.isEmpty() ? null : accesses.get(0), null, null)
                : decision;
    }

    @Override
    public Set<ResourcePath> needed() {
        return Set.of();
    }

    @Override
    public Caller apart() {
        return this;
    }

    @Override
    public Caller with(Lookups lookups) {
        return this;
    }

    @Override
    public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
        return open == null || open.contains((parent.isRoot() ? "" : parent.toString()) + "/" + collectionId);
    }
}
