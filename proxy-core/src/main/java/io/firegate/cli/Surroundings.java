package io.firegate.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What a process finds around it, as values; {@link Main} reads it once.
 *
 * @param environment the environment variables
 * @param directory where relative paths on the command line start; absolute
 * @param out for answers
 * @param err for everything else
 * @param clock wall-clock time
 * @param signals registers what to do on a signal, by its name without {@code SIG}
 * @param in what commands read that are given no file
 */
public record Surroundings(
        Map<String, String> environment,
        Path directory,
        PrintStream out,
        PrintStream err,
        InstantSource clock,
        BiConsumer<String, Runnable> signals,
        InputStream in) {
    /** Surroundings in which nothing is read. */
    public Surroundings(
            Map<String, String> environment,
            Path directory,
            PrintStream out,
            PrintStream err,
            InstantSource clock,
            BiConsumer<String, Runnable> signals) {
        this(environment, directory, out, err, clock, signals, InputStream.nullInputStream());
    }
}
