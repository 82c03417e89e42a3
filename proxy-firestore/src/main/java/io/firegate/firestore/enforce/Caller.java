package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Lookups;
import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who sent a request, and what the policy answers to what it wants. */
interface Caller {
    /** Whom handles are given to. */
    Principal principal();

    /**
     * The verdict on accesses in one database. Of documents that must be looked up for it {@link #needed} takes note, and until they are
     * found the predicates of a permit let nothing pass.
     *
     * @param credential what a transaction binds them to, or null
     */
    Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential);

    /** Whether everything in a collection and below may be read by a tier, see {@code PolicySnapshot.opens}. */
    boolean opens(String tier, ResourcePath parent, String collectionId, boolean history);

    /** The documents that must be looked up for what has been decided so far. */
    Set<ResourcePath> needed();

    /** The same caller, for what is good to know and not worth looking documents up: {@link #needed} takes no note of it. */
    Caller apart();

    /** The same caller of the same request when documents have been looked up. */
    Caller with(Lookups lookups);

    /** A caller of one request under the policy in force. For the thread of its exchange. */
    final class Standard implements Caller {
        private final Standing standing;
        private final @Nullable String namedTier;
        private final Instant now;
        private final @Nullable IpAddress client;
        private final Lookups lookups;
        private final Set<ResourcePath> needed = new LinkedHashSet<>();

        Standard(Standing standing, @Nullable String namedTier, Instant now, @Nullable IpAddress client) {
            this(standing, namedTier, now, client, Lookups.NONE);
        }

        private Standard(
                Standing standing,
                @Nullable String namedTier,
                Instant now,
                @Nullable IpAddress client,
                Lookups lookups) {
            this.standing = standing;
            this.namedTier = namedTier;
            this.now = now;
            this.client = client;
            this.lookups = lookups;
        }

        @Override
        public Principal principal() {
            return standing.principal();
        }

        @Override
        public Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential) {
            AccessRequest request = new AccessRequest(database, accesses, namedTier, credential, now, client, lookups);
            return switch (standing.snapshot().decide(standing, request)) {
                case Decision.Settled settled -> settled;
                case Decision.Needs(var permit, var documents) -> {
                    Set<ResourcePath> all = new LinkedHashSet<>(needed);
                    all.addAll(documents);
                    if (all.size() > Lookups.DOCUMENTS_MAX) {
                        Decision.Grant grant = permit.grants().get(0);
                        yield new Decision.Deny(DenyReason.LOOKUPS, grant.access(), grant.tier(), grant.rule());
                    }
                    needed.addAll(documents);
                    yield permit;
                }
            };
        }

        @Override
        public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
            return standing.snapshot().opens(tier, parent, collectionId, history);
        }

        @Override
        public Set<ResourcePath> needed() {
            return needed;
        }

        @Override
        public Caller apart() {
            return with(lookups);
        }

        @Override
        public Caller with(Lookups found) {
            return new Standard(standing, namedTier, now, client, found);
        }
    }

    /** The caller on a stream, where everything uses the credential the stream was opened with. */
    record Bound(Caller caller, String credential) implements Caller {
        @Override
        public Principal principal() {
            return caller.principal();
        }

        @Override
        public Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String narrower) {
            return caller.decide(database, accesses, credential);
        }

        @Override
        public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
            return caller.opens(tier, parent, collectionId, history);
        }

        @Override
        public Set<ResourcePath> needed() {
            return caller.needed();
        }

        @Override
        public Caller apart() {
            return new Bound(caller.apart(), credential);
        }

        @Override
        public Caller with(Lookups lookups) {
            return new Bound(caller.with(lookups), credential);
        }
    }
}
