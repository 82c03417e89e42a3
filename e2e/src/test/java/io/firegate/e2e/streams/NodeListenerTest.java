package io.firegate.e2e.streams;

import io.firegate.e2e.NodeFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listener of the official Node.js client ({@code e2e/node/listen.js}). Runs in the profile {@code node}; the first time npm fetches
 * the client.
 */
@Tag("node")
class NodeListenerTest {
    /** The client opens its stream again after a pause of its own that can grow to a minute. */
    private static final long EVENT_WITHIN_SECONDS = 90;

    @Test
    void itsUserSeesEachChangeOnce(@TempDir Path directory) throws Exception {
        NodeFolder node = new NodeFolder(Files.createDirectories(directory.resolve("node")));
        Path tokens = Files.createDirectories(directory.resolve("tokens"));
        ListenerSteps.walk(
                Files.createDirectories(directory.resolve("gateway")),
                (address, project, token, collection) ->
                        new Listening(node, tokens, address, project, token, collection));
    }

    private static final class Listening implements ListenerSteps.Listener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final Path tokens;
        private final Process process;

        Listening(NodeFolder node, Path tokens, String address, String project, String token, String collection)
                throws IOException {
            this.tokens = tokens;
            token(token);
            process = node.start(
                    "node",
                    "listen.js",
                    address,
                    project,
                    "(default)",
                    tokens.resolve("token").toString(),
                    collection);
            Thread reader = new Thread(this::read, "node-listener");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
                    events.add(line);
                }
            } catch (IOException e) {
                events.add("unreadable: " + e.getMessage());
            }
        }

        @Override
        public String next() throws InterruptedException {
            @Nullable String event = events.poll(EVENT_WITHIN_SECONDS, TimeUnit.SECONDS);
            return event == null ? "no event within " + EVENT_WITHIN_SECONDS + " s" : event;
        }

        @Override
        public int waiting() {
            return events.size();
        }

        /** Never half a token: the file is replaced. */
        @Override
        public void token(String fresh) throws IOException {
            Path next = Files.writeString(tokens.resolve("next"), fresh);
            Files.move(
                    next, tokens.resolve("token"), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
