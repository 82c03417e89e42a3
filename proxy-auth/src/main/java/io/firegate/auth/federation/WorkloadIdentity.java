package io.firegate.auth.federation;

import java.net.URI;
import java.nio.file.Path;

/** Where firegate's own identity towards Google comes from. */
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
     * An identity in Entra. It can also be asked for tokens for other resources than Google's ({@link Wanted.EntraToken}).
     *
     * @param resource App ID URI of the Entra application that is the token's audience
     */
    record Entra(EntraIdentity identity, String resource, String audience, URI sts) implements Foreign {}

    /**
     * What Google's tools write for Application Default Credentials, type {@code external_account}: it names provider and source. The
     * account it may name is not used: a tier has its own.
     *
     * @param file read anew for each exchange; it can name any address, so only operators may write it
     * @param sts used in place of the file's {@code token_url} when that is not Google's; scheme and host
     */
    record ExternalAccountFile(Path file, URI sts) implements WorkloadIdentity {}

    /**
     * The service account of a workload on Google Cloud: no exchange is needed.
     *
     * @param metadata the metadata server, scheme and host
     */
    record GceMetadata(URI metadata) implements WorkloadIdentity {}
}
