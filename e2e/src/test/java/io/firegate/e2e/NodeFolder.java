package io.firegate.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The programs of {@code e2e/node}, with the official Node.js client that npm fetches the first time. Safe for any thread.
 *
 * <p>None of them inherits a stream of the test's JVM: Node makes what it inherits non-blocking, and the JVM that shares it reads
 * errors from then on.
 */
public final class NodeFolder {
    private static final Path FOLDER = Path.of("node");
    private static final Duration INSTALL_WITHIN = Duration.ofMinutes(5);

    private final Path logs;

    /**
     * The folder, its client fetched.
     *
     * @param logs a directory for what the programs say
     */
    public NodeFolder(Path logs) throws IOException, InterruptedException {
        this.logs = logs;
        if (!Files.isDirectory(FOLDER.resolve("node_modules"))) {
            run(INSTALL_WITHIN, "npm", "ci");
        }
    }

    /** Starts a program whose output is for the caller to read. */
    public Process start(String... command) throws IOException {
        return new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectError(Files.createTempFile(logs, "err", ".txt").toFile())
                .start();
    }

    /** Runs a program to its end, which must be good, and answers the lines it printed. */
    public List<String> run(Duration within, String... command) throws IOException, InterruptedException {
        // Not all of it: a token may follow.
        String what = command[0] + " " + command[1];
        Path out = Files.createTempFile(logs, "out", ".txt");
        Path err = Files.createTempFile(logs, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(what + " is not done within " + within + "; it said " + Files.readString(out));
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new AssertionError(what + " ended with " + process.exitValue() + ": " + Files.readString(err));
        }
        return Files.readAllLines(out);
    }
}
