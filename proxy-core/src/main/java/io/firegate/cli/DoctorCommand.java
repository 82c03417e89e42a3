package io.firegate.cli;

import io.firegate.auth.federation.WorkloadIdentity;
import io.firegate.config.ConfigLoad;
import io.firegate.config.GatewayConfig;
import io.firegate.doctor.Doctor;
import io.firegate.doctor.IamReport;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.PolicySnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firegate doctor}: asks everything the gateway would depend on, and says what to change. */
@Command(
        name = "doctor",
        description =
                "Ask everything this configuration depends on, from the clock to Firestore with each tier's credential, and"
                        + " say what to change; exit code 5 when a probe failed",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    /** A project's policy has at most 1,500 members; this is several times that. */
    private static final int POLICY_BYTES_MAX = 4 * 1024 * 1024;

    private static final Pattern POOL = Pattern.compile("//iam\\.googleapis\\.com/(.*)/providers/.*");

    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--iam-policy",
            paramLabel = "FILE",
            description =
                    "an IAM policy as `gcloud projects get-iam-policy PROJECT --format=json` prints it, of the database's project"
                            + " or of a tier's service account: lists everybody who can reach the database around firegate; may be repeated")
    private List<Path> iamPolicies = new ArrayList<>();

    @Option(names = "--no-probes", description = "ask nobody: only what is in files")
    private boolean noProbes;

    DoctorCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> {
                surroundings.err().print(refused.render());
                yield ExitCode.INVALID.code();
            }
            case ConfigLoad.Loaded loaded ->
                switch (LoadedPolicy.load(options, null, surroundings)) {
                    case LoadedPolicy.Refused refused -> {
                        surroundings.err().print(refused.problems());
                        yield ExitCode.INVALID.code();
                    }
                    case LoadedPolicy.Ready policy -> examine(loaded.config(), policy.snapshot());
                };
        };
    }

    private int examine(GatewayConfig config, PolicySnapshot policy) {
        boolean good = noProbes
                || new Doctor(
                                config,
                                policy,
                                surroundings.clock(),
                                found -> found.lines().forEach(surroundings.out()::println))
                        .examine();
        for (Path file : iamPolicies) {
            Optional<IamReport> report = report(config, policy, file);
            if (report.isEmpty()) {
                surroundings
                        .err()
                        .println(file + " is no IAM policy; write one with"
                                + " gcloud projects get-iam-policy PROJECT --format=json > " + file);
                return ExitCode.USAGE.code();
            }
            surroundings.out().println("IAM policy " + file);
            report.get().lines().forEach(line -> surroundings.out().println("  " + line));
            good &= !report.get().isOpen();
        }
        return good ? ExitCode.OK.code() : ExitCode.PROBE_FAILED.code();
    }

    private Optional<IamReport> report(GatewayConfig config, PolicySnapshot policy, Path file) {
        Set<String> own = new HashSet<>();
        config.credentials().values().forEach(credential -> {
            if (credential instanceof GatewayConfig.Credential.ServiceAccount account) {
                own.add("serviceAccount:" + account.account());
            } else if (credential instanceof GatewayConfig.Credential.Issued(var issuer)) {
                Matcher pool = POOL.matcher(issuer.audience());
                if (issuer.account() != null) {
                    own.add("serviceAccount:" + issuer.account());
                }
                if (pool.matches()) {
                    own.add("principalSet://iam.googleapis.com/" + pool.group(1) + "/attribute.credential/"
                            + issuer.name());
                }
            }
        });
        Set<String> pools = new HashSet<>();
        GatewayConfig.Identity identity = config.identity();
        if (identity != null && identity.workload() instanceof WorkloadIdentity.Foreign foreign) {
            Matcher pool = POOL.matcher(foreign.audience());
            if (pool.matches()) {
                pools.add("principal://iam.googleapis.com/" + pool.group(1) + "/subject/");
            }
        }
        Set<String> databases =
                policy.databases().stream().map(DatabaseName::toString).collect(Collectors.toSet());
        try (InputStream in = Files.newInputStream(surroundings.directory().resolve(file))) {
            return IamReport.of(in.readNBytes(POLICY_BYTES_MAX), own, pools, databases);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
