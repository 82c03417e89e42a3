package io.firegate.policy.check;

import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything a check may ask for but the document: one caller, one grant tuple, one request. Holds no more than the check names, so that
 * two that are equal demand the same.
 *
 * @param caller what the token says of the caller; without what it does not say
 * @param claims the values of claims by name; without those the token does not have
 * @param grants the sets the tuple gives, by name; without those it does not give
 * @param variables the ids of the path's variables
 * @param lookups of each document that is looked up the fields it has, by what stands for it; without those that are missing
 * @param awaited the documents nobody has read yet; while there are any, nothing passes
 * @param now when the request arrived
 * @param documents what the resource names of the database's documents begin with, without the last slash
 */
public record CheckFacts(
        Map<Operand.Attribute, String> caller,
        Map<String, PolicyValue> claims,
        Map<String, List<PolicyValue>> grants,
        Map<String, String> variables,
        Map<String, Map<String, PolicyValue>> lookups,
        Set<String> awaited,
        Instant now,
        String documents) {
    public CheckFacts {
        caller = Map.copyOf(caller);
        claims = Map.copyOf(claims);
        grants = Map.copyOf(grants);
        variables = Map.copyOf(variables);
        lookups = Map.copyOf(lookups);
        awaited = Set.copyOf(awaited);
    }

    /** Nothing of what it holds: grants and claims can be personal. */
    @Override
    public String toString() {
        return "CheckFacts[" + documents + "]";
    }
}
