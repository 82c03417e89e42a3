package io.firegate.cli;

import io.firegate.firestore.enforce.TriedWrites;
import io.firegate.policy.suite.CaseResult;
import io.firegate.policy.suite.Suite;
import io.firegate.policy.suite.SuiteReport;
import io.firegate.policy.suite.SuiteRun;
import io.firegate.policy.yaml.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code firegate policy test}: runs the suites beside a policy. */
@Command(
        name = "test",
        description = "Run the tests beside the policy (*_test.yaml) and say which fail and why",
        footer = {
            "",
            "Exit code 4 when a test fails, 3 when the policy or a suite is refused, or when there is no suite."
        },
        mixinStandardHelpOptions = true)
final class PolicyTestCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "the policy directory; else that of the configuration")
    private @Nullable Path dir;

    @Option(
            names = "--coverage",
            description = "also list rules that permitted nothing, and rules where nothing was refused")
    private boolean coverage;

    @Option(names = "--junit", paramLabel = "FILE", description = "also write the results as JUnit XML")
    private @Nullable Path junit;

    PolicyTestCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws IOException {
        return switch (LoadedPolicy.load(options, dir, surroundings)) {
            case LoadedPolicy.Refused refused -> invalid(refused.problems());
            case LoadedPolicy.Ready policy -> {
                Problems problems = new Problems();
                List<Suite> suites = SuiteFiles.read(policy, problems);
                yield problems.hasErrors() ? invalid(problems.render()) : run(policy, suites);
            }
        };
    }

    private int run(LoadedPolicy.Ready policy, List<Suite> suites) throws IOException {
        SuiteRun run = new SuiteRun(policy.snapshot(), new TriedWrites());
        suites.forEach(run::run);
        List<CaseResult> results = run.results();
        SuiteReport.lines(results).forEach(surroundings.out()::println);
        if (coverage) {
            run.coverage().lines().forEach(surroundings.out()::println);
        }
        if (junit != null) {
            Files.writeString(surroundings.directory().resolve(junit), SuiteReport.junit(results));
        }
        return (results.stream().allMatch(CaseResult::passed) ? ExitCode.OK : ExitCode.FINDING).code();
    }

    private int invalid(String problems) {
        surroundings.err().print(problems);
        return ExitCode.INVALID.code();
    }
}
