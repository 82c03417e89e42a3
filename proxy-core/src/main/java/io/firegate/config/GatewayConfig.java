package io.firegate.config;

import io.firegate.auth.entra.Cloud;
import io.firegate.auth.entra.Demands;
import io.firegate.auth.federation.GatewayIssuer;
import io.firegate.auth.federation.WorkloadIdentity;
import io.firegate.policy.Guid;
import io.firegate.policy.Network;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything an operator can set, checked. Immutable; every path is absolute.
 *
 * <p>{@link ConfigLoader} makes one from gateway.yaml and refuses what would be unsafe, for example a plaintext listener that
 * other machines can reach. The constructors here check nothing: code that builds one by hand, such as a test, answers for it.
 *
 * @param listeners where clients connect; at least one
 * @param admin health and metrics
 * @param tenants the Entra tenants whose tokens are accepted; at least one
 * @param trustedProxies whose word on where a request was first sent from counts
 * @param upstream the Firestore behind
 * @param identity firegate's own towards Google; there when a credential needs it
 * @param credentials what tiers may use towards the upstream, by name in the order of the file
 * @param policy where the policy is and when it is read again
 * @param audit where the record goes
 * @param answers what answers say beside what Firestore says
 * @param handles what seals the handles clients are given
 * @param limits every bound
 */
public record GatewayConfig(
        List<Listener> listeners,
        Admin admin,
        List<Tenant> tenants,
        List<Network> trustedProxies,
        Upstream upstream,
        @Nullable Identity identity,
        Map<String, Credential> credentials,
        Policy policy,
        Audit audit,
        Answers answers,
        Handles handles,
        Limits limits) {

    public GatewayConfig {
        listeners = List.copyOf(listeners);
        tenants = List.copyOf(tenants);
        trustedProxies = List.copyOf(trustedProxies);
        credentials = Collections.unmodifiableMap(new LinkedHashMap<>(credentials));
    }

    /** The claims a policy may use: of any tenant, because a policy is for all of them. */
    public Set<String> claims() {
        return tenants.stream().flatMap(tenant -> tenant.claims().stream()).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A place where clients connect.
     *
     * @param address an IP address or {@code localhost}; port 0 takes a free one
     * @param tls certificate and key, or null for plaintext
     */
    public record Listener(HostPort address, @Nullable Tls tls) {}

    /**
     * What a TLS listener shows.
     *
     * @param certificate PEM file of the certificate chain, leaf first
     * @param key PEM file of its private key (PKCS #8)
     */
    public record Tls(Path certificate, Path key) {}

    /**
     * The listener for {@code /livez}, {@code /readyz}, {@code /startupz} and {@code /metrics}.
     *
     * @param address an IP address or {@code localhost}; port 0 takes a free one
     */
    public record Admin(HostPort address) {}

    /**
     * An Entra tenant whose tokens are accepted.
     *
     * @param id the tenant's id ({@code tid})
     * @param cloud where it lives
     * @param authority scheme and host of its login service, without a slash at the end; the cloud's unless somebody wrote another
     * @param audiences accepted values of {@code aud}, compared as exact strings
     * @param versions accepted token versions
     * @param demands what its tokens must show
     * @param claims the names of the claims a policy may use
     * @param keys where the signing keys come from
     * @param graph Microsoft Graph, scheme and host, to be asked for groups a token does not hold; null when nobody is to be asked
     */
    public record Tenant(
            Guid id,
            Cloud cloud,
            URI authority,
            List<String> audiences,
            List<TokenVersion> versions,
            Demands demands,
            List<String> claims,
            Keys keys,
            @Nullable URI graph) {
        public Tenant {
            claims = List.copyOf(claims);
            audiences = List.copyOf(audiences);
            versions = List.copyOf(versions);
        }
    }

    /** The two forms of an Entra access token ({@code ver}). */
    public enum TokenVersion {
        V1("1.0"),
        V2("2.0");

        private final String text;

        TokenVersion(String text) {
            this.text = text;
        }

        /** As the token and gateway.yaml write it. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** Where a tenant's signing keys come from. */
    public sealed interface Keys {
        /** The tenant's discovery document, fetched from its authority. */
        record Discovery() implements Keys {}

        /** A local JWK Set (RFC 7517), for places without a way out and for tests. */
        record JwkSetFile(Path file) implements Keys {}
    }

    /** The Firestore behind. */
    public sealed interface Upstream {
        /**
         * Firestore itself, over TLS with host name check.
         *
         * @param address a host name or IP address; never {@code http}
         */
        record Endpoint(HostPort address) implements Upstream {}

        /**
         * The emulator, in plaintext.
         *
         * @param address always loopback
         */
        record Emulator(HostPort address) implements Upstream {}
    }

    /**
     * Firegate's own identity towards Google.
     *
     * @param workload where it comes from
     * @param iamCredentials Google's IAM Credentials, scheme and host
     */
    public record Identity(WorkloadIdentity workload, URI iamCredentials) {}

    /** How a credential towards the upstream is made. */
    public sealed interface Credential {
        /** The emulator's fixed token: works nowhere else. */
        record Emulator() implements Credential {}

        /**
         * A short-lived token of a Google service account.
         *
         * @param account its e-mail address
         */
        record ServiceAccount(String account) implements Credential {}

        /**
         * A token for each caller, from firegate's own word on who that is.
         *
         * @param issuer what firegate says and to whom
         */
        record Issued(GatewayIssuer issuer) implements Credential {}
    }

    /**
     * The policy's place.
     *
     * @param dir every {@code *.yaml} below that is not a {@code *_test.yaml}
     * @param reload when it is read again
     */
    public record Policy(Path dir, Reload reload) {}

    /** When the policy directory is read again. */
    public enum Reload {
        /** When a file changes, and on SIGHUP. */
        WATCH,
        /** On SIGHUP only. */
        SIGNAL,
        /** Never while the process lives. */
        OFF
    }

    /**
     * The record's place.
     *
     * @param file JSON lines are appended to it
     * @param onFailure what happens to requests that cannot be recorded
     */
    public record Audit(Path file, OnFailure onFailure) {}

    /**
     * What answers say beside what Firestore says.
     *
     * @param filteredHeader whether an answer under a row or field rule has the header {@code x-firegate-filtered}
     */
    public record Answers(boolean filteredHeader) {}

    /**
     * What seals the handles clients are given to hand back: transaction ids, page, resume and stream tokens.
     *
     * @param keyFile the keys, shared by all replicas; null makes a random one for this process
     */
    public record Handles(@Nullable Path keyFile) {}

    /** What happens to a request whose record cannot be written. */
    public enum OnFailure {
        /** It is refused. */
        DENY,
        /** It is served, and the missing line is counted. */
        ALLOW
    }
}
