package io.firegate.e2e.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.e2e.Operation;
import io.firegate.e2e.demo.TourStep.Expectation;
import io.firegate.fixtures.emulator.EmulatorSettings;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./firegate demo --once} tells by its exit code whether firegate did what the tour says. */
class DemoMainTest {
    private static final FirestoreEmulator EMULATOR = FirestoreEmulator.start();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    static void oneEmulatorForAll() {
        System.setProperty(EmulatorSettings.HOST_PROPERTY, EMULATOR.endpoint());
    }

    @AfterAll
    static void stop() {
        System.clearProperty(EmulatorSettings.HOST_PROPERTY);
        EMULATOR.close();
    }

    @Test
    void theTourComesBackAsThePolicySays() {
        List<TourStep> steps = TourStep.load();
        assertThat(once(steps)).as(said.toString(UTF_8)).isZero();
        assertThat(said.toString(UTF_8))
                .contains("All " + steps.size() + " steps came back as the policy says.")
                .doesNotContain("WRONG")
                // The denial explained names the rule's place in the policy.
                .contains("rule patients (clinic.yaml:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"service-account", "gateway-issuer"})
    void theSameWithGooglesTokens(String kind) {
        assertThat(DemoMain.run(new PrintStream(said, true, UTF_8), TourStep.load(), "--once", "--credentials", kind))
                .as(said.toString(UTF_8))
                .isZero();
        assertThat(said.toString(UTF_8))
                .contains("All " + TourStep.load().size() + " steps came back as the policy says.")
                .containsPattern(
                        "Google tokens the guard before the emulator saw: .*clinical-staff[a-z@.0-9-]* \\([0-9]+ calls\\)")
                .doesNotContain("nobody (");
    }

    @Test
    void aStepThatSurprisesEndsWithOne() {
        Operation get = new Operation.Get("patients/p1");
        Expectation.Permit granted = new Expectation.Permit("patients");
        assertThat(once(List.of(
                        new TourStep("right", "ward-nurse", false, get, false, granted),
                        new TourStep(
                                "by another rule", "ward-nurse", false, get, false, new Expectation.Permit("vitals")),
                        new TourStep("denied", "visitor", false, get, false, granted),
                        new TourStep(
                                "permitted",
                                "ward-nurse",
                                false,
                                get,
                                false,
                                new Expectation.Deny("PERMISSION_DENIED", "NO_RULE")))))
                .isEqualTo(1);
        assertThat(said.toString(UTF_8)).contains("3 of 4 steps did NOT come back as expected.");
    }

    private int once(List<TourStep> steps) {
        try (PrintStream out = new PrintStream(said, true, UTF_8)) {
            return DemoMain.run(out, steps, "--once", "--no-download");
        }
    }
}
