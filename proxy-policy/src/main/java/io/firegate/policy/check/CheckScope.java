package io.firegate.policy.check;

import java.util.Set;

/**
 * What of its rule a check depends on.
 *
 * @param variables the variables of the path
 * @param creates whether the rule allows create, on which {@code old} is null
 * @param updates whether it allows update
 * @param deletes whether it allows delete, on which {@code doc} is null
 */
public record CheckScope(Set<String> variables, boolean creates, boolean updates, boolean deletes) {
    public CheckScope {
        variables = Set.copyOf(variables);
    }
}
