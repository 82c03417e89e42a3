package io.firegate.config;

import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import java.util.List;

/** What became of reading the configuration. */
public sealed interface ConfigLoad {
    /**
     * It can be used.
     *
     * @param values every setting in force with its origin, in the order of the reference page
     */
    record Loaded(GatewayConfig config, List<EffectiveValue> values) implements ConfigLoad {
        public Loaded {
            values = List.copyOf(values);
        }
    }

    /**
     * It cannot be used.
     *
     * @param problems what is wrong, in order of file and place
     * @param count how many there are in all; the list is bounded
     */
    record Refused(List<Problem> problems, int count) implements ConfigLoad {
        public Refused {
            problems = List.copyOf(problems);
        }

        /** All of it as text for a person. */
        public String render() {
            return Problems.render(problems, count);
        }
    }
}
