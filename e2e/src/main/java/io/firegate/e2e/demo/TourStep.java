package io.firegate.e2e.demo;

import io.firegate.e2e.Operation;
import io.firegate.e2e.OperationReader;
import io.firegate.e2e.YamlMap;
import java.util.List;

/**
 * One step of the tour.
 *
 * @param title what happens, for the reader
 * @param as whose token is used
 * @param expiredToken whether that token ended before the call
 * @param operation what is asked
 * @param explained whether the reader is also told how the policy came to its verdict
 * @param expectation what must come back
 */
record TourStep(
        String title,
        String as,
        boolean expiredToken,
        Operation operation,
        boolean explained,
        Expectation expectation) {
    /** What must come back. */
    sealed interface Expectation {
        /** An answer, permitted by this rule. */
        record Permit(String rule) implements Expectation {}

        /** A refusal with this status and reason. */
        record Deny(String status, String reason) implements Expectation {}
    }

    /** The steps of {@code tour.yaml}. */
    static List<TourStep> load() {
        return OperationReader.cases(TourStep.class, "tour.yaml").stream()
                .map(TourStep::read)
                .toList();
    }

    private static TourStep read(YamlMap map) {
        Expectation expectation;
        if (map.has("permit")) {
            expectation = new Expectation.Permit(map.text("permit"));
        } else {
            String[] deny = map.text("deny").split(" ", -1);
            if (deny.length != 2) {
                throw new IllegalArgumentException(map.place() + ": deny is a status and a reason");
            }
            expectation = new Expectation.Deny(deny[0], deny[1]);
        }
        String token = map.text("token", "good");
        if (!token.equals("good") && !token.equals("expired")) {
            throw new IllegalArgumentException(map.place() + ": token is good or expired");
        }
        TourStep step = new TourStep(
                map.text("title"),
                map.text("as"),
                token.equals("expired"),
                OperationReader.read(map.place(), map.any("do")),
                map.flag("explained"),
                expectation);
        map.done();
        return step;
    }
}
