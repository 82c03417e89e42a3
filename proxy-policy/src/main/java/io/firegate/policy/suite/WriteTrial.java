package io.firegate.policy.suite;

import io.firegate.policy.AccessRequest;
import io.firegate.policy.Decision;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out a write of a test on the given documents. It is whoever enforces policies that knows how: a test tells what the gateway does. */
public interface WriteTrial {
    /**
     * A write.
     *
     * @param standing who writes
     * @param request one access: what is written, where and when. An update is one of a document that must exist, a create of one that
     *     must not, an upsert and a delete ask nothing
     * @param document what is written; null for a delete
     * @param mask which fields an update writes; null for all
     * @param stored the given documents
     */
    record Attempt(
            Standing standing,
            AccessRequest request,
            PolicyValue.@Nullable Fields document,
            @Nullable List<FieldPath> mask,
            Map<ResourcePath, PolicyValue.Fields> stored) {
        public Attempt {
            mask = mask == null ? null : List.copyOf(mask);
            stored = Map.copyOf(stored);
        }
    }

    /** The verdict, with the grants the write goes on under. That the document to change does not exist is a denial with {@code ROWS}. */
    Decision.Settled judge(Attempt attempt);
}
