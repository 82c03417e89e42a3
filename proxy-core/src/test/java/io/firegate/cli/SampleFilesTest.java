package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.cli.GatewayStarter.Started;
import io.firegate.policy.yaml.Problem;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What lies under {@code config/} is taken as it stands, without a problem or a warning, by the commands its comments name. */
class SampleFilesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource({"config/policy, 4 tiers", "config/policies/saas, 4 tiers", "config/policies/agents, 3 tiers"})
    void aPolicyCompilesAlone(String directory, String tiers) {
        assertThat(run("policy", "check", directory)).isZero();
        assertThat(out.toString(UTF_8)).startsWith(tiers + ", ");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void thePolicyNamesTheCredentialsOfTheConfiguration() {
        assertThat(run("policy", "check", "--config", "config/gateway.yaml")).isZero();
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"config/policy, 35, 8", "config/policies/saas, 35, 10", "config/policies/agents, 25, 6"})
    void aPolicyPassesItsTestsAndEveryRuleIsTested(String directory, int tests, int rules) {
        assertThat(run("policy", "test", directory, "--coverage"))
                .as(out.toString(UTF_8))
                .isZero();
        assertThat(Integer.parseInt(out.toString(UTF_8).split(" ", 2)[0])).isGreaterThanOrEqualTo(tests);
        assertThat(out.toString(UTF_8))
                .contains(" passed, 0 failed")
                .contains(rules + " of " + rules + " rules permitted something, " + rules
                        + " stood where something was refused");
    }

    @Test
    void theConfigurationExplainsItself() {
        assertThat(run("config", "explain", "--config", "config/gateway.yaml")).isZero();
        assertThat(out.toString(UTF_8)).contains("policy.dir");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    /** As far as the listeners, which another program may hold. */
    @Test
    void theGatewayWouldStart() {
        AtomicBoolean reached = new AtomicBoolean();
        run(
                parts -> {
                    reached.set(true);
                    return new Started.Refused(List.of(Problem.ofFile("test", "enough", null)));
                },
                "run",
                "--config",
                "config/gateway.yaml");
        assertThat(reached).as(err.toString(UTF_8)).isTrue();
    }

    private int run(String... arguments) {
        return run(
                parts -> {
                    throw new IllegalStateException("not to be started");
                },
                arguments);
    }

    private int run(GatewayStarter starter, String... arguments) {
        Surroundings surroundings = new Surroundings(
                Map.of(),
                Path.of("..").toAbsolutePath().normalize(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                InstantSource.system(),
                (name, action) -> {});
        return Main.run(List.of(arguments), surroundings, starter);
    }
}
