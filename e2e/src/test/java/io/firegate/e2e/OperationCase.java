package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/**
 * One case of {@code operations.yaml}.
 *
 * @param fails the status it must fail with, or empty
 */
record OperationCase(String name, Operation operation, String fails) {
    static List<OperationCase> permitted() {
        return OperationReader.cases(OperationCase.class, "operations.yaml").stream()
                .map(map -> {
                    OperationCase read = new OperationCase(
                            map.text("name"),
                            OperationReader.read(map.text("name"), map.any("do")),
                            map.text("fails", ""));
                    map.done();
                    return read;
                })
                .toList();
    }

    /** The outcome is of the kind the case expects. */
    void assertExpected(Outcome outcome) {
        if (fails.isEmpty()) {
            assertThat(outcome).as(name).isInstanceOf(Outcome.Answered.class);
        } else {
            assertThat(outcome)
                    .as(name)
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo(fails));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
