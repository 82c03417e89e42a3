package io.firegate.auth.graph;

import io.firegate.policy.Guid;
import java.util.EnumMap;
import java.util.Map;

/**
 * How group lookups of one tenant went, for metrics and readiness.
 *
 * @param tenant whose
 * @param failing whether the circuit breaker is open
 * @param lastFailure what went wrong last, for the operator; empty when nothing did since the last good answer
 * @param cached questions answered from memory
 * @param asked lookups that Graph answered
 * @param failures lookups it did not, by cause; those the breaker kept back count under the cause that opened it
 */
public record GraphStatus(
        Guid tenant, boolean failing, String lastFailure, long cached, long asked, Map<GraphProblem, Long> failures) {
    public GraphStatus {
        Map<GraphProblem, Long> copy = new EnumMap<>(GraphProblem.class);
        copy.putAll(failures);
        failures = Map.copyOf(copy);
    }
}
