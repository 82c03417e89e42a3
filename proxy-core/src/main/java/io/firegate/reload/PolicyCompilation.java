package io.firegate.reload;

import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.yaml.Problem;
import java.util.List;

/** From policy files to a snapshot. A pure function. */
@FunctionalInterface
public interface PolicyCompilation {
    /** What became of the files. */
    sealed interface Compiled {
        /**
         * A policy that can be put in force.
         *
         * @param warnings what a person should look at all the same
         */
        record Good(PolicySnapshot snapshot, List<Problem> warnings) implements Compiled {
            public Good {
                warnings = List.copyOf(warnings);
            }
        }

        /**
         * No policy.
         *
         * @param problems what is wrong, in order of file and place
         * @param count how many there are in all; the list is bounded
         */
        record Bad(List<Problem> problems, int count) implements Compiled {
            public Bad {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Compiles files that were read at one moment. */
    Compiled compile(List<PolicyFile> files);
}
