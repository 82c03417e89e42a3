package io.firegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code firegate run} as a process of its own, from the class path of the tests. {@link #close} kills what is left of it. */
public final class GatewayProcess implements AutoCloseable {
    /** A JVM that starts while others compile. */
    private static final Duration START_WITHIN = Duration.ofMinutes(2);

    private static final Pattern SERVING =
            Pattern.compile("serving .*listeners=\"\\[/127\\.0\\.0\\.1:(\\d+),.*admin=\"/127\\.0\\.0\\.1:(\\d+)\"");

    private final Process process;
    private final Path log;
    private final int port;
    private final int adminPort;

    private GatewayProcess(Process process, Path log, int port, int adminPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.adminPort = adminPort;
    }

    /**
     * Starts one and waits until it serves.
     *
     * @param log where its standard error goes
     */
    static GatewayProcess start(Path gatewayYaml, Path log, String... overrides) throws IOException {
        return start(gatewayYaml, log, List.of(), overrides);
    }

    /** The same with further options of the JVM. */
    public static GatewayProcess start(Path gatewayYaml, Path log, List<String> jvm, String... overrides)
            throws IOException {
        List<String> command = new ArrayList<>(withDefaultSignals());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.firegate.cli.Main",
                "run",
                "--config",
                gatewayYaml.toString()));
        command.addAll(List.of(overrides));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(log.toFile())
                .start();
        long end = System.nanoTime() + START_WITHIN.toNanos();
        while (true) {
            Matcher serving = SERVING.matcher(Files.readString(log));
            if (serving.find()) {
                return new GatewayProcess(
                        process, log, Integer.parseInt(serving.group(1)), Integer.parseInt(serving.group(2)));
            }
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                process.destroyForcibly();
                throw new IllegalStateException("the gateway did not start: " + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /**
     * What gives a child the signals a shell would: whoever runs the tests in the background or under {@code nohup} has told the
     * system to ignore some, a child inherits that, and a JVM keeps to it. Nothing where {@code env} cannot (it is GNU's).
     */
    private static List<String> withDefaultSignals() throws IOException {
        try {
            List<String> reset = List.of("env", "--default-signal");
            List<String> probe = new ArrayList<>(reset);
            probe.add("true");
            return new ProcessBuilder(probe).start().waitFor() == 0 ? reset : List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** The port of its first listener. */
    public int port() {
        return port;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Waits for a line of its metrics. */
    public void awaitMetric(String line) {
        admin().awaitMetric(line);
    }

    /** A number of its metrics that has no labels. */
    public long metric(String name) {
        return admin().ask("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    AdminClient admin() {
        return new AdminClient(adminPort);
    }

    /** Sends it a signal, {@code TERM} for example. */
    public void signal(String name) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill -" + name + " failed: " + log());
        }
    }

    /** Waits for its exit. */
    public int exitCode(Duration within) throws InterruptedException {
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still alive after " + within + ": " + log());
        }
        return process.exitValue();
    }

    /** What it has logged. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
