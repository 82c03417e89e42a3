package io.firegate.config;

import io.firegate.auth.entra.Cloud;
import io.firegate.auth.entra.Demands;
import io.firegate.auth.federation.EntraIdentity;
import io.firegate.auth.federation.GatewayIssuer;
import io.firegate.auth.federation.WorkloadIdentity;
import io.firegate.config.GatewayConfig.Admin;
import io.firegate.config.GatewayConfig.Answers;
import io.firegate.config.GatewayConfig.Audit;
import io.firegate.config.GatewayConfig.Credential;
import io.firegate.config.GatewayConfig.Handles;
import io.firegate.config.GatewayConfig.Identity;
import io.firegate.config.GatewayConfig.Keys;
import io.firegate.config.GatewayConfig.Listener;
import io.firegate.config.GatewayConfig.OnFailure;
import io.firegate.config.GatewayConfig.Policy;
import io.firegate.config.GatewayConfig.Reload;
import io.firegate.config.GatewayConfig.Tenant;
import io.firegate.config.GatewayConfig.Tls;
import io.firegate.config.GatewayConfig.TokenVersion;
import io.firegate.config.GatewayConfig.Upstream;
import io.firegate.config.ScalarType.CredentialKind;
import io.firegate.config.ScalarType.IdentitySource;
import io.firegate.policy.Guid;
import io.firegate.policy.Network;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From gateway.yaml, environment and command line to a {@link GatewayConfig}, or to every problem at once.
 *
 * <p>Layers, the later one wins: default, file, {@code FIREGATE_*}, {@code --set}. A pure function: it reads nothing but its
 * input.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /** Reads and checks. */
    public static ConfigLoad load(ConfigInput input) {
        Problems problems = new Problems();
        if (input.yaml().length > ConfigInput.YAML_BYTES_MAX) {
            problems.add(Problem.ofFile(
                    input.file(), "the file is larger than " + ConfigInput.YAML_BYTES_MAX + " bytes", "shorten it"));
            return refused(problems);
        }
        var yaml = YamlFile.parse(input.file(), input.yaml(), problems);
        if (yaml.isEmpty()) {
            return refused(problems);
        }
        if (!(ConfigNode.of(yaml.get(), null, problems) instanceof ConfigNode.Section tree)) {
            throw new IllegalStateException("the root of a file is a mapping");
        }
        Overrides overrides = new Overrides(tree, problems);
        overrides.environment(input.environment());
        input.set().forEach(overrides::set);

        ShapeCheck shapes = new ShapeCheck(input.base(), problems);
        Checked.Section root = shapes.root(tree);
        new ConfigRules(input.paths(), input.environment()).check(root);
        if (problems.hasErrors()) {
            return refused(problems);
        }
        return new ConfigLoad.Loaded(build(root, input.environment()), shapes.values());
    }

    private static ConfigLoad refused(Problems problems) {
        return new ConfigLoad.Refused(problems.errors(), problems.errorCount());
    }

    private static GatewayConfig build(Checked.Section root, Map<String, String> environment) {
        Map<String, Credential> credentials = new LinkedHashMap<>();
        root.needSection("credentials").entries().forEach((name, value) -> {
            if (value instanceof Checked.Section credential) {
                credentials.put(
                        name,
                        switch (credential.need("kind", CredentialKind.class)) {
                            case EMULATOR -> new Credential.Emulator();
                            case SERVICE_ACCOUNT ->
                                new Credential.ServiceAccount(credential.need("account", String.class));
                            case GATEWAY_ISSUER -> new Credential.Issued(issuer(name, credential));
                        });
            }
        });
        Checked.Section identity = root.section("workloadIdentity");
        Checked.Section policy = root.needSection("policy");
        Checked.Section audit = root.needSection("audit");
        return new GatewayConfig(
                root.sections("listeners").stream().map(ConfigLoader::listener).toList(),
                new Admin(root.needSection("admin").need("address", HostPort.class)),
                root.sections("tenants").stream().map(ConfigLoader::tenant).toList(),
                root.leaves("trustedProxies").stream()
                        .map(leaf -> (Network) leaf.value())
                        .toList(),
                upstream(root.needSection("upstream")),
                identity == null ? null : identity(identity, environment),
                credentials,
                new Policy(policy.need("dir", Path.class), policy.need("reload", Reload.class)),
                new Audit(audit.need("file", Path.class), audit.need("onFailure", OnFailure.class)),
                new Answers(root.needSection("answers").need("filteredHeader", Boolean.class)),
                new Handles(root.needSection("handles").get("keyFile", Path.class)),
                limits(root.needSection("limits")));
    }

    private static GatewayIssuer issuer(String name, Checked.Section section) {
        Checked.Section endpoints = section.needSection("endpoints");
        return new GatewayIssuer(
                name,
                section.need("issuer", String.class),
                section.need("audience", String.class),
                section.need("keys", Path.class),
                section.get("account", String.class),
                endpoints.need("sts", URI.class),
                endpoints.need("iamCredentials", URI.class));
    }

    private static Listener listener(Checked.Section section) {
        Checked.Section tls = section.section("tls");
        return new Listener(
                section.need("address", HostPort.class),
                tls == null ? null : new Tls(tls.need("certificate", Path.class), tls.need("key", Path.class)));
    }

    private static Tenant tenant(Checked.Section section) {
        Path file = section.needSection("keys").get("file", Path.class);
        Cloud cloud = section.need("cloud", Cloud.class);
        URI authority = section.get("authority", URI.class);
        return new Tenant(
                section.need("id", Guid.class),
                cloud,
                authority == null ? URI.create(cloud.authority().url()) : authority,
                section.leaves("audiences").stream()
                        .map(leaf -> (String) leaf.value())
                        .toList(),
                section.leaves("versions").stream()
                        .map(leaf -> (TokenVersion) leaf.value())
                        .toList(),
                new Demands(
                        section.get("scope", String.class),
                        section.leaves("roles").stream()
                                .map(leaf -> (String) leaf.value())
                                .collect(Collectors.toUnmodifiableSet()),
                        section.need("agents", Boolean.class),
                        section.need("guests", Boolean.class)),
                section.leaves("claims").stream()
                        .map(leaf -> (String) leaf.value())
                        .toList(),
                file == null ? new Keys.Discovery() : new Keys.JwkSetFile(file),
                graph(section.needSection("graph"), cloud));
    }

    private static @Nullable URI graph(Checked.Section section, Cloud cloud) {
        if (!section.need("overage", Boolean.class)) {
            return null;
        }
        URI endpoint = section.get("endpoint", URI.class);
        return endpoint == null ? cloud.graph() : endpoint;
    }

    private static Upstream upstream(Checked.Section section) {
        HostPort emulator = section.get("emulator", HostPort.class);
        return emulator == null
                ? new Upstream.Endpoint(section.need("endpoint", HostPort.class))
                : new Upstream.Emulator(emulator);
    }

    private static Identity identity(Checked.Section section, Map<String, String> environment) {
        Checked.Section endpoints = section.needSection("endpoints");
        URI sts = endpoints.need("sts", URI.class);
        URI metadata = endpoints.get("metadata", URI.class);
        WorkloadIdentity workload = switch (section.need("source", IdentitySource.class)) {
            case FEDERATED_TOKEN_FILE ->
                new WorkloadIdentity.FederatedTokenFile(
                        section.need("file", Path.class), section.need("audience", String.class), sts);
            case ENTRA_MANAGED_IDENTITY ->
                entra(
                        section,
                        sts,
                        new EntraIdentity.ManagedIdentity(
                                clientId(section), metadata == null ? WorkloadIdentity.AZURE_METADATA : metadata));
            case APP_SERVICE_MANAGED_IDENTITY -> {
                AppServiceVariables variables =
                        AppServiceVariables.of(environment).orElseThrow();
                yield entra(
                        section,
                        sts,
                        new EntraIdentity.AppService(clientId(section), variables.endpoint(), variables.header()));
            }
            case ENTRA_CLIENT_CERTIFICATE ->
                entra(
                        section,
                        sts,
                        new EntraIdentity.ClientCertificate(
                                endpoints.need("entra", URI.class),
                                section.need("tenant", Guid.class).toString(),
                                section.need("clientId", Guid.class).toString(),
                                section.need("certificate", Path.class),
                                section.need("key", Path.class)));
            case ENTRA_WORKLOAD_IDENTITY ->
                entra(
                        section,
                        sts,
                        new EntraIdentity.FederatedFile(
                                endpoints.need("entra", URI.class),
                                section.need("tenant", Guid.class).toString(),
                                section.need("clientId", Guid.class).toString(),
                                section.need("file", Path.class)));
            case EXTERNAL_ACCOUNT_FILE ->
                new WorkloadIdentity.ExternalAccountFile(section.need("file", Path.class), sts);
            case GCE_METADATA ->
                new WorkloadIdentity.GceMetadata(metadata == null ? WorkloadIdentity.GOOGLE_METADATA : metadata);
        };
        return new Identity(workload, endpoints.need("iamCredentials", URI.class));
    }

    private static WorkloadIdentity entra(Checked.Section section, URI sts, EntraIdentity identity) {
        return new WorkloadIdentity.Entra(
                identity, section.need("resource", String.class), section.need("audience", String.class), sts);
    }

    private static @Nullable String clientId(Checked.Section section) {
        Guid client = section.get("clientId", Guid.class);
        return client == null ? null : client.toString();
    }

    private static Limits limits(Checked.Section section) {
        Map<Limit, Long> set = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            set.put(limit, section.need(limit.key(), Long.class));
        }
        return new Limits(set);
    }
}
