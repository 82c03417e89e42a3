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
final class GatewayProcess implements AutoCloseable {
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
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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

    /** The port of its first listener. */
    int port() {
        return port;
    }

    AdminClient admin() {
        return new AdminClient(adminPort);
    }

    /** Sends it a signal, {@code TERM} for example. */
    void signal(String name) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill -" + name + " failed: " + log());
        }
    }

    /** Waits for its exit. */
    int exitCode(Duration within) throws InterruptedException {
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still alive after " + within + ": " + log());
        }
        return process.exitValue();
    }

    /** What it has logged. */
    String log() {
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
