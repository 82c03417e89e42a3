package io.firegate.policy.condition;

import io.firegate.policy.condition.Reading.Mention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the text of a lookup's path.
 *
 * @param path null after a mistake
 * @param mentions what it names, with the places
 * @param mistakes none, or why there is no path
 */
public record PathReading(@Nullable LookupPath path, List<Mention> mentions, List<Mistake> mistakes) {
    public PathReading {
        mentions = List.copyOf(mentions);
        mistakes = List.copyOf(mistakes);
    }
}
