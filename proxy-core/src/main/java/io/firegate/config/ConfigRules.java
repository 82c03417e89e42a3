package io.firegate.config;

import io.firegate.auth.entra.Demands;
import io.firegate.config.GatewayConfig.OnFailure;
import io.firegate.config.ScalarType.CredentialKind;
import io.firegate.config.ScalarType.IdentitySource;
import io.firegate.policy.Guid;
import io.firegate.policy.Network;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the keys of gateway.yaml must mean together. Every rule works on what is there, so that all problems come at once. */
final class ConfigRules {
    private final Function<Path, PathState> paths;
    private final Map<String, String> environment;

    ConfigRules(Function<Path, PathState> paths, Map<String, String> environment) {
        this.paths = paths;
        this.environment = environment;
    }

    void check(Checked.Section root) {
        Map<HostPort, Taken> taken = new HashMap<>();
        List<Checked.Section> listeners = root.sections("listeners");
        for (int i = 0; i < listeners.size(); i++) {
            listener(listeners.get(i));
            once(listeners.get(i), "listeners." + i, taken);
        }
        Checked.Section admin = root.section("admin");
        if (admin != null) {
            HostPort address = admin.get("address", HostPort.class);
            if (address != null && !address.isLoopback() && !isTrue(admin, "danger")) {
                admin.at("address")
                        .problem(
                                "other machines could reach the admin listener at " + address,
                                "use a loopback address, or write `danger: true` beside it when a firewall stands before");
            }
            once(admin, "admin", taken);
        }
        Set<Guid> tenants = new HashSet<>();
        root.sections("tenants").forEach(tenant -> tenant(tenant, tenants));
        noneTwice(root, "trustedProxies");
        for (Checked.Leaf proxy : root.leaves("trustedProxies")) {
            if (proxy.value() instanceof Network network && network.length() == 0) {
                proxy.node()
                        .problem(
                                "everybody would be a trusted proxy, and could claim any address",
                                "write the proxies' own networks");
            }
        }
        upstream(root);
        identity(root.section("workloadIdentity"));
        graph(root);
        Checked.Section policy = root.section("policy");
        if (policy != null) {
            exists(policy, "dir", PathState.DIRECTORY);
        }
        audit(root.section("audit"));
        Checked.Section handles = root.section("handles");
        if (handles != null) {
            exists(handles, "keyFile", PathState.FILE);
        }
        limits(root.section("limits"));
    }

    private void listener(Checked.Section listener) {
        HostPort address = listener.get("address", HostPort.class);
        Checked.Section tls = listener.section("tls");
        if (tls != null) {
            exists(tls, "certificate", PathState.FILE);
            exists(tls, "key", PathState.FILE);
        } else if (address != null && !address.isLoopback() && !isTrue(listener, "danger")) {
            listener.at("address")
                    .problem(
                            "a plaintext listener at " + address + " would show every token and document on the way",
                            "add `tls: {certificate: ..., key: ...}`, or use a loopback address; `danger: true` accepts it");
        }
    }

    /** Who listens at an address. */
    private record Taken(String name, ConfigNode place) {}

    private static void once(Checked.Section section, String name, Map<HostPort, Taken> taken) {
        HostPort address = section.get("address", HostPort.class);
        if (address == null || address.port() == 0) {
            return;
        }
        Taken own = new Taken(name, section.at("address"));
        Taken other = taken.putIfAbsent(address, own);
        if (other != null) {
            // Shown where somebody wrote it: one of the two may be a default.
            boolean written = !(own.place().origin() instanceof Origin.Default);
            (written ? own : other)
                    .place()
                    .problem(
                            "`" + (written ? other : own).name() + "` listens at " + address + " already",
                            "use another port");
        }
    }

    private void tenant(Checked.Section tenant, Set<Guid> seen) {
        Guid id = tenant.get("id", Guid.class);
        if (id != null && !seen.add(id)) {
            tenant.at("id").problem("tenant `" + id + "` stands here twice", "keep one entry per tenant");
        }
        noneTwice(tenant, "audiences");
        noneTwice(tenant, "versions");
        noneTwice(tenant, "claims");
        noneTwice(tenant, "roles");
        String scope = tenant.get("scope", String.class);
        if (scope != null && !Demands.isScopeToken(scope)) {
            tenant.at("scope")
                    .problem(
                            "`scope` must be one scope name without spaces, quotes or backslashes",
                            "write scope: Data.Access");
        }
        if (!isWritten(tenant.node(), "scope") && tenant.leaves("roles").isEmpty()) {
            tenant.node()
                    .problem(
                            "nothing says what a token must carry: any token for the API would be taken",
                            "write `scope: Data.Access`, or `roles: [...]`");
        }
        Checked.Section keys = tenant.section("keys");
        if (keys != null) {
            boolean discovery = isTrue(keys, "discovery");
            boolean file = keys.entries().containsKey("file");
            if (discovery && file) {
                keys.at("file").problem("keys come from `discovery` or from `file`, not from both", "remove one");
            } else if (!discovery && !file && keys.get("discovery", Boolean.class) != null) {
                keys.node()
                        .problem(
                                "nothing says where the tenant's signing keys come from",
                                "write `keys: {discovery: true}`, or `keys: {file: jwks.json}`");
            }
            exists(keys, "file", PathState.FILE);
        }
    }

    private static void noneTwice(Checked.Section section, String key) {
        Set<Object> seen = new HashSet<>();
        for (Checked.Leaf leaf : section.leaves(key)) {
            if (!seen.add(leaf.value())) {
                leaf.node().problem("`" + leaf.value() + "` stands here twice", "remove one");
            }
        }
    }

    private void upstream(Checked.Section root) {
        Checked.Section upstream = root.section("upstream");
        if (upstream == null) {
            return;
        }
        ConfigNode written = upstream.node();
        boolean endpoint = isWritten(written, "endpoint");
        boolean emulator = isWritten(written, "emulator");
        if (endpoint && emulator) {
            upstream.at("emulator").problem("`upstream` has an `endpoint` and an `emulator`", "remove one");
        } else if (!endpoint && !emulator) {
            written.problem(
                    "`upstream` names no Firestore",
                    "write `upstream: {endpoint: https://firestore.googleapis.com}` or `upstream: {emulator:"
                            + " 127.0.0.1:8085}`");
        }
        Checked.Section credentials = root.section("credentials");
        if (credentials == null) {
            return;
        }
        boolean identity = isWritten(root.node(), "workloadIdentity");
        credentials.entries().forEach((name, value) -> {
            CredentialKind kind =
                    value instanceof Checked.Section credential ? credential.get("kind", CredentialKind.class) : null;
            if (value instanceof Checked.Section credential && kind != null) {
                switch (kind) {
                    case EMULATOR -> emulator(name, credential, endpoint);
                    case SERVICE_ACCOUNT -> serviceAccount(name, credential, identity);
                    case GATEWAY_ISSUER -> issuer(credential);
                }
            }
        });
    }

    private static void emulator(String name, Checked.Section credential, boolean endpoint) {
        // The emulator's token is no secret. Sent to Firestore it would fail; nothing may ever be sent in its place.
        if (endpoint) {
            credential
                    .at("kind")
                    .problem(
                            "`" + name + "` is of kind emulator, which works with `upstream.emulator` only",
                            "write kind: service-account, or use `upstream: {emulator: 127.0.0.1:8085}`");
        }
        for (String key : List.of("account", "keys", "issuer", "audience", "endpoints")) {
            foreign(credential, key, "kind emulator");
        }
    }

    private void issuer(Checked.Section credential) {
        needed(credential, "keys", "kind gateway-issuer", "write keys: issuer-keys, which `firegate keys new` makes");
        needed(credential, "issuer", "kind gateway-issuer", "write issuer: https://firegate.example.org");
        needed(credential, "audience", "kind gateway-issuer", null);
        exists(credential, "keys", PathState.DIRECTORY);
    }

    private static void serviceAccount(String name, Checked.Section credential, boolean identity) {
        for (String key : List.of("keys", "issuer", "audience", "endpoints")) {
            foreign(credential, key, "kind service-account");
        }
        needed(credential, "account", "kind service-account", "write account: staff@PROJECT.iam.gserviceaccount.com");
        if (!identity) {
            credential
                    .at("kind")
                    .problem(
                            "`" + name + "` is of kind service-account, and nothing says who firegate is",
                            "write `workloadIdentity: {source: ...}`");
        }
    }

    private void identity(Checked.@Nullable Section identity) {
        IdentitySource source = identity == null ? null : identity.get("source", IdentitySource.class);
        if (identity == null || source == null) {
            return;
        }
        Needs needs = switch (source) {
            case FEDERATED_TOKEN_FILE -> new Needs(List.of("audience", "file"), List.of());
            case ENTRA_MANAGED_IDENTITY, APP_SERVICE_MANAGED_IDENTITY ->
                new Needs(List.of("audience", "resource"), List.of("clientId"));
            case ENTRA_CLIENT_CERTIFICATE ->
                new Needs(List.of("audience", "resource", "tenant", "clientId", "certificate", "key"), List.of());
            case ENTRA_WORKLOAD_IDENTITY ->
                new Needs(List.of("audience", "resource", "tenant", "clientId", "file"), List.of());
            case EXTERNAL_ACCOUNT_FILE -> new Needs(List.of("file"), List.of());
            case GCE_METADATA -> new Needs(List.of(), List.of());
        };
        for (String key : SOURCE_KEYS) {
            if (needs.required().contains(key)) {
                needed(identity, key, "source " + source.text(), SOURCE_FIXES.get(key));
            } else if (!needs.optional().contains(key)) {
                foreign(identity, key, "source " + source.text());
            }
        }
        exists(identity, "certificate", PathState.FILE);
        exists(identity, "key", PathState.FILE);
        if (source == IdentitySource.EXTERNAL_ACCOUNT_FILE) {
            exists(identity, "file", PathState.FILE);
        }
        if (source == IdentitySource.APP_SERVICE_MANAGED_IDENTITY
                && AppServiceVariables.of(environment).isEmpty()) {
            identity.at("source")
                    .problem(
                            "IDENTITY_ENDPOINT and IDENTITY_HEADER are not set as App Service sets them",
                            "switch the managed identity on (`az webapp identity assign`), or name another source");
        }
    }

    /** What a source of an identity takes. */
    private record Needs(List<String> required, List<String> optional) {}

    private static final List<String> SOURCE_KEYS =
            List.of("audience", "file", "resource", "clientId", "tenant", "certificate", "key");

    private static final Map<String, String> SOURCE_FIXES =
            Map.of("file", "write the file the platform mounts", "resource", "write resource: api://...");

    /** Only an identity in Entra can ask Graph, and a managed one in its own tenant only. */
    private static void graph(Checked.Section root) {
        Checked.Section identity = root.section("workloadIdentity");
        IdentitySource source = identity == null ? null : identity.get("source", IdentitySource.class);
        boolean seen = false;
        for (Checked.Section tenant : root.sections("tenants")) {
            Checked.Section graph = tenant.section("graph");
            if (graph == null || !isTrue(graph, "overage")) {
                continue;
            }
            if (identity == null || (source != null && !source.isInEntra())) {
                graph.at("overage")
                        .problem(
                                "firegate has no identity in Entra with which it could ask Graph",
                                "write `workloadIdentity: {source: entra-managed-identity, ...}` or another source in Entra");
            } else if (seen && source != null && source.isManaged()) {
                graph.at("overage")
                        .problem(
                                "a managed identity can ask Graph of its own tenant only, and another tenant asks already",
                                "use an application that both tenants know: entra-client-certificate or"
                                        + " entra-workload-identity");
            }
            seen = true;
        }
    }

    private static void needed(Checked.Section section, String key, String by, @Nullable String fix) {
        if (!isWritten(section.node(), key)) {
            section.node().problem("`" + key + "` is missing: " + by + " needs it", fix);
        }
    }

    private static void foreign(Checked.Section section, String key, String to) {
        if (isWritten(section.node(), key)) {
            section.at(key).problem("`" + key + "` means nothing to " + to, "remove it");
        }
    }

    /** Whether a key was written, readable or not: an unreadable value must not be taken for an absent one. */
    private static boolean isWritten(ConfigNode node, String key) {
        return node instanceof ConfigNode.Section section && section.entries.containsKey(key);
    }

    private void audit(Checked.@Nullable Section audit) {
        if (audit == null) {
            return;
        }
        if (audit.get("onFailure", OnFailure.class) == OnFailure.ALLOW && !isTrue(audit, "danger")) {
            audit.at("onFailure")
                    .problem(
                            "with `onFailure: allow` a full disk means accesses nobody can trace",
                            "write deny, or `danger: true` beside it to accept that");
        }
        Path file = audit.get("file", Path.class);
        Path parent = file == null ? null : file.getParent();
        if (file != null && paths.apply(file) == PathState.DIRECTORY) {
            audit.at("file").problem(file + " is a directory", "name a file in it");
        } else if (parent != null && paths.apply(parent) != PathState.DIRECTORY) {
            audit.at("file").problem("there is no directory " + parent, "create it");
        }
    }

    private static void limits(Checked.@Nullable Section limits) {
        if (limits == null) {
            return;
        }
        notAbove(
                limits,
                Limit.TOKEN_BYTES,
                Limit.HEADER_BLOCK_BYTES,
                "a token of that size could never arrive in the headers of a request");
        notAbove(
                limits,
                Limit.REQUEST_BYTES,
                Limit.REQUEST_BYTES_TOTAL,
                "a single request of that size would never fit");
        notAbove(
                limits,
                Limit.GROUP_REFRESH_MILLIS,
                Limit.GROUP_AGE_MILLIS,
                "groups would end before they are refreshed");
        notAbove(limits, Limit.POLICY_FILE_BYTES, Limit.POLICY_BYTES, "a single file of that size would never fit");
    }

    private static void notAbove(Checked.Section limits, Limit small, Limit large, String why) {
        Long below = limits.get(small.key(), Long.class);
        Long above = limits.get(large.key(), Long.class);
        if (below != null && above != null && below > above) {
            // Shown at the value somebody wrote, which may be either.
            String at = limits.at(small.key()).origin() instanceof Origin.Default ? large.key() : small.key();
            limits.at(at)
                    .problem(
                            "`" + small.key() + "` (" + below + ") is above `" + large.key() + "` (" + above + "): "
                                    + why,
                            "raise `" + large.key() + "` or lower `" + small.key() + "`");
        }
    }

    private void exists(Checked.Section section, String key, PathState expected) {
        Path path = section.get(key, Path.class);
        if (path == null) {
            return;
        }
        PathState found = paths.apply(path);
        if (found == expected) {
            return;
        }
        String wanted = expected == PathState.DIRECTORY ? "directory" : "file";
        section.at(key)
                .problem(
                        switch (found) {
                            case MISSING -> "there is no " + wanted + " " + path;
                            case UNREADABLE -> path + " may not be read by this process";
                            case FILE, DIRECTORY -> path + " is not a " + wanted;
                        },
                        path.isAbsolute() ? "relative paths start at the configuration file's directory" : null);
    }

    private static boolean isTrue(Checked.Section section, String key) {
        return Boolean.TRUE.equals(section.get(key, Boolean.class));
    }
}
