package io.firegate.auth.federation;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where firegate's own identity comes from. */
public sealed interface WorkloadIdentity {
    /** Azure's instance metadata service: link-local, so plain http by nature. */
    URI AZURE_METADATA = URI.create("http://169.254.169.254");

    /** Google's metadata server: link-local too. */
    URI GOOGLE_METADATA = URI.create("http://metadata.google.internal");

    /** An identity of another party, which Google STS exchanges. */
    sealed interface Foreign extends WorkloadIdentity {
        /** The workload identity provider: {@code //iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/Q}. */
        String audience();

        /** Google's token service, scheme and host. */
        URI sts();
    }

    /**
     * An OIDC token in a file that somebody else keeps fresh, such as Kubernetes' projected service account token.
     *
     * @param file read anew for each exchange
     */
    record FederatedTokenFile(Path file, String audience, URI sts) implements Foreign {}

    /**
     * The managed identity of an Azure machine.
     *
     * @param resource App ID URI of the Entra application that is the token's audience
     * @param clientId of a user-assigned identity; null for the machine's only one
     * @param metadata the instance metadata service, scheme and host
     */
    record EntraManagedIdentity(String resource, @Nullable String clientId, URI metadata, String audience, URI sts)
            implements Foreign {}

    /**
     * The service account of a workload on Google Cloud: no exchange is needed.
     *
     * @param metadata the metadata server, scheme and host
     */
    record GceMetadata(URI metadata) implements WorkloadIdentity {}
}
