package io.firegate.policy;

import io.firegate.policy.Standing.Tuple;
import java.util.List;

/**
 * A tier as one principal holds it in one database.
 *
 * @param tier the tier
 * @param sides as {@link Standing.Held#sides}, but only tuples that give the tier for the database; no side is empty
 * @param always whether it is held at any moment and from any place
 */
record Serving(Tier tier, List<List<Tuple>> sides, boolean always) {
    Serving {
        sides = List.copyOf(sides);
    }

    Serving(Tier tier, List<List<Tuple>> sides) {
        this(tier, sides, sides.stream().allMatch(side -> side.stream().anyMatch(Tuple::always)));
    }

    /** Whether every side has a tuple that counts for a request in the database. */
    boolean at(AccessRequest request) {
        return always || sides.stream().allMatch(side -> side.stream().anyMatch(tuple -> tuple.at(request)));
    }
}
