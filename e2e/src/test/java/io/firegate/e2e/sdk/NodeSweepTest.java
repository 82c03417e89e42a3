package io.firegate.e2e.sdk;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.NodeFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
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
    private static final Duration SWEEP_WITHIN = Duration.ofMinutes(4);

    private NodeFolder node;
    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = new NodeFolder(Files.createDirectories(directory.resolve("node")));
        harness = GatewayHarness.withPolicy(Files.createDirectories(directory.resolve("gateway")), Sweeps.policy());
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
                node.run(SWEEP_WITHIN, "node", "sweep.js", address, harness.project(), database, token, transport)) {
            JsonObject row = JsonParser.parseString(line).getAsJsonObject();
            // Names of documents hold the database.
            results.put(
                    row.get("name").getAsString(),
                    row.get("result").getAsString().replace(database, "database"));
        }
        return results;
    }
}
