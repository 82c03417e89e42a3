package io.firegate.e2e.demo;

import io.firegate.cli.ExitCode;
import io.firegate.e2e.GatewayNotStarted;
import io.firegate.e2e.InProcessGateway;
import io.firegate.fixtures.emulator.EmulatorSettings;
import io.firegate.fixtures.emulator.EmulatorUnavailable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./firegate demo}: starts everything, walks through the tour and stays up until Ctrl-C; with {@code --once} it ends after the
 * tour, with 1 when a step did not come back as expected.
 */
@Command(
        name = "firegate demo",
        description =
                "See firegate work: a local Entra-like issuer, the Firestore emulator, a sample clinic and the gateway",
        subcommands = ClinicCommand.class,
        mixinStandardHelpOptions = true)
public final class DemoMain implements Callable<Integer> {
    private static final int USUAL_PORT = 8080;

    private final PrintStream out;
    private final List<TourStep> steps;

    @Option(names = "--once", description = "end after the tour; exit code 1 when a step surprises")
    private boolean once;

    @Option(names = "--no-download", description = "never download the emulator")
    private boolean noDownload;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "-1",
            description = "the gateway's port (default: 8080, or a free one when that is taken)")
    private int port;

    @Option(
            names = "--credentials",
            paramLabel = "KIND",
            defaultValue = "emulator",
            description =
                    "emulator: the emulator's own; service-account, gateway-issuer: stand-ins of Google's token services, and before the"
                            + " emulator a guard that takes nothing but the right Google token (default: ${DEFAULT-VALUE})")
    private DemoCredentials.Kind credentials = DemoCredentials.Kind.EMULATOR;

    private DemoMain(PrintStream out, List<TourStep> steps) {
        this.out = out;
        this.steps = steps;
    }

    /** Runs the demo and ends the process. */
    public static void main(String[] arguments) throws Exception {
        if (System.getenv(EmulatorSettings.HOST_VARIABLE) != null) {
            System.exit(again(arguments));
        }
        System.exit(run(System.out, TourStep.load(), arguments));
    }

    /** Runs the demo with a tour and returns the exit code. */
    static int run(PrintStream out, List<TourStep> steps, String... arguments) {
        return new CommandLine(new DemoMain(out, steps))
                .addSubcommand(new AskCommand(out))
                .addSubcommand(new TokenCommand(out))
                .registerConverter(DemoCredentials.Kind.class, DemoCredentials.Kind::of)
                .setParameterExceptionHandler((problem, given) -> {
                    problem.getCommandLine().getErr().println(problem.getMessage());
                    return ExitCode.USAGE.code();
                })
                .setExecutionExceptionHandler(DemoMain::failed)
                .execute(arguments);
    }

    private static int failed(Exception problem, CommandLine line, CommandLine.ParseResult parsed) {
        line.getErr().println("firegate demo: " + problem.getMessage());
        return switch (problem) {
            case EmulatorUnavailable unavailable -> ExitCode.PROBE_FAILED.code();
            case GatewayNotStarted gateway -> gateway.exitCode();
            default -> {
                problem.printStackTrace(line.getErr());
                yield ExitCode.INTERNAL.code();
            }
        };
    }

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("firegate-demo-");
        // Read by logback-demo.xml; before the first logger is made.
        System.setProperty("firegate.demo.log", directory.resolve("gateway.log").toString());
        System.setProperty("logback.configurationFile", "io/firegate/e2e/demo/logback-demo.xml");
        Page page = new Page(out);
        page.line("firegate demo: starting a local issuer, the Firestore emulator and the gateway ...");
        EmulatorSettings settings =
                EmulatorSettings.ofProcess().withDownload(!noDownload).withSay(page::line);
        Clinic clinic = Clinic.load();
        Path policy = samplePolicy();
        Demo demo = Demo.start(clinic, directory, policy, choosePort(), credentials, settings, InProcessGateway::start);
        Thread atExit = new Thread(demo::close, "demo-stop");
        Runtime.getRuntime().addShutdownHook(atExit);
        Invitation invitation = new Invitation(page, demo, clinic, policy);
        invitation.parts();
        page.heading("A tour with the official Java client: who asks what, what came back, and why.");
        int surprises = new Tour(page, demo, demo.audit(), Explained.of(clinic, policy)).run(steps);
        demo.google().seen().forEach(page::line);
        if (once) {
            demo.close();
            return surprises == 0 ? ExitCode.OK.code() : ExitCode.INTERNAL.code();
        }
        demo.announce();
        invitation.commands();
        out.flush();
        // The shutdown hook ends everything on Ctrl-C or SIGTERM.
        new CountDownLatch(1).await();
        return ExitCode.OK.code();
    }

    /** The usual port if nobody has it; any free one in a run that nobody will type addresses for. */
    private int choosePort() {
        if (port >= 0) {
            return port;
        }
        if (once) {
            return 0;
        }
        try (ServerSocket probe = new ServerSocket(USUAL_PORT, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException taken) {
            return 0;
        }
    }

    /** {@code config/policy} of the checkout this class was built in: {@code <root>/e2e/target/<jar or classes>}. */
    private static Path samplePolicy() {
        try {
            Path built = Path.of(DemoMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path policy = built.resolve("../../../config/policy").normalize();
            if (!Files.isDirectory(policy)) {
                throw new UncheckedIOException(new IOException("no sample policy at " + policy));
            }
            return policy;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Runs this command again without {@link EmulatorSettings#HOST_VARIABLE}, whose value goes along as a property: with the
     * variable set, the official client would go to the emulator, past the gateway, whatever it is told.
     */
    private static int again(String[] arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-D" + EmulatorSettings.HOST_PROPERTY + "=" + System.getenv(EmulatorSettings.HOST_VARIABLE));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DemoMain.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().remove(EmulatorSettings.HOST_VARIABLE);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            process.destroy();
            process.onExit().join();
        }));
        return process.waitFor();
    }
}
