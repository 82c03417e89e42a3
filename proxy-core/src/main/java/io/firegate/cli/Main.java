package io.firegate.cli;

import io.firegate.gateway.Gateway;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program's entrance, and the only place that reads the environment, the clock and the standard streams. */
@Command(
        name = "firegate",
        description = "An identity-aware reverse proxy for Google Cloud Firestore",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a fault in firegate or in the machine",
            "2:the command line makes no sense",
            "3:the configuration or the policy is refused",
            "4:a policy test failed, or a gain nobody approved",
            "5:the gateway that was asked is not well, a probe failed, or the token would be refused",
            "6:an address to listen at is taken",
            "130, 143:a second SIGINT or SIGTERM cut off calls that were finishing"
        })
public final class Main implements Runnable {
    /** The gateway {@code run} starts. */
    private static final GatewayStarter GATEWAY = Gateway::start;

    @Spec
    private final CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--verbose",
            scope = CommandLine.ScopeType.INHERIT,
            description = "print the stack trace of a fault in firegate")
    private boolean verbose;

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Surroundings surroundings = new Surroundings(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                System.out,
                System.err,
                InstantSource.system(),
                Signals::on,
                System.in);
        System.exit(run(List.of(args), surroundings, GATEWAY));
    }

    /**
     * Runs one command.
     *
     * @param starter what {@code run} starts
     * @return the exit code
     */
    public static int run(List<String> args, Surroundings surroundings, GatewayStarter starter) {
        Main main = new Main();
        CommandLine policy = new CommandLine(new PolicyCommand(surroundings))
                .addSubcommand(new PolicyTestCommand(surroundings))
                .addSubcommand(new PolicyExplainCommand(surroundings))
                .addSubcommand(new PolicyWhoCanCommand(surroundings))
                .addSubcommand(new PolicyDiffCommand(surroundings))
                .addSubcommand(new PolicyIndexesCommand(surroundings));
        CommandLine command = new CommandLine(main)
                .addSubcommand(new RunCommand(surroundings, starter))
                .addSubcommand(new HealthcheckCommand(surroundings))
                .addSubcommand(new ConfigCommand(surroundings))
                .addSubcommand(policy)
                .addSubcommand(new TokenCommand(surroundings))
                .addSubcommand(new DoctorCommand(surroundings))
                .addSubcommand(new KeysCommand(surroundings))
                .setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((problem, given) -> usage(problem))
                .setExecutionExceptionHandler((fault, line, result) -> {
                    fault(surroundings, fault, main.verbose);
                    return ExitCode.INTERNAL.code();
                });
        return command.execute(args.toArray(String[]::new));
    }

    private static int usage(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(problem.getMessage());
        UnmatchedArgumentException.printSuggestions(problem, err);
        err.println("try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.code();
    }

    private static void fault(Surroundings surroundings, Exception fault, boolean verbose) {
        surroundings.err().println("internal error: " + fault + (verbose ? "" : " (--verbose shows where)"));
        if (verbose) {
            fault.printStackTrace(surroundings.err());
        }
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
