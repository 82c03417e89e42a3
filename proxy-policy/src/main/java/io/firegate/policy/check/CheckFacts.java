package io.firegate.policy.check;

import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything a check may ask for but the document: one caller, one grant tuple, one request. Holds no more than the check names, so that
 * two that are equal demand the same.
 *
 * @param caller what the token says of every caller
 * @param claims the values of claims by name; without those the token does not have
 * @param grants the sets the tuple gives, by name; without those it does not give
 * @param variables the ids of the path's variables
 * @param now when the request arrived
 * @param documents what the resource names of the database's documents begin with, without the last slash
 */
public record CheckFacts(
        Map<Operand.Attribute, String> caller,
        Map<String, PolicyValue> claims,
        Map<String, List<PolicyValue>> grants,
        Map<String, String> variables,
        Instant now,
        String documents) {
    public CheckFacts {
        caller = Map.copyOf(caller);
        claims = Map.copyOf(claims);
        grants = Map.copyOf(grants);
        variables = Map.copyOf(variables);
    }

    /** Nothing of what it holds: grants and claims can be personal. */
    @Override
    public String toString() {
        return "CheckFacts[" + documents + "]";
    }
}
