package io.firegate.reload;

import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.yaml.Problem;
import java.util.List;

/** What became of reading the policy again. */
public sealed interface ReloadResult {
    /** A new policy is in force. */
    record Loaded(PolicySnapshot snapshot) implements ReloadResult {}

    /** The files are, byte for byte, those of the policy in force. */
    record Unchanged() implements ReloadResult {}

    /**
     * The files cannot be used; the policy in force stays.
     *
     * @param count how many problems there are in all; the list is bounded
     */
    record Refused(List<Problem> problems, int count) implements ReloadResult {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
