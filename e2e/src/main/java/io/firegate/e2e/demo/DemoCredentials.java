package io.firegate.e2e.demo;

import io.firegate.auth.federation.IssuerKeys;
import io.firegate.e2e.GuardedFirestore;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The demo's credentials towards Firestore: the emulator's own, or Google's by way of stand-ins for its token services, with a guard before
 * the emulator that takes no other.
 */
final class DemoCredentials implements AutoCloseable {
    private static final String WORKLOAD_TENANT = "11111111-2222-4333-8444-777777777777";
    private static final String WORKLOAD_CLIENT = "cccccccc-0000-4000-8000-000000000777";
    private static final String WORKLOAD_OID = "99999999-0000-4000-8000-000000000777";
    private static final String POOLS = "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/";
    private static final String ISSUER = "https://firegate.example.org";

    private final Kind kind;
    private final String yaml;
    private final String upstream;
    private final @Nullable LocalGoogle google;
    private final @Nullable GuardedFirestore guard;

    /** Which. */
    enum Kind {
        EMULATOR,
        SERVICE_ACCOUNT,
        GATEWAY_ISSUER;

        /** As the command line and gateway.yaml write it. */
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Kind of(String text) {
            return Arrays.stream(values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("write emulator, service-account or gateway-issuer"));
        }
    }

    private DemoCredentials(
            Kind kind, String yaml, String upstream, @Nullable LocalGoogle google, @Nullable GuardedFirestore guard) {
        this.kind = kind;
        this.yaml = yaml;
        this.upstream = upstream;
        this.google = google;
        this.guard = guard;
    }

    /** Starts what the kind needs; files go into the directory. */
    static DemoCredentials start(Kind kind, Clinic clinic, LocalIssuer entra, String emulator, Path directory)
            throws IOException {
        if (kind == Kind.EMULATOR) {
            String yaml = clinic.credentials().stream()
                    .map(name -> "  " + name + ": { kind: emulator }\n")
                    .collect(Collectors.joining("", "credentials:\n", ""));
            return new DemoCredentials(kind, yaml, emulator, null, null);
        }
        LocalGoogle google = LocalGoogle.start(InstantSource.system());
        Map<String, Set<String>> rights = new HashMap<>();
        String yaml = kind == Kind.SERVICE_ACCOUNT
                ? accounts(clinic, entra, google, rights, directory)
                : issuer(clinic, google, rights, directory);
        GuardedFirestore guard = new GuardedFirestore(
                emulator,
                authorization -> {
                    LocalGoogle.Caller caller = google.callerOf(authorization);
                    return caller == null ? null : caller.attributes().getOrDefault("credential", caller.name());
                },
                rights);
        return new DemoCredentials(kind, yaml, guard.address(), google, guard);
    }

    private static String accounts(
            Clinic clinic, LocalIssuer entra, LocalGoogle google, Map<String, Set<String>> rights, Path directory)
            throws IOException {
        String provider = POOLS + "firegate/providers/proxy";
        LocalTenant workload = entra.addTenant(WORKLOAD_TENANT, "api://federation", "unused");
        workload.add(new RegisteredApp(WORKLOAD_CLIENT, "unused", WORKLOAD_OID, List.of()));
        // A day: the demo may be left running, and nobody writes this file again.
        workload.lifetimeSeconds(24 * 3600);
        Files.writeString(directory.resolve("workload.jwt"), workload.appToken(WORKLOAD_CLIENT));
        google.add(new Provider(
                provider, workload, "api://federation", Map.of("tid", WORKLOAD_TENANT, "oid", WORKLOAD_OID)));
        StringBuilder yaml = new StringBuilder("""
                workloadIdentity:
                  source: federated-token-file
                  audience: %s
                  file: workload.jwt
                  endpoints: { sts: "%2$s", iamCredentials: "%2$s" }
                credentials:
                """.formatted(provider, google.address()));
        for (String name : clinic.credentials()) {
            String account = "firegate-" + name + "@" + clinic.project() + ".iam.gserviceaccount.com";
            google.addAccount(account, WORKLOAD_OID);
            rights.put(account, Set.of("*"));
            yaml.append("  ")
                    .append(name)
                    .append(": { kind: service-account, account: ")
                    .append(account)
                    .append(" }\n");
        }
        return yaml.toString();
    }

    private static String issuer(Clinic clinic, LocalGoogle google, Map<String, Set<String>> rights, Path directory)
            throws IOException {
        String provider = POOLS + "firegate-callers/providers/firegate";
        String uploaded;
        try {
            IssuerKeys keys = new IssuerKeys(directory.resolve("issuer-keys"));
            keys.create();
            uploaded = keys.jwkSet();
        } catch (IssuerKeys.Unusable e) {
            throw new IOException(e);
        }
        google.add(Provider.uploaded(
                provider,
                ISSUER,
                () -> uploaded,
                "sub",
                Map.of("credential", "credential"),
                Map.of("tid", clinic.tenant())));
        StringBuilder yaml = new StringBuilder("credentials:\n");
        for (String name : clinic.credentials()) {
            rights.put(name, Set.of("*"));
            yaml.append(
                    "  %s: { kind: gateway-issuer, keys: issuer-keys, issuer: \"%s\", audience: \"%s\", endpoints: { sts: \"%s\" } }\n"
                            .formatted(name, ISSUER, provider, google.address()));
        }
        return yaml.toString();
    }

    /** The parts of gateway.yaml that say so. */
    String yaml() {
        return yaml;
    }

    /** {@code upstream.emulator}. */
    String upstream() {
        return upstream;
    }

    /** For the list of what runs. */
    String described() {
        return google == null
                ? "the emulator's own"
                : kind.text() + ", with stand-ins of Google's token services at " + google.address()
                        + " and a guard before the emulator at " + upstream;
    }

    /** Whose tokens reached the guard, and for how many calls. */
    List<String> seen() {
        if (guard == null) {
            return List.of();
        }
        Map<String, Integer> calls = new TreeMap<>();
        guard.calls()
                .forEach(call -> calls.merge(call.account().isEmpty() ? "nobody" : call.account(), 1, Integer::sum));
        return List.of(
                "",
                "Google tokens the guard before the emulator saw: "
                        + calls.entrySet().stream()
                                .map(entry -> entry.getKey() + " (" + entry.getValue() + " calls)")
                                .collect(Collectors.joining(", ")));
    }

    @Override
    public void close() {
        if (guard != null) {
            guard.close();
        }
        if (google != null) {
            google.close();
        }
    }
}
