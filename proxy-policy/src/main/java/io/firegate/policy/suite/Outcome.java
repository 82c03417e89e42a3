package io.firegate.policy.suite;

import io.firegate.policy.Decision;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.PolicyValue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of what a test does.
 *
 * @param decision the verdict, that on the document's rows and fields included
 * @param visible which of the given documents are answered; none for what answers none
 * @param withheld which of those the access reaches are not
 * @param filter what is demanded of documents, in words; empty when it is denied
 * @param fields what is seen of the one document; null when there is none to see
 */
record Outcome(
        Decision.Settled decision,
        Set<ResourcePath> visible,
        Set<ResourcePath> withheld,
        String filter,
        PolicyValue.@Nullable Fields fields) {
    Outcome {
        visible = Set.copyOf(visible);
        withheld = Set.copyOf(withheld);
    }

    static Outcome of(Decision.Settled decision) {
        return new Outcome(decision, Set.of(), Set.of(), "", null);
    }
}
