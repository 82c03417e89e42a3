package io.firegate.cli;

import io.firegate.policy.PolicyDiff;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code firegate policy diff}: who gains and who loses what between two policies. */
@Command(
        name = "diff",
        description = "Say who gains (+) and loses (-) which accesses from one policy to another, and which change (~)",
        footer = {
            "",
            "Everybody a binding names is asked about alone, with a witness for every path of either policy.",
            "Exit code 4 with --fail-on-gain when somebody gains something, or has it on other terms."
        },
        mixinStandardHelpOptions = true)
final class PolicyDiffCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Parameters(index = "0", paramLabel = "OLD", description = "the policy directory as it is")
    private Path old = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "the policy directory as it would be")
    private Path fresh = Path.of("");

    @Option(names = "--fail-on-gain", description = "exit with 4 when somebody gains something, or may")
    private boolean failOnGain;

    PolicyDiffCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        LoadedPolicy before = LoadedPolicy.load(options, old, surroundings);
        LoadedPolicy after = LoadedPolicy.load(options, fresh, surroundings);
        if (before instanceof LoadedPolicy.Ready one && after instanceof LoadedPolicy.Ready other) {
            PolicyDiff.Difference difference = PolicyDiff.of(
                    one.snapshot(), other.snapshot(), surroundings.clock().instant());
            difference.lines().forEach(surroundings.out()::println);
            return (failOnGain && difference.gains() ? ExitCode.FINDING : ExitCode.OK).code();
        }
        for (LoadedPolicy policy : new LoadedPolicy[] {before, after}) {
            if (policy instanceof LoadedPolicy.Refused refused) {
                surroundings.err().print(refused.problems());
            }
        }
        return ExitCode.INVALID.code();
    }
}
