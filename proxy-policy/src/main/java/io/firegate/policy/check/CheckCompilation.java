package io.firegate.policy.check;

import io.firegate.policy.condition.Mistake;
import io.firegate.policy.condition.Reading.Mention;
import java.util.List;

/** What became of a check's text. */
public sealed interface CheckCompilation {
    /**
     * It is a check.
     *
     * @param check what it demands
     * @param mentions what it names, with the places
     * @param hints what is worth a look
     */
    record Compiled(Check check, List<Mention> mentions, List<Mistake> hints) implements CheckCompilation {
        public Compiled {
            mentions = List.copyOf(mentions);
            hints = List.copyOf(hints);
        }
    }

    /** It is none; at least one mistake. */
    record Mistaken(List<Mistake> mistakes) implements CheckCompilation {
        public Mistaken {
            mistakes = List.copyOf(mistakes);
        }
    }
}
