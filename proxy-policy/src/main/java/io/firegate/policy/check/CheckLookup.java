package io.firegate.policy.check;

import io.firegate.policy.condition.LookupPath;
import java.util.Set;

/**
 * A document a check looks up.
 *
 * @param name what stands in its place in the expression
 * @param path where it is
 * @param fields the names of the fields that are asked for
 */
public record CheckLookup(String name, LookupPath path, Set<String> fields) {
    public CheckLookup {
        fields = Set.copyOf(fields);
    }
}
