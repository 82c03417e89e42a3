package io.firegate.cli;

import io.firegate.auth.federation.ExposedFile;
import io.firegate.cli.GatewayStarter.Started;
import io.firegate.config.ConfigLoad;
import io.firegate.config.GatewayConfig;
import io.firegate.config.GatewayConfig.Reload;
import io.firegate.config.Limit;
import io.firegate.gateway.SecretFiles;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.reload.PolicyDirectory;
import io.firegate.reload.PolicyReloader;
import io.firegate.reload.PolicyStore;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firegate run}: checks everything, starts the gateway and waits for a signal to stop. */
@Command(
        name = "run",
        description = "Run the gateway until SIGTERM or SIGINT; a second one does not wait for running calls",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    /** What a shell reports for a process a signal ended is this plus the signal's number. */
    private static final int SIGNALLED = 128;

    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    private final Surroundings surroundings;
    private final GatewayStarter starter;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    RunCommand(Surroundings surroundings, GatewayStarter starter) {
        this.surroundings = surroundings;
        this.starter = starter;
    }

    @Override
    public Integer call() throws InterruptedException {
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> invalid(refused.render());
            case ConfigLoad.Loaded loaded -> {
                for (ExposedFile exposed : SecretFiles.exposed(loaded.config())) {
                    log.warn("more accounts than the owner may use {}: {}", exposed.file(), exposed.fix());
                }
                yield withPolicy(loaded.config());
            }
        };
    }

    private int withPolicy(GatewayConfig config) throws InterruptedException {
        PolicyDirectory directory =
                new PolicyDirectory(config.policy().dir(), config.policy().dir(), config.limits());
        return switch (PolicyStore.open(
                directory,
                files -> PolicyCompiler.compile(files, config.credentials().keySet(), config.claims()),
                surroundings.clock())) {
            case PolicyStore.Opened.Refused refused -> invalid(refused.render());
            case PolicyStore.Opened.Ready ready -> {
                for (Problem warning : ready.warnings()) {
                    log.warn("{}", warning.render());
                }
                yield start(config, ready.store());
            }
        };
    }

    private int start(GatewayConfig config, PolicyStore policies) throws InterruptedException {
        return switch (starter.start(new GatewayStarter.Parts(config, policies, surroundings.clock()))) {
            case Started.AddressInUse inUse -> {
                surroundings
                        .err()
                        .println(inUse.setting() + ": " + inUse.address()
                                + " is taken by another process; free it, or --set " + inUse.setting() + "="
                                + inUse.address().host() + ":<port>");
                yield ExitCode.PORT_IN_USE.code();
            }
            case Started.Refused refused ->
                invalid(Problems.render(refused.problems(), refused.problems().size()));
            case Started.Running running -> serve(config, policies, running.gateway());
        };
    }

    private int serve(GatewayConfig config, PolicyStore policies, GatewayStarter.Gateway gateway)
            throws InterruptedException {
        Reload mode = config.policy().reload();
        CountDownLatch stop = new CountDownLatch(1);
        AtomicInteger signals = new AtomicInteger();
        AtomicInteger exit = new AtomicInteger(ExitCode.OK.code());
        IntConsumer ending = number -> {
            if (signals.getAndIncrement() == 0) {
                stop.countDown();
            } else if (exit.compareAndSet(ExitCode.OK.code(), SIGNALLED + number)) {
                log.warn("a second signal: running calls are given up");
                gateway.hurry();
            }
        };
        try (PolicyReloader reloader = PolicyReloader.start(
                policies, mode == Reload.WATCH ? config.limits().getDuration(Limit.POLICY_POLL_MILLIS) : null)) {
            // Always handled: unhandled, SIGHUP would end the process.
            surroundings.signals().accept("HUP", () -> {
                if (mode == Reload.OFF) {
                    log.info("SIGHUP ignored: policy.reload is off");
                } else {
                    reloader.request();
                }
            });
            surroundings.signals().accept("TERM", () -> ending.accept(15));
            surroundings.signals().accept("INT", () -> ending.accept(2));
            stop.await();
            gateway.stop();
        }
        return exit.get();
    }

    private int invalid(String problems) {
        surroundings.err().print(problems);
        return ExitCode.INVALID.code();
    }
}
