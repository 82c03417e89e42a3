package io.firegate.auth.graph;

import java.time.Duration;

/**
 * The bounds of asking Graph.
 *
 * @param lookupTimeout one lookup, all its requests together
 * @param answerBytesMax longest answer to one request
 * @param groupsMax groups one lookup may ask about
 * @param lookupsMax lookups under way at once, of all tenants together
 * @param refreshAfter from this age on an answer is asked for anew while it still serves
 * @param ageMax from this age on an answer does not serve, whatever Graph does
 * @param entriesMax principals whose groups are kept
 * @param pauseMax longest pause of the circuit breaker, unless Graph asks for more
 */
public record GraphBounds(
        Duration lookupTimeout,
        int answerBytesMax,
        int groupsMax,
        int lookupsMax,
        Duration refreshAfter,
        Duration ageMax,
        int entriesMax,
        Duration pauseMax) {
    public GraphBounds {
        boolean positive = lookupTimeout.isPositive()
                && answerBytesMax > 0
                && groupsMax > 0
                && lookupsMax > 0
                && refreshAfter.isPositive()
                && ageMax.isPositive()
                && entriesMax > 0
                && pauseMax.isPositive();
        if (!positive || refreshAfter.compareTo(ageMax) > 0) {
            throw new IllegalArgumentException("bounds of group lookups must be positive, refresh not above age");
        }
    }
}
