package io.firegate.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.e2e.GatewayHarness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Under a policy that permits everything, a caller cannot tell firegate from Firestore. Each scenario runs four ways, each on a
 * database of its own that begins empty: gRPC and REST, straight to the emulator and through firegate. The straight runs must do
 * what the scenario says, and the others what the straight ones did, with the differences that are listed, each with its reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    static final List<Scenario> SCENARIOS = Scenario.load("scenarios");

    /** How a run goes. */
    private enum Way {
        GRPC_STRAIGHT,
        GRPC_THROUGH,
        REST_STRAIGHT,
        REST_THROUGH;

        /** Told apart in every text by {@link Normalizer}, and the same length each. */
        String database() {
            return "way-" + (this == GRPC_STRAIGHT || this == GRPC_THROUGH ? "grpc" : "rest") + "-"
                    + (this == GRPC_THROUGH || this == REST_THROUGH ? "gateway" : "nothing");
        }
    }

    private final Map<Way, Caller> callers = new EnumMap<>(Way.class);
    private final Map<Way, Caller> owners = new EnumMap<>(Way.class);
    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, Policies.read());
        String emulator = GatewayHarness.emulator().endpoint();
        String gateway = "127.0.0.1:" + harness.plaintextPort();
        String token = harness.tenant().userToken(GatewayHarness.OWNER);
        for (Way way : Way.values()) {
            String database = "projects/" + harness.project() + "/databases/" + way.database();
            callers.put(
                    way,
                    switch (way) {
                        case GRPC_STRAIGHT -> new GrpcCaller(emulator, "owner", database);
                        case GRPC_THROUGH -> new GrpcCaller(gateway, token, database);
                        case REST_STRAIGHT -> new RestCaller(emulator, "owner");
                        case REST_THROUGH -> new RestCaller(gateway, token);
                    });
            owners.put(way, new GrpcCaller(emulator, "owner", database));
        }
    }

    @AfterAll
    void stop() {
        callers.values().forEach(Caller::close);
        owners.values().forEach(Caller::close);
        harness.close();
    }

    @ParameterizedTest
    @FieldSource("SCENARIOS")
    void firegateAnswersAsTheEmulatorDoes(Scenario scenario) {
        List<String> problems = new ArrayList<>();
        compare(scenario, Way.GRPC_STRAIGHT, Way.GRPC_THROUGH, problems);
        compare(scenario, Way.REST_STRAIGHT, Way.REST_THROUGH, problems);
        assertThat(problems).as(scenario.name()).isEmpty();
    }

    private void compare(Scenario scenario, Way straight, Way through, List<String> problems) {
        Run yardstick = run(straight);
        List<Optional<Answer>> expected = yardstick.steps(scenario);
        Run tested = run(through);
        List<Optional<Answer>> actual = tested.steps(scenario);
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i).isPresent()) {
                String place = "step " + (i + 1) + " " + straight + ": ";
                Step step = scenario.steps().get(i);
                Answer answer = expected.get(i).get();
                asTheScenarioSays(step, answer, place, problems);
                equal(step, answer, actual.get(i).orElseThrow(), "step " + (i + 1) + " " + through + ": ", problems);
            }
        }
        if (!yardstick.documents().equals(tested.documents())) {
            problems.add(through + ": the database holds\n      " + tested.documents() + "\n    and straight\n      "
                    + yardstick.documents());
        }
    }

    private static void asTheScenarioSays(Step step, Answer answer, String place, List<String> problems) {
        boolean status = answer.httpStatus() == 0
                ? answer.status().equals(step.status())
                : answer.httpStatus() == step.httpStatus();
        if (!status) {
            problems.add(
                    place + "expected " + step.status() + " or HTTP " + step.httpStatus() + ", got " + answer.brief());
        }
        List<String> names = step.names();
        if (names != null && !answer.names().equals(names)) {
            problems.add(place + "expected the documents " + names + ", got " + answer.names());
        }
    }

    private static void equal(Step step, Answer straight, Answer through, String place, List<String> problems) {
        Step.Difference differs = step.differs();
        if (differs == null) {
            if (!same(straight, through)) {
                problems.add(place + "got\n      " + through.brief() + "\n    and straight\n      " + straight.brief());
            }
            return;
        }
        boolean status = through.httpStatus() == 0
                ? through.status().equals(differs.status())
                : through.httpStatus() == differs.httpStatus();
        String domain = differs.reason().isEmpty() ? "" : "firegate";
        if (!status
                || !through.reason().equals(differs.reason())
                || !through.domain().equals(domain)) {
            problems.add(place + "expected the listed difference " + differs + ", got " + through.brief());
        } else if (through.equals(straight)) {
            problems.add(place + "is listed as different and is not");
        }
    }

    /**
     * Whether a caller cannot tell. What firegate refuses before Firestore would, it refuses with the same status, but in its own
     * name and words; and where the emulator's body is no error of Google's form, firegate's is.
     */
    private static boolean same(Answer straight, Answer through) {
        boolean failed = !straight.status().equals("OK");
        if (failed && through.domain().equals("firegate")) {
            return straight.httpStatus() == through.httpStatus()
                    && (straight.status().equals(through.status())
                            || straight.status().isEmpty())
                    && straight.messages().equals(through.messages());
        }
        return through.equals(straight);
    }

    private Run run(Way way) {
        GatewayHarness.emulator().clear(harness.project(), way.database());
        return new Run(
                Objects.requireNonNull(callers.get(way)),
                Objects.requireNonNull(owners.get(way)),
                harness.project(),
                way.database());
    }
}
