package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Lookups;
import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who sent a request, and what the policy answers to what it wants. */
interface Caller {
    /** Whom handles are given to. */
    Principal principal();

    /**
     * The verdict on accesses in one database.
     *
     * @param credential what a transaction binds them to, or null
     */
    Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential);

    /** Whether everything in a collection and below may be read by a tier, see {@code PolicySnapshot.opens}. */
    boolean opens(String tier, ResourcePath parent, String collectionId, boolean history);

    /** A caller under the policy in force. */
    record Standard(Standing standing, @Nullable String namedTier, Instant now) implements Caller {
        @Override
        public Principal principal() {
            return standing.principal();
        }

        @Override
        public Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential) {
            AccessRequest request = new AccessRequest(database, accesses, namedTier, credential, now, Lookups.NONE);
            return switch (standing.snapshot().decide(standing, request)) {
                case Decision.Settled settled -> settled;
                case Decision.Needs needs ->
                    Demand.unmet(needs.permit().grants().get(0), "it looks up other documents");
            };
        }

        @Override
        public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
            return standing.snapshot().opens(tier, parent, collectionId, history);
        }
    }
}
