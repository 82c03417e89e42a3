package io.firegate.gateway;

import io.firegate.auth.federation.EntraIdentity;
import io.firegate.auth.federation.ExposedFile;
import io.firegate.auth.federation.IssuerKeys;
import io.firegate.auth.federation.WorkloadIdentity;
import io.firegate.config.GatewayConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The files of a configuration that hold secrets which stay: private keys, and the keys that seal handles. */
public final class SecretFiles {
    private SecretFiles() {}

    /** Those that more accounts may use than should, in the order of gateway.yaml. */
    public static List<ExposedFile> exposed(GatewayConfig config) {
        List<ExposedFile> exposed = new ArrayList<>();
        for (Path file : single(config)) {
            ExposedFile.of(file).ifPresent(exposed::add);
        }
        for (Path directory : issuerKeys(config)) {
            try {
                exposed.addAll(new IssuerKeys(directory).exposed());
            } catch (IssuerKeys.Unusable unreadable) {
                // Who would sign with them says so.
            }
        }
        return exposed;
    }

    /** Whether there is any. */
    public static boolean any(GatewayConfig config) {
        return !single(config).isEmpty() || !issuerKeys(config).isEmpty();
    }

    private static Set<Path> single(GatewayConfig config) {
        Set<Path> files = new LinkedHashSet<>();
        for (GatewayConfig.Listener listener : config.listeners()) {
            Optional.ofNullable(listener.tls()).ifPresent(tls -> files.add(tls.key()));
        }
        GatewayConfig.Identity identity = config.identity();
        if (identity != null
                && identity.workload() instanceof WorkloadIdentity.Entra entra
                && entra.identity() instanceof EntraIdentity.ClientCertificate application) {
            files.add(application.key());
        }
        Optional.ofNullable(config.handles().keyFile()).ifPresent(files::add);
        return files;
    }

    private static Set<Path> issuerKeys(GatewayConfig config) {
        Set<Path> directories = new LinkedHashSet<>();
        for (GatewayConfig.Credential credential : config.credentials().values()) {
            if (credential instanceof GatewayConfig.Credential.Issued(var issuer)) {
                directories.add(issuer.keys());
            }
        }
        return directories;
    }
}
