package io.firegate.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verdict on a whole request: everything it wants is permitted, or nothing is. */
public sealed interface Decision {
    /**
     * All accesses are permitted, by tiers that share one credential.
     *
     * @param credential the name of the Google credential to forward with (an entry of {@code gateway.yaml})
     * @param grants one per access, in the request's order
     */
    record Permit(String credential, List<Grant> grants) implements Decision {
        public Permit {
            grants = List.copyOf(grants);
        }
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
     * @param detail what of the request stands in the way, a public phrase; null when the reason says it all
     */
    record Deny(
            DenyReason reason,
            @Nullable Access refused,
            @Nullable String tier,
            @Nullable String rule,
            @Nullable String detail)
            implements Decision {
        /** A refusal whose reason says it all. */
        public Deny(DenyReason reason, @Nullable Access refused, @Nullable String tier, @Nullable String rule) {
            this(reason, refused, tier, rule, null);
        }
    }
}
