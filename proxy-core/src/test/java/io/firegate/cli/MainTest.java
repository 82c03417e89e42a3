package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.firegate.cli.GatewayStarter.Started;
import io.firegate.config.HostPort;
import io.firegate.gateway.Gateway;
import io.firegate.policy.yaml.Problem;
import io.firegate.reload.Policies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The command line from arguments to exit code, with a gateway that is not there. */
class MainTest {
    private static final String CONFIG = """
            tenants:
              - id: 5b1f0a52-0000-4000-8000-000000000001
                audiences: [5b1f0a52-0000-4000-8000-000000000002]
                scope: Data.Access
                keys: { discovery: true }
            upstream: { emulator: 127.0.0.1:8085 }
            credentials: { staff: { kind: emulator } }
            policy: { dir: policy }
            audit: { file: audit.jsonl }
            """;

    @TempDir
    Path dir = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, Runnable> signals = new ConcurrentHashMap<>();
    private final CountDownLatch listening = new CountDownLatch(1);
    private GatewayStarter starter = parts -> {
        throw new IllegalStateException("not to be started");
    };

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(dir.resolve("gateway.yaml"), CONFIG);
        Files.createDirectory(dir.resolve("policy"));
        Files.writeString(dir.resolve("policy/p.yaml"), Policies.withTier("one"));
    }

    private int run(String... args) {
        return run(Map.of(), args);
    }

    private int run(Map<String, String> environment, String... args) {
        Surroundings surroundings = new Surroundings(
                environment,
                dir,
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                InstantSource.system(),
                (name, action) -> {
                    signals.put(name, action);
                    if (name.equals("INT")) {
                        listening.countDown();
                    }
                });
        return Main.run(List.of(args), surroundings, starter);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }

    @Test
    void aMistypedCommandIsUsageWithAHint() {
        assertThat(run("rum")).isEqualTo(2);
        assertThat(err()).contains("rum").contains("run").contains("--help");
    }

    @Test
    void aBadOptionIsUsageWithAHint() {
        assertThat(run("run", "--confg", "x")).isEqualTo(2);
        assertThat(err()).contains("--confg").contains("firegate run --help");
    }

    @Test
    void noCommandIsUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(err()).contains("command");
        assertThat(run("policy")).isEqualTo(2);
        assertThat(run("config")).isEqualTo(2);
    }

    @Test
    void helpAndVersionGoToOut() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("run", "healthcheck", "config", "policy", "Exit codes");
        assertThat(run("--version")).isZero();
        assertThat(out()).contains("firegate");
    }

    @Test
    void aWrongSettingIsNamedWithItsPlace() throws IOException {
        Files.writeString(dir.resolve("gateway.yaml"), CONFIG.replace("scope:", "skope:"));
        assertThat(run("run")).isEqualTo(3);
        assertThat(err()).contains("gateway.yaml:4:5").contains("did you mean `scope`?");
    }

    @Test
    void aWrongOverrideIsNamedWithItsPlace() {
        assertThat(run(Map.of("FIREGATE_LIMITS_DRAIN_MILLIS", "soon"), "run", "--set", "admin.adress=x"))
                .isEqualTo(3);
        assertThat(err()).contains("environment FIREGATE_LIMITS_DRAIN_MILLIS").contains("--set admin.adress");
    }

    @Test
    void aMissingConfigurationIsNamed() {
        assertThat(run("run", "--config", "none.yaml")).isEqualTo(3);
        assertThat(err()).contains("none.yaml").contains("no such file");
        assertThat(run(Map.of("FIREGATE_CONFIG", "other.yaml"), "run")).isEqualTo(3);
        assertThat(err()).contains("other.yaml");
    }

    @Test
    void aWrongPolicyKeepsTheGatewayFromStarting() throws IOException {
        Files.writeString(dir.resolve("policy/p.yaml"), Policies.withTier("one").replace("staff", "unknown"));
        assertThat(run("run")).isEqualTo(3);
        assertThat(err()).contains("policy/p.yaml:5").contains("unknown");
    }

    @Test
    void aTakenAddressHasItsOwnExitCode() {
        starter = parts -> new Started.AddressInUse("listeners.0.address", new HostPort("127.0.0.1", 8080));
        assertThat(run("run")).isEqualTo(6);
        assertThat(err()).contains("listeners.0.address").contains("127.0.0.1:8080");
    }

    @Test
    void whatTheStarterRefusesIsInvalid() {
        starter = parts -> new Started.Refused(List.of(Problem.ofFile("tls.crt", "no certificate in it", null)));
        assertThat(run("run")).isEqualTo(3);
        assertThat(err()).contains("tls.crt: no certificate in it");
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--, true", "rw-------, false"})
    void whoeverElseMayReadASecretIsWarnedOf(String rights, boolean warned) throws IOException {
        starter = parts -> new Started.AddressInUse("listeners.0.address", new HostPort("127.0.0.1", 8080));
        Path key = Files.createFile(dir.resolve("sealing.key"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(rights));
        Logger log = (Logger) LoggerFactory.getLogger(RunCommand.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        try {
            assertThat(run("run", "--set", "handles.keyFile=sealing.key")).isEqualTo(6);
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list.stream()
                        .anyMatch(line -> line.getLevel() == Level.WARN
                                && line.getFormattedMessage().contains("chmod 6")
                                && line.getFormattedMessage().endsWith("0 " + key)))
                .isEqualTo(warned);
    }

    /** The one test here with the real gateway, which gives up before it opens anything. */
    @Test
    void aBadKeyFileStopsTheStart() throws IOException {
        starter = Gateway::start;
        Files.writeString(dir.resolve("sealing.key"), "# newest first\nhunter2\n");
        assertThat(run("run", "--set", "handles.keyFile=sealing.key")).isEqualTo(3);
        assertThat(err())
                .contains("sealing.key:2:1: a key has 44 characters, this line has 7")
                .contains("openssl rand -base64 32")
                .doesNotContain("hunter2");
    }

    @Test
    void aFaultIsOneLineAndVerboseShowsWhere() {
        assertThat(run("run")).isEqualTo(1);
        assertThat(err().lines()).hasSize(1);
        assertThat(err()).contains("internal error").contains("not to be started");
        assertThat(run("run", "--verbose")).isEqualTo(1);
        assertThat(err()).contains("at io.firegate.cli.MainTest");
    }

    @Test
    void signalsReloadAndStop() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        starter = parts -> {
            assertThat(parts.config().upstream().toString()).contains("8085");
            parts.policies()
                    .onNewPolicy(snapshot -> told.add(snapshot.tierNames().get(0)));
            return new Started.Running(new GatewayStarter.Gateway() {
                @Override
                public void stop() {
                    stopped.set(true);
                }

                @Override
                public void hurry() {
                    throw new AssertionError("one signal is no hurry");
                }
            });
        };
        AtomicInteger exit = new AtomicInteger(-1);
        Thread main = new Thread(() -> exit.set(run("run", "--set", "policy.reload=signal")));
        main.start();
        assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
        Files.writeString(dir.resolve("policy/p.yaml"), Policies.withTier("two"));
        fire("HUP");
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("two");
        assertThat(stopped).isFalse();
        fire("TERM");
        main.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(exit).hasValue(0);
        assertThat(stopped).isTrue();
    }

    /** The first signal begins the drain, which here lasts until a second one ends it. */
    @ParameterizedTest
    @CsvSource({"TERM, TERM, 143", "INT, TERM, 143", "TERM, INT, 130"})
    void aSecondSignalDoesNotWait(String first, String second, int exitCode) throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        CountDownLatch hurried = new CountDownLatch(1);
        starter = parts -> new Started.Running(new GatewayStarter.Gateway() {
            @Override
            public void stop() {
                draining.countDown();
                try {
                    assertThat(hurried.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void hurry() {
                hurried.countDown();
            }
        });
        AtomicInteger exit = new AtomicInteger(-1);
        Thread main = new Thread(() -> exit.set(run("run")));
        main.start();
        assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
        fire(first);
        assertThat(draining.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(hurried.getCount()).isOne();
        fire(second);
        main.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(exit).hasValue(exitCode);
    }

    private void fire(String signal) {
        Runnable action = signals.get(signal);
        assertThat(action).as(signal).isNotNull();
        if (action != null) {
            action.run();
        }
    }

    @Test
    void explainsEverySettingWithItsOrigin() {
        assertThat(run(
                        Map.of("FIREGATE_LIMITS_REQUEST_BYTES", "4096"),
                        "config",
                        "explain",
                        "--set",
                        "admin.address=127.0.0.1:9902"))
                .isZero();
        assertThat(out().lines())
                .anySatisfy(
                        line -> assertThat(line).matches("tenants\\.0\\.scope += Data\\.Access +# gateway\\.yaml:4:12"))
                .anySatisfy(line -> assertThat(line)
                        .matches("limits\\.requestBytes += 4096 +# environment FIREGATE_LIMITS_REQUEST_BYTES"))
                .anySatisfy(line ->
                        assertThat(line).matches("admin\\.address += 127\\.0\\.0\\.1:9902 +# --set admin\\.address"))
                .anySatisfy(line -> assertThat(line).matches("limits\\.drainMillis += 25000 +# default"))
                .anySatisfy(line -> assertThat(line).matches("policy\\.dir += /.*/policy +# gateway\\.yaml:8:16"));
        out.reset();
        assertThat(run("config", "explain", "admin")).isZero();
        assertThat(out().lines()).hasSize(2);
        assertThat(run("config", "explain", "nothing")).isEqualTo(2);
    }

    @Test
    void checksAPolicy() throws IOException {
        assertThat(run("policy", "check", "policy")).isZero();
        assertThat(out()).matches("1 tier, 1 rule, 1 binding, snapshot [0-9a-f]{16}\\R");
        String directory = out();
        out.reset();
        assertThat(run("policy", "check")).isZero();
        assertThat(out()).isEqualTo(directory);

        Files.writeString(dir.resolve("policy/q.yaml"), Policies.withTier("two").replace("allow", "alow"));
        assertThat(run("policy", "check", "policy")).isEqualTo(3);
        assertThat(err())
                .contains("policy/q.yaml:7:")
                .contains("did you mean `allow`?")
                .contains("^");
        assertThat(run("policy", "check", "policy/p.yaml")).isZero();
        assertThat(run("policy", "check", "none")).isEqualTo(3);
        assertThat(run("policy", "check", "gateway.yml")).isEqualTo(3);
    }

    @Test
    void aPolicyIsCheckedAgainstTheCredentialsOfAConfiguration() throws IOException {
        Files.writeString(dir.resolve("policy/p.yaml"), Policies.withTier("one").replace("staff", "unknown"));
        assertThat(run("policy", "check", "policy")).isZero();
        assertThat(run("policy", "check", "--config", "gateway.yaml", "policy")).isEqualTo(3);
        assertThat(err()).contains("unknown");
    }

    @Test
    void asksAGatewayHowItIs() throws IOException {
        AtomicInteger status = new AtomicInteger(200);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/livez") ? 200 : status.get(), -1);
            exchange.close();
        });
        server.start();
        try {
            String address = "127.0.0.1:" + server.getAddress().getPort();
            String set = "admin.address=" + address;
            assertThat(run("healthcheck", "--set", set)).isZero();
            assertThat(run("healthcheck", "--url", "http://" + address + "/readyz"))
                    .isZero();
            status.set(503);
            assertThat(run("healthcheck", "--set", set)).isEqualTo(5);
            assertThat(err()).contains("answered 503");
            assertThat(run("healthcheck", "--live", "--set", set)).isZero();
            assertThat(run(
                            "healthcheck",
                            "--set",
                            set.replace("127.0.0.1", "0.0.0.0"),
                            "--set",
                            "admin.danger=true",
                            "--live"))
                    .isZero();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aGatewayThatDoesNotAnswerIsNotWell() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        assertThat(run("healthcheck", "--url", "http://127.0.0.1:" + port + "/readyz"))
                .isEqualTo(5);
        assertThat(err()).contains("does not answer");
        assertThat(run("healthcheck", "--url", "https://127.0.0.1/")).isEqualTo(2);
        assertThat(run("healthcheck", "--set", "admin.address=127.0.0.1:0")).isEqualTo(2);
        assertThat(run("healthcheck", "--timeout-millis", "0")).isEqualTo(2);
    }
}
