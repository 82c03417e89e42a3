package io.firegate.e2e.demo;

import io.firegate.fixtures.emulator.EmulatorSettings;
import io.firegate.fixtures.emulator.EmulatorUnavailable;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo clinic}: the demo without gateway and emulator, which run elsewhere; in containers, for example. */
@Command(
        name = "clinic",
        description = "Issuer and sample data for a gateway and an emulator that run elsewhere on this machine",
        mixinStandardHelpOptions = true)
final class ClinicCommand implements Callable<Integer> {
    private static final Duration EMULATOR_WITHIN = Duration.ofMinutes(2);
    private static final long PROBE_PAUSE_MILLIS = 200;

    @Spec
    private final CommandSpec spec = CommandSpec.create();

    @Option(names = "--issuer-port", paramLabel = "PORT", required = true, description = "where the issuer listens")
    private int issuerPort;

    @Option(names = "--gateway", paramLabel = "HOST:PORT", required = true, description = "where the gateway listens")
    private String gateway = "";

    @Option(names = "--emulator", paramLabel = "HOST:PORT", required = true, description = "where the emulator listens")
    private String emulator = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        Clinic clinic = Clinic.load();
        LocalIssuer issuer = LocalIssuer.start(InstantSource.system(), issuerPort);
        LocalTenant tenant = issuer.addTenant(clinic.tenant(), clinic.audience(), clinic.scope());
        clinic.people().forEach(person -> tenant.add(person.persona()));
        Demo.load(emulator(), clinic);
        new RunningDemo(
                        ProcessHandle.current().pid(),
                        gateway,
                        clinic.project(),
                        clinic.database(),
                        URI.create(tenant.tokenEndpoint()))
                .write();
        PrintWriter out = spec.commandLine().getOut();
        out.println("issuer at " + issuer.authority() + ", sample data loaded; who may ask, and what is worth trying:");
        for (Clinic.Person person : clinic.people()) {
            person.tries().forEach(attempt -> out.println("  demo ask --as " + person.name() + " " + attempt));
        }
        out.flush();
        // Ends with SIGTERM.
        new CountDownLatch(1).await();
        return 0;
    }

    /** The emulator, once it answers. */
    private FirestoreEmulator emulator() throws InterruptedException {
        System.setProperty(EmulatorSettings.HOST_PROPERTY, emulator);
        EmulatorSettings settings = EmulatorSettings.ofProcess();
        long end = System.nanoTime() + EMULATOR_WITHIN.toNanos();
        while (true) {
            try {
                return FirestoreEmulator.start(settings);
            } catch (EmulatorUnavailable unavailable) {
                if (System.nanoTime() - end > 0) {
                    throw unavailable;
                }
                TimeUnit.MILLISECONDS.sleep(PROBE_PAUSE_MILLIS);
            }
        }
    }
}
