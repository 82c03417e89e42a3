package io.firegate.e2e;

import io.firegate.cli.GatewayStarter;
import io.firegate.cli.GatewayStarter.Started;
import io.firegate.cli.Main;
import io.firegate.cli.Surroundings;
import io.firegate.gateway.Gateway;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * {@code firegate run --config <file>} in a thread of this process: the same command line, the same wiring, with signals that are
 * method calls. Safe for any thread.
 */
public final class InProcessGateway implements RunningGateway {
    /** Keys, policy and listeners come in well under a second; a machine with other work may need longer. */
    private static final Duration START_WITHIN = Duration.ofSeconds(60);

    /** Above the default of {@code limits.drainMillis}. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(60);

    private final Map<String, Runnable> signals = new ConcurrentHashMap<>();
    private final CompletableFuture<Gateway> started = new CompletableFuture<>();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private InProcessGateway() {}

    /**
     * Starts one and waits until it listens.
     *
     * @param overrides further arguments of {@code run}, such as {@code --set}
     * @throws GatewayNotStarted when it does not, with its exit code and what it said
     */
    public static InProcessGateway start(Path gatewayYaml, String... overrides) {
        return start(InstantSource.system(), gatewayYaml, overrides);
    }

    /** The same by a clock of the test's. */
    public static InProcessGateway start(InstantSource clock, Path gatewayYaml, String... overrides) {
        InProcessGateway gateway = new InProcessGateway();
        Thread thread = new Thread(() -> gateway.run(clock, gatewayYaml, List.of(overrides)), "firegate-run");
        thread.setDaemon(true);
        thread.start();
        try {
            CompletableFuture.anyOf(gateway.started, gateway.exitCode)
                    .get(START_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the gateway did not start: " + gateway.said(), e);
        }
        if (!gateway.started.isDone()) {
            throw new GatewayNotStarted(gateway.exitCode.join(), gateway.said());
        }
        return gateway;
    }

    private void run(InstantSource clock, Path gatewayYaml, List<String> overrides) {
        try (PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            Surroundings surroundings =
                    new Surroundings(Map.of(), Path.of("").toAbsolutePath(), stream, stream, clock, signals::put);
            List<String> arguments = new ArrayList<>(List.of("run", "--config", gatewayYaml.toString()));
            arguments.addAll(overrides);
            exitCode.complete(Main.run(arguments, surroundings, this::startAndRemember));
        } catch (Throwable e) {
            exitCode.completeExceptionally(e);
            throw e;
        }
    }

    private Started startAndRemember(GatewayStarter.Parts parts) {
        Started outcome = Gateway.start(parts);
        if (outcome instanceof Started.Running running && running.gateway() instanceof Gateway gateway) {
            started.complete(gateway);
        }
        return outcome;
    }

    @Override
    public int port(int listener) {
        return started.join().addresses().get(listener).getPort();
    }

    @Override
    public int adminPort() {
        return started.join().adminAddress().getPort();
    }

    /** Sends it a signal, {@code HUP} for example. */
    public void signal(String name) {
        Runnable handler = signals.get(name);
        if (handler == null) {
            throw new IllegalStateException("nobody listens for " + name);
        }
        handler.run();
    }

    /** Sends SIGTERM, once, and does not wait for its exit. */
    public void stopSoon() {
        if (stopping.compareAndSet(false, true)) {
            signal("TERM");
        }
    }

    /** What it wrote to its standard streams. */
    public String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** Sends SIGTERM and waits for its exit. */
    @Override
    public void close() {
        try {
            if (!exitCode.isDone()) {
                stopSoon();
            }
            int code = exitCode.get(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            if (code != 0) {
                throw new IllegalStateException("the gateway ended with code " + code + ": " + said());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the gateway did not stop: " + said(), e);
        }
    }
}
