package io.firegate.e2e.demo;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * Where the running demo is, left in the user's cache directory for {@code ./firegate demo ask} in another terminal. Holds
 * addresses, never a token.
 *
 * @param pid the process
 * @param gateway {@code host:port} of the gateway
 * @param project the Google Cloud project its database is in
 * @param database the database id
 * @param tokenEndpoint where tokens are asked for
 */
record RunningDemo(long pid, String gateway, String project, String database, URI tokenEndpoint) {
    static Path file() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return base.resolve("firegate").resolve("demo.properties");
    }

    void write() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(pid));
        properties.setProperty("gateway", gateway);
        properties.setProperty("project", project);
        properties.setProperty("database", database);
        properties.setProperty("tokenEndpoint", tokenEndpoint.toString());
        Files.createDirectories(file().getParent());
        try (Writer writer = Files.newBufferedWriter(file())) {
            properties.store(writer, "a running firegate demo");
        }
    }

    /** Takes the note away, if it is this process's own. */
    static void forget() throws IOException {
        if (find().filter(running -> running.pid() == ProcessHandle.current().pid())
                .isPresent()) {
            Files.deleteIfExists(file());
        }
    }

    /** The demo that runs now. */
    static Optional<RunningDemo> find() throws IOException {
        if (!Files.isRegularFile(file())) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file())) {
            properties.load(reader);
        }
        RunningDemo running = new RunningDemo(
                Long.parseLong(properties.getProperty("pid", "0")),
                properties.getProperty("gateway", ""),
                properties.getProperty("project", ""),
                properties.getProperty("database", ""),
                URI.create(properties.getProperty("tokenEndpoint", "")));
        return ProcessHandle.of(running.pid()).filter(ProcessHandle::isAlive).map(alive -> running);
    }
}
