package io.firegate.cli;

import io.firegate.policy.Access;
import io.firegate.policy.WhoCan;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firegate policy who-can}: everybody an access is open to. */
@Command(
        name = "who-can",
        description = "List the bindings an access is open to, through which tier and rule and on which terms",
        mixinStandardHelpOptions = true)
final class PolicyWhoCanCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Mixin
    private final AskedAccess asked = new AskedAccess();

    PolicyWhoCanCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Access access = asked.access();
        return switch (LoadedPolicy.load(options, asked.dir(), surroundings)) {
            case LoadedPolicy.Refused refused -> {
                surroundings.err().print(refused.problems());
                yield ExitCode.INVALID.code();
            }
            case LoadedPolicy.Ready policy -> {
                WhoCan.lines(policy.snapshot(), asked.database(policy.snapshot()), access, asked.now(surroundings))
                        .forEach(surroundings.out()::println);
                yield ExitCode.OK.code();
            }
        };
    }
}
