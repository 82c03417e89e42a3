package io.firegate.doctor;

import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialLookup;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.credential.CredentialProvider;
import io.firegate.auth.entra.KeyStatus;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.federation.EntraIdentity;
import io.firegate.auth.federation.ExposedFile;
import io.firegate.auth.federation.WorkloadIdentity;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limit;
import io.firegate.doctor.Web.Reply;
import io.firegate.gateway.Directories;
import io.firegate.gateway.Federation;
import io.firegate.gateway.Gateway;
import io.firegate.gateway.SecretFiles;
import io.firegate.policy.CredentialUse;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Guid;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks everything a gateway with this configuration depends on. Blocks; made and used by one thread. */
public final class Doctor {
    /** No document of anybody's: asking for it shows rights and reads nothing. */
    private static final String NOWHERE = "firegate-doctor/nothing";

    private final GatewayConfig config;
    private final PolicySnapshot policy;
    private final InstantSource clock;
    private final Consumer<Diagnosis> told;
    private boolean bad;
    private @Nullable CredentialProblem toldProblem;

    /**
     * A doctor.
     *
     * @param told gets each finding as soon as it is known
     */
    public Doctor(GatewayConfig config, PolicySnapshot policy, InstantSource clock, Consumer<Diagnosis> told) {
        this.config = config;
        this.policy = policy;
        this.clock = clock;
        this.told = told;
    }

    /** Makes every probe; whether all were good. */
    public boolean examine() {
        tell(Diagnosis.good(
                "config",
                "and policy are valid: snapshot " + policy.id() + ", "
                        + policy.tierNames().size() + " tiers, "
                        + config.tenants().size() + " tenants"));
        secrets();
        try (Web web = new Web(config.limits().getDuration(Limit.CREDENTIAL_FETCH_MILLIS))) {
            hosts(web);
            keys();
            graphs();
            try (Federation federation = new Federation(config, clock)) {
                federation.start().toCompletableFuture().join();
                List<CredentialStatus> kept = federation.status().stream()
                        .filter(status -> !isIssued(status.name()))
                        .toList();
                identity(kept);
                kept.forEach(this::credential);
                issued(federation);
                firestore(web, federation.providers());
            }
        }
        return !bad;
    }

    private void tell(Diagnosis found) {
        bad |= found.result() == Diagnosis.Result.BAD;
        told.accept(found);
    }

    private void secrets() {
        List<ExposedFile> exposed = SecretFiles.exposed(config);
        for (ExposedFile file : exposed) {
            tell(Diagnosis.bad("secrets", "more accounts than the owner may use " + file.file(), file.fix()));
        }
        if (exposed.isEmpty() && SecretFiles.any(config)) {
            tell(Diagnosis.good("secrets", "no file of keys is open to others"));
        }
    }

    /** Whether each host answers at all, and by which clock. */
    private void hosts(Web web) {
        Map<String, URI> hosts = new LinkedHashMap<>();
        config.tenants().stream()
                .filter(tenant -> tenant.keys() instanceof GatewayConfig.Keys.Discovery)
                .forEach(tenant -> hosts.put(tenant.authority().getRawAuthority(), tenant.authority()));
        for (GatewayConfig.Tenant tenant : config.tenants()) {
            if (tenant.graph() != null) {
                hosts.put(tenant.graph().getRawAuthority(), tenant.graph());
            }
        }
        GatewayConfig.Identity identity = config.identity();
        if (identity != null) {
            if (identity.workload() instanceof WorkloadIdentity.Foreign foreign) {
                hosts.put(foreign.sts().getRawAuthority(), foreign.sts());
            }
            hosts.put(identity.iamCredentials().getRawAuthority(), identity.iamCredentials());
        }
        Duration worst = Duration.ZERO;
        String where = "";
        boolean compared = false;
        for (URI host : hosts.values()) {
            switch (web.get(URI.create(host + "/"))) {
                case Reply.None none ->
                    tell(Diagnosis.bad(
                            "reach",
                            host + " does not answer: " + none.why(),
                            "check name resolution, routes, HTTPS proxies and firewalls from this machine: curl -v "
                                    + host));
                case Reply.Answer answer -> {
                    if (answer.date().isPresent()) {
                        compared = true;
                        Duration apart = Duration.between(answer.date().get(), clock.instant());
                        if (apart.abs().compareTo(worst) > 0) {
                            worst = apart.abs();
                            where = "this machine is " + words(worst) + (apart.isNegative() ? " behind " : " ahead of ")
                                    + host;
                        }
                    }
                }
            }
        }
        Duration skew = config.limits().getDuration(Limit.CLOCK_SKEW_MILLIS);
        if (!compared) {
            tell(Diagnosis.skipped("clock", "no host to compare it with"));
        } else if (worst.compareTo(skew) > 0) {
            tell(Diagnosis.bad(
                    "clock",
                    where + ", more than limits.clockSkewMillis allows",
                    "set this machine's clock: timedatectl status, timedatectl set-ntp true"));
        } else {
            tell(Diagnosis.good("clock", "within " + words(skew) + " of every host asked"));
        }
    }

    private static String words(Duration time) {
        return time.toMinutes() >= 2 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }

    private void keys() {
        try (TokenVerifier verifier = Gateway.verifier(config, clock)) {
            verifier.start().toCompletableFuture().join();
            for (KeyStatus status : verifier.keys()) {
                String subject = "keys of tenant " + status.tenant();
                tell(
                        status.usable()
                                ? Diagnosis.good(subject, status.keys() + " signing keys")
                                : Diagnosis.bad(
                                        subject,
                                        "none: " + status.lastFailure(),
                                        "compare the tenant's id and `authority`: az account show --query tenantId",
                                        "where the login service cannot be reached, name a local key set:"
                                                + " `keys: {file: jwks.json}`"));
            }
        }
    }

    private void graphs() {
        try (Directories directories = new Directories(config, clock)) {
            directories.start().toCompletableFuture().join();
            GraphProbe probe = new GraphProbe(config, policy, directories);
            for (GatewayConfig.Tenant tenant : config.tenants()) {
                if (tenant.graph() != null) {
                    tell(probe.ask(tenant, tenant.graph(), nobody(tenant.id(), Principal.Kind.USER)));
                }
            }
        }
    }

    /** The first two steps, which all accounts share. */
    private void identity(List<CredentialStatus> statuses) {
        GatewayConfig.Identity identity = config.identity();
        if (identity == null || statuses.isEmpty()) {
            tell(Diagnosis.skipped("identity", "no credential needs one"));
            return;
        }
        String who = who(identity.workload());
        CredentialStatus worst = statuses.get(0);
        if (statuses.stream().anyMatch(CredentialStatus::usable)) {
            tell(Diagnosis.good("identity", who));
            tell(
                    identity.workload() instanceof WorkloadIdentity.GceMetadata
                            ? Diagnosis.skipped("sts", "a Google identity is not exchanged")
                            : Diagnosis.good("sts", "Google STS exchanged firegate's own token"));
            return;
        }
        switch (worst.problem()) {
            case SUBJECT_TOKEN_UNAVAILABLE, ENTRA_REFUSED -> {
                told(worst);
                tell(Diagnosis.bad("identity", who + ": " + worst.detail()));
                tell(Diagnosis.skipped("sts", "there is no token to exchange"));
            }
            case STS_GRANT_REFUSED, STS_TARGET_UNKNOWN, STS_CONDITION_REFUSED, STS_REQUEST_REFUSED -> {
                told(worst);
                tell(Diagnosis.good("identity", who));
                tell(Diagnosis.bad("sts", worst.detail()));
            }
            case null, default -> tell(Diagnosis.skipped("identity", who + ": see the credentials below"));
        }
    }

    /** What is wrong with all of them is said once. */
    private void told(CredentialStatus status) {
        toldProblem = status.problem();
    }

    private static String who(WorkloadIdentity workload) {
        return switch (workload) {
            case WorkloadIdentity.FederatedTokenFile file -> "the token file " + file.file();
            case WorkloadIdentity.Entra entra ->
                switch (entra.identity()) {
                    case EntraIdentity.ManagedIdentity managed -> "this machine's managed identity";
                    case EntraIdentity.AppService hosted -> "this workload's managed identity";
                    case EntraIdentity.Application application -> "the Entra application " + application.clientId();
                };
            case WorkloadIdentity.ExternalAccountFile file -> "the external_account file " + file.file();
            case WorkloadIdentity.GceMetadata gce -> "this workload's service account";
        };
    }

    private void credential(CredentialStatus status) {
        String subject = "credential " + status.name();
        if (!status.usable() && toldProblem != null && toldProblem == status.problem()) {
            tell(Diagnosis.skipped(subject, described(status.name()) + ": as above"));
            return;
        }
        tell(
                status.usable()
                        ? Diagnosis.good(subject, described(status.name()) + ", until " + status.expiresAt())
                        : Diagnosis.bad(subject, described(status.name()) + ": " + status.detail()));
    }

    private boolean isIssued(String name) {
        return config.credentials().get(name) instanceof GatewayConfig.Credential.Issued;
    }

    /** Exchanges firegate's word on nobody, as it does on callers. */
    private void issued(Federation federation) {
        federation.providers().forEach((name, provider) -> {
            if (!isIssued(name)) {
                return;
            }
            String subject = "credential " + name;
            Credential credential = credential(provider);
            if (credential != null) {
                tell(Diagnosis.good(subject, described(name) + ": Google STS exchanged firegate's word on a caller"));
                return;
            }
            String why = federation.status().stream()
                    .filter(status -> status.name().equals(name))
                    .map(CredentialStatus::detail)
                    .findFirst()
                    .orElse("");
            tell(Diagnosis.bad(subject, described(name) + ": " + why));
        });
    }

    private @Nullable Credential credential(@Nullable CredentialProvider provider) {
        if (provider == null) {
            return null;
        }
        CredentialLookup found = provider.lookup(nobody(config.tenants().get(0).id(), Principal.Kind.APP));
        if (found instanceof CredentialLookup.Pending(var later)) {
            found = later.toCompletableFuture().join();
        }
        return found instanceof CredentialLookup.Ready(var credential) ? credential : null;
    }

    /** A caller that cannot be: its object id is nobody's. It shows in Google's audit log, and Entra knows none. */
    private static Principal nobody(Guid tenant, Principal.Kind kind) {
        Guid none = new Guid("00000000-0000-0000-0000-000000000000");
        return new Principal(tenant, none, kind, none, Set.of(), Set.of(), "", Instant.MAX, Map.of());
    }

    private String described(String name) {
        return switch (config.credentials().get(name)) {
            case GatewayConfig.Credential.ServiceAccount account -> account.account();
            case GatewayConfig.Credential.Emulator emulator -> "the emulator's";
            case GatewayConfig.Credential.Issued issued ->
                issued.issuer().account() == null
                        ? "each caller's own"
                        : issued.issuer().account();
            case null -> "Entra";
        };
    }

    /** Asks for a document nobody has, with the credential of each tier in each of its databases. */
    private void firestore(Web web, Map<String, CredentialProvider> sources) {
        CredentialUse.of(policy)
                .forEach((name, databases) ->
                        databases.forEach(database -> firestore(web, database, name, sources.get(name))));
    }

    private void firestore(Web web, DatabaseName database, String name, @Nullable CredentialProvider source) {
        String subject = "firestore " + database + " with " + name;
        Credential credential = credential(source);
        if (credential == null) {
            tell(Diagnosis.skipped(subject, "there is no credential"));
            return;
        }
        String resource = "projects/" + database.project() + "/databases/" + database.database();
        URI address =
                URI.create(base() + "/v1/" + resource.replace("(", "%28").replace(")", "%29") + "/documents:batchGet");
        Reply reply = web.post(
                address,
                credential.authorization(),
                "{\"documents\":[\"" + resource + "/documents/" + NOWHERE + "\"]}");
        Instant now = clock.instant();
        tell(
                switch (reply) {
                    case Reply.None none ->
                        Diagnosis.bad(
                                subject,
                                base() + " does not answer: " + none.why(),
                                "check the route to it, and `upstream`: curl -v " + base());
                    case Reply.Answer answer -> verdict(subject, database, name, answer, now);
                });
    }

    private Diagnosis verdict(String subject, DatabaseName database, String name, Reply.Answer answer, Instant now) {
        return switch (answer.status()) {
            case 200 -> Diagnosis.good(subject, "may read");
            case 401 ->
                Diagnosis.bad(
                        subject,
                        "Firestore does not accept the credential (401)",
                        answer.date()
                                        .filter(date -> Duration.between(date, now)
                                                        .abs()
                                                        .toSeconds()
                                                > 120)
                                        .isPresent()
                                ? "set this machine's clock: timedatectl status"
                                : "the account may be disabled: gcloud iam service-accounts describe "
                                        + described(name));
            case 403 ->
                Diagnosis.bad(
                        subject,
                        described(name) + " may not read there (403)",
                        "gcloud projects add-iam-policy-binding " + database.project()
                                + " --role=roles/datastore.user --member=" + member(name)
                                + " --condition='title=one-database,expression=resource.name==\"projects/"
                                + database.project() + "/databases/" + database.database() + "\"'",
                        "and the API must be on: gcloud services enable firestore.googleapis.com --project="
                                + database.project());
            case 404 ->
                Diagnosis.bad(
                        subject,
                        "there is no such database (404)",
                        "gcloud firestore databases list --project=" + database.project());
            case 429 ->
                Diagnosis.bad(
                        subject, "too many requests (429)", "see Firestore's quotas in the project, and ask again");
            default ->
                Diagnosis.bad(
                        subject,
                        "Firestore answered " + answer.status(),
                        answer.status() >= 500
                                ? "see https://status.cloud.google.com, and ask again"
                                : "`upstream` may name something that is not Firestore");
        };
    }

    private String member(String name) {
        return switch (config.credentials().get(name)) {
            case GatewayConfig.Credential.ServiceAccount account -> "serviceAccount:" + account.account();
            case GatewayConfig.Credential.Issued(var issuer) ->
                issuer.account() == null
                        ? "'principalSet:" + issuer.audience().replaceFirst("/providers/.*", "")
                                + "/attribute.credential/" + name + "'"
                        : "serviceAccount:" + issuer.account();
            case null, default -> "MEMBER";
        };
    }

    private String base() {
        return switch (config.upstream()) {
            case GatewayConfig.Upstream.Endpoint endpoint ->
                "https://" + endpoint.address().host()
                        + (endpoint.address().port() == 443
                                ? ""
                                : ":" + endpoint.address().port());
            case GatewayConfig.Upstream.Emulator emulator -> "http://" + emulator.address();
        };
    }
}
