package io.firegate.policy;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verdict on a whole request: everything it wants is permitted, or nothing is. */
public sealed interface Decision {
    /** Nothing has to be read to know it. */
    sealed interface Settled extends Decision {}

    /**
     * All accesses are permitted, by tiers that share one credential.
     *
     * @param credential the name of the Google credential to forward with (an entry of {@code gateway.yaml})
     * @param grants one per access, in the request's order
     */
    record Permit(String credential, List<Grant> grants) implements Settled {
        public Permit {
            grants = List.copyOf(grants);
        }
    }

    /**
     * What is permitted depends on documents that conditions look up. They are read, all at one moment, and the same is asked again with
     * {@link AccessRequest#with}; that answer is never another of this kind. Whatever needs no reading has been decided: nothing is read
     * for a request that would be refused anyway.
     *
     * @param permit what is permitted so far; its predicates let no document pass where they await one
     * @param documents which, at most {@link Lookups#DOCUMENTS_MAX}
     */
    record Needs(Permit permit, Set<ResourcePath> documents) implements Decision {
        public Needs {
            documents = Set.copyOf(documents);
        }
    }

    /** For whoever tells a person about the terms: what documents that are looked up decide is then one of them. */
    default Settled onTerms() {
        return switch (this) {
            case Settled settled -> settled;
            case Needs needs -> needs.permit;
        };
    }

    /**
     * Why one access is permitted and what the permit demands.
     *
     * @param access what was asked
     * @param tier the tier that serves it; for an {@link Operation#UPSERT} granted by two tiers both names, that of create first,
     *     joined by {@code +}, which no name holds
     * @param rule the id of the rule that permits it; for an upsert granted by two rules both, in the same way
     * @param obligations what must be enforced on the way
     */
    record Grant(Access access, String tier, String rule, Obligations obligations) {}

    /**
     * The request is refused.
     *
     * @param reason why
     * @param refused the first access that is not permitted; null when the caller as a whole is refused
     * @param tier the tier that judged it, when one did
     * @param rule the rule that stood in the way, when one did
     * @param detail what of the request stands in the way, a phrase for whoever sent it; null when the reason says it all
     * @param place where in the request that is, as protobuf writes it and never a value; null when it is no single field. The detail then
     *     holds words of the client's own
     */
    record Deny(
            DenyReason reason,
            @Nullable Access refused,
            @Nullable String tier,
            @Nullable String rule,
            @Nullable String detail,
            @Nullable String place)
            implements Settled {
        /** A refusal whose reason says it all. */
        public Deny(DenyReason reason, @Nullable Access refused, @Nullable String tier, @Nullable String rule) {
            this(reason, refused, tier, rule, null, null);
        }
    }
}
