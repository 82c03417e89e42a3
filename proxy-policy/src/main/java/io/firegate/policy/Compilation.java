package io.firegate.policy;

import io.firegate.policy.yaml.Problem;
import java.util.List;

/** What became of a policy's files: a snapshot, or every reason why not. */
public sealed interface Compilation {
    /**
     * The policy can be put in force.
     *
     * @param warnings what a person should look at all the same, in order of file and place; at most
     *     {@link io.firegate.policy.yaml.Problems#KEPT_MAX}
     */
    record Compiled(PolicySnapshot snapshot, List<Problem> warnings) implements Compilation {
        public Compiled {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * The policy is refused as a whole.
     *
     * @param problems in order of file and place; at most {@link io.firegate.policy.yaml.Problems#KEPT_MAX}
     * @param count how many there were in all
     */
    record Rejected(List<Problem> problems, int count) implements Compilation {
        public Rejected {
            problems = List.copyOf(problems);
        }
    }
}
