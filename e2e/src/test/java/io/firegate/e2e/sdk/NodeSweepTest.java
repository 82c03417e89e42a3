package io.firegate.e2e.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.firegate.e2e.GatewayHarness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of {@code e2e/node/sweep.js}. Runs in the profile {@code node}; the first time npm fetches the client. */
@Tag("node")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeSweepTest {
    private static final Path FOLDER = Path.of("node");
    private static final Duration INSTALL_WITHIN = Duration.ofMinutes(5);
    private static final Duration SWEEP_WITHIN = Duration.ofMinutes(4);

    private Path logs;
    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        logs = Files.createDirectories(directory.resolve("node"));
        harness = GatewayHarness.withPolicy(Files.createDirectories(directory.resolve("gateway")), Sweeps.policy());
        if (!Files.isDirectory(FOLDER.resolve("node_modules"))) {
            run(INSTALL_WITHIN, "npm", "ci");
        }
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "rest"})
    void everyCallGivesTheSame(String transport) throws Exception {
        Map<String, String> direct = sweep(transport, GatewayHarness.emulator().endpoint(), Sweeps.DIRECT, "owner");
        Map<String, String> gateway = sweep(
                transport,
                "127.0.0.1:" + harness.plaintextPort(),
                Sweeps.GATEWAY,
                harness.tenant().userToken(GatewayHarness.OWNER));
        CompatibilityPage.check("node " + transport, direct, gateway, Map.of());
    }

    private Map<String, String> sweep(String transport, String address, String database, String token)
            throws Exception {
        GatewayHarness.emulator().clear(harness.project(), database);
        Map<String, String> results = new LinkedHashMap<>();
        for (String line :
                run(SWEEP_WITHIN, "node", "sweep.js", address, harness.project(), database, token, transport)) {
            JsonObject row = JsonParser.parseString(line).getAsJsonObject();
            // Names of documents hold the database.
            results.put(
                    row.get("name").getAsString(),
                    row.get("result").getAsString().replace(database, "database"));
        }
        return results;
    }

    private List<String> run(Duration within, String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(logs, "out", ".txt");
        Path err = Files.createTempFile(logs, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS))
                    .as(command[0] + " " + command[1] + " ends within " + within + "; it said " + Files.readString(out))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }
}
