package io.firegate.auth.federation;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What firegate is in Entra: an identity that can be given a token for any resource it has a role or permission at. */
public sealed interface EntraIdentity {
    /**
     * The managed identity of an Azure machine, from the instance metadata service.
     *
     * @param clientId of a user-assigned identity; null for the machine's only one
     * @param metadata the service, scheme and host
     */
    record ManagedIdentity(@Nullable String clientId, URI metadata) implements EntraIdentity {}

    /**
     * The managed identity of an App Service, Functions or Container Apps workload. Never prints the header's value.
     *
     * @param clientId of a user-assigned identity; null for the system-assigned one
     * @param endpoint what the platform puts into {@code IDENTITY_ENDPOINT}
     * @param header what it puts into {@code IDENTITY_HEADER}: whoever knows it can have the identity's tokens
     */
    record AppService(@Nullable String clientId, URI endpoint, String header) implements EntraIdentity {
        @Override
        public String toString() {
            return "AppService[" + endpoint + ", clientId=" + clientId + "]";
        }
    }

    /** An application that proves itself to the token endpoint with an assertion. */
    sealed interface Application extends EntraIdentity {
        /** The login service, scheme and host. */
        URI authority();

        /** The tenant's id. */
        String tenant();

        /** The application's id. */
        String clientId();
    }

    /**
     * An application with a certificate, as {@code private_key_jwt} wants it.
     *
     * @param certificate PEM file, its first certificate counts; read for each token, so that it can be replaced
     * @param key PEM file of its RSA key, PKCS #8; read for each token
     */
    record ClientCertificate(URI authority, String tenant, String clientId, Path certificate, Path key)
            implements Application {}

    /**
     * An application that trusts another issuer (a federated credential), as on AKS with workload identity.
     *
     * @param file the other issuer's token, for {@code api://AzureADTokenExchange}; read for each token
     */
    record FederatedFile(URI authority, String tenant, String clientId, Path file) implements Application {}
}
