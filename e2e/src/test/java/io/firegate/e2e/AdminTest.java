package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.firestore.Firestore;
import io.firegate.cli.Main;
import io.firegate.cli.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin listener of a whole gateway. */
class AdminTest {
    @Test
    @SuppressWarnings("try") // closing a client may be interrupted; nobody does
    void aGatewayThatServesSaysSo(@TempDir Path directory) throws Exception {
        try (GatewayHarness harness = new GatewayHarness(directory)) {
            AdminClient admin = new AdminClient(harness.gateway().adminPort());
            admin.awaitStatus("/readyz", 200);
            assertThat(admin.ask("/livez").body()).isEqualTo("ok\n");
            assertThat(admin.ask("/startupz").body()).isEqualTo("ok\n");
            assertThat(admin.ask("/readyz?verbose").body())
                    .contains("[+] stage: serving", "[+] keys: usable for every tenant", "[+] record: writable");
            assertThat(healthcheck("--url", admin.url("/readyz"))).isEqualTo("0 ok");

            try (Firestore owner =
                            harness.plaintext("(default)", harness.tenant().userToken(GatewayHarness.OWNER));
                    Firestore outsider =
                            harness.plaintext("(default)", harness.tenant().userToken("outsider"))) {
                assertThat(new OperationRunner(owner).run(new Operation.Get("things/a")))
                        .isInstanceOf(Outcome.Answered.class);
                assertThat(new OperationRunner(outsider).run(new Operation.Get("things/a")))
                        .isInstanceOf(Outcome.Failed.class);
                admin.awaitMetric(
                        "firegate_exchanges_total{method=\"BatchGetDocuments\",source=\"upstream\",status=\"OK\"} 1.0");
                assertThat(admin.ask("/metrics").body().lines())
                        .contains(
                                "firegate_decisions_total{method=\"BatchGetDocuments\",reason=\"NONE\",verdict=\"permit\"} 1.0",
                                "firegate_decisions_total{method=\"BatchGetDocuments\",reason=\"NO_TIER\",verdict=\"deny\"} 1.0",
                                "firegate_exchanges_total{method=\"BatchGetDocuments\",source=\"firegate\",status=\"PERMISSION_DENIED\"} 1.0",
                                "firegate_exchange_duration_seconds_count{method=\"BatchGetDocuments\"} 2",
                                "firegate_upstream_duration_seconds_count{method=\"BatchGetDocuments\"} 1",
                                "firegate_exchanges_running 0.0",
                                "firegate_tokens_total{result=\"OK\"} 2.0",
                                "firegate_upstream_connections 1.0",
                                "firegate_upstream_connections_opened_total 1.0",
                                "firegate_connections 2.0",
                                "firegate_record_writable 1.0",
                                "firegate_signing_keys_usable{tenant=\""
                                        + harness.tenant().id() + "\"} 1.0")
                        .noneMatch(line -> line.contains("things"));
            }
        }
    }

    @Test
    void aGatewayWithoutKeysIsStartedButNotReady(@TempDir Path directory) throws Exception {
        // Nobody listens at port 1.
        try (GatewayHarness harness =
                new GatewayHarness(directory, "--set", "tenants.0.authority=http://127.0.0.1:1")) {
            AdminClient admin = new AdminClient(harness.gateway().adminPort());
            admin.awaitStatus("/startupz", 200);
            AdminClient.Answer answer = admin.ask("/readyz");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("[-] keys: no tenant's signing keys are usable: "
                            + harness.tenant().id() + " (");
            assertThat(answer.body()).doesNotContain("[+]");
            assertThat(admin.ask("/livez").status()).isEqualTo(200);
            assertThat(healthcheck("--url", admin.url("/readyz")))
                    .startsWith("5 ")
                    .endsWith(" answered 503");
            admin.awaitMetric(
                    "firegate_signing_keys_usable{tenant=\"" + harness.tenant().id() + "\"} 0.0");
        }
    }

    @Test
    void aTakenAddressIsNamed(@TempDir Path directory) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertThatThrownBy(() -> new GatewayHarness(directory, "--set", "admin.address=" + address).close())
                    .isInstanceOfSatisfying(
                            GatewayNotStarted.class,
                            failure -> assertThat(failure.exitCode()).isEqualTo(6))
                    .hasMessageContaining("admin.address: " + address + " is taken");
        }
    }

    /** The command's exit code and what it said. */
    private static String healthcheck(String... options) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        Surroundings surroundings = new Surroundings(
                Map.of(), Path.of("").toAbsolutePath(), stream, stream, InstantSource.system(), (name, action) -> {});
        List<String> arguments = new java.util.ArrayList<>(List.of("healthcheck"));
        arguments.addAll(List.of(options));
        int code = Main.run(arguments, surroundings, parts -> {
            throw new AssertionError("nothing is started here");
        });
        return code + " " + said.toString(StandardCharsets.UTF_8).strip();
    }
}
