package io.firegate.config;

import static io.firegate.config.Setting.absent;
import static io.firegate.config.Setting.defaulted;
import static io.firegate.config.Setting.notYet;
import static io.firegate.config.Setting.required;
import static io.firegate.config.Setting.section;

import java.util.Arrays;
import java.util.List;

/** Every key of gateway.yaml. The loader, the overrides, {@code config explain} and the reference page all read this one table. */
final class GatewayKeys {
    private GatewayKeys() {}

    private static Shape scalar(ScalarType type) {
        return new Shape.Scalar(type);
    }

    private static Shape.Section keys(Setting... settings) {
        return new Shape.Section(List.of(settings));
    }

    private static final Shape.Section LISTENER = keys(
            required("address", scalar(ScalarType.LISTEN_ADDRESS), "where clients connect"),
            absent(
                    "tls",
                    keys(
                            required(
                                    "certificate",
                                    scalar(ScalarType.PATH),
                                    "PEM file with the certificate chain, leaf first"),
                            required("key", scalar(ScalarType.PATH), "PEM file with its private key, PKCS #8")),
                    "plaintext",
                    "certificate and key of a TLS listener"),
            defaulted(
                    "danger",
                    scalar(ScalarType.BOOLEAN),
                    "false",
                    "true accepts a plaintext listener that other machines can reach: tokens and documents can then be read"
                            + " on the way"));

    private static final Shape.Section TENANT = keys(
            required("id", scalar(ScalarType.GUID), "the tenant's id, `tid` in its tokens"),
            defaulted(
                    "cloud",
                    scalar(ScalarType.CLOUD),
                    "global",
                    "the national cloud the tenant lives in: its login service, the issuers of its tokens, its Graph"),
            absent(
                    "authority",
                    scalar(ScalarType.AUTHORITY),
                    "the cloud's",
                    "another login service in place of the cloud's, for tests: it decides the accepted v2 issuer and where discovery asks"),
            required(
                    "audiences",
                    new Shape.ListOf(scalar(ScalarType.TEXT), 1),
                    "accepted values of `aud`, exact: the API's client id, `api://...` for v1 tokens"),
            defaulted(
                    "versions",
                    new Shape.ListOf(scalar(ScalarType.TOKEN_VERSION), 1),
                    "[\"2.0\"]",
                    "accepted token versions, `ver` in the token"),
            absent(
                    "scope",
                    scalar(ScalarType.TEXT),
                    "any scope will do, and `roles` is asked for",
                    "the delegated permission a person's token must carry in `scp`, for example Data.Access"),
            defaulted(
                    "roles",
                    new Shape.ListOf(scalar(ScalarType.TEXT), 0),
                    "[]",
                    "app roles of which every token must carry one; an application's needs some role in any case"),
            defaulted(
                    "claims",
                    new Shape.ListOf(scalar(ScalarType.TEXT), 0),
                    "[]",
                    "claims of the token that a policy may use: strings, numbers, booleans, lists of strings"),
            defaulted(
                    "agents",
                    scalar(ScalarType.ADMISSION),
                    "deny",
                    "tokens of AI agents, for themselves or for a person; with allow a binding still has to admit them"),
            defaulted(
                    "guests",
                    scalar(ScalarType.ADMISSION),
                    "deny",
                    "tokens of guests of the tenant; with allow a binding still has to admit them"),
            section(
                    "keys",
                    keys(
                            defaulted(
                                    "discovery",
                                    scalar(ScalarType.BOOLEAN),
                                    "false",
                                    "true fetches the tenant's keys from its authority"),
                            absent(
                                    "file",
                                    scalar(ScalarType.PATH),
                                    "keys come from discovery",
                                    "a local JWK Set in place of discovery")),
                    "the tenant's signing keys: `discovery: true` or `file`, exactly one"),
            section(
                    "graph",
                    keys(
                            defaulted(
                                    "overage",
                                    scalar(ScalarType.BOOLEAN),
                                    "false",
                                    "true asks Microsoft Graph for the groups of callers with too many for a token, as"
                                            + " `workloadIdentity`; false refuses them with GROUPS_INCOMPLETE"),
                            absent(
                                    "endpoint",
                                    scalar(ScalarType.GRAPH_ENDPOINT),
                                    "the cloud's",
                                    "another Graph in place of the cloud's, for tests")),
                    "Microsoft Graph of the tenant (docs/entra.md)"));

    private static final Shape.Section WORKLOAD_IDENTITY = keys(
            required(
                    "source",
                    scalar(ScalarType.IDENTITY_SOURCE),
                    "where firegate's own token comes from; docs/google-credentials.md says what each is and needs"),
            absent(
                    "audience",
                    scalar(ScalarType.IDENTITY_PROVIDER),
                    "the source needs no exchange at Google STS, or names it itself",
                    "the workload identity provider that trusts the token's issuer; not with gce-metadata and"
                            + " external-account-file"),
            absent(
                    "file",
                    scalar(ScalarType.PATH),
                    "the token comes from elsewhere",
                    "of federated-token-file and entra-workload-identity: the token; of external-account-file: what Google's tools"
                            + " write; read anew for each exchange"),
            absent(
                    "resource",
                    scalar(ScalarType.TEXT),
                    "the token comes from elsewhere",
                    "of every source in Entra: App ID URI of the Entra application that is the token's audience"),
            absent(
                    "clientId",
                    scalar(ScalarType.GUID),
                    "the machine's only identity",
                    "of a managed identity: the client id of a user-assigned one; of entra-client-certificate and"
                            + " entra-workload-identity: firegate's own application"),
            absent(
                    "tenant",
                    scalar(ScalarType.GUID),
                    "the platform knows it",
                    "of entra-client-certificate and entra-workload-identity: the tenant of firegate's own application"),
            absent(
                    "certificate",
                    scalar(ScalarType.PATH),
                    "no certificate is used",
                    "of entra-client-certificate: PEM file with the certificate registered at the application"),
            absent(
                    "key",
                    scalar(ScalarType.PATH),
                    "no certificate is used",
                    "of entra-client-certificate: PEM file with its RSA key, PKCS #8"),
            section(
                    "endpoints",
                    keys(
                            defaulted(
                                    "sts",
                                    scalar(ScalarType.GOOGLE_ENDPOINT),
                                    "https://sts.googleapis.com",
                                    "Google's token exchange; a regional one is https://sts.REGION.rep.googleapis.com"),
                            defaulted(
                                    "iamCredentials",
                                    scalar(ScalarType.GOOGLE_ENDPOINT),
                                    "https://iamcredentials.googleapis.com",
                                    "Google's IAM Credentials"),
                            defaulted(
                                    "entra",
                                    scalar(ScalarType.AUTHORITY),
                                    "https://login.microsoftonline.com",
                                    "the login service of firegate's own tenant"),
                            absent(
                                    "metadata",
                                    scalar(ScalarType.METADATA_ENDPOINT),
                                    "where Azure and Google Cloud have it",
                                    "the machine's metadata service")),
                    "where tokens are asked for; for tests also loopback addresses"));

    /** The root of gateway.yaml. */
    static final Shape.Section ROOT = keys(
            defaulted(
                    "listeners",
                    new Shape.ListOf(LISTENER, 1),
                    "[{address: \"127.0.0.1:8080\"}]",
                    "where clients connect, HTTP/2 with TLS or in plaintext"),
            section(
                    "admin",
                    keys(
                            defaulted(
                                    "address",
                                    scalar(ScalarType.LISTEN_ADDRESS),
                                    "127.0.0.1:9901",
                                    "/livez, /readyz, /startupz and /metrics; never a data path"),
                            defaulted(
                                    "danger",
                                    scalar(ScalarType.BOOLEAN),
                                    "false",
                                    "true accepts an address that other machines can reach")),
                    "health and metrics"),
            required("tenants", new Shape.ListOf(TENANT, 1), "the Entra tenants whose tokens are accepted"),
            absent(
                    "workloadIdentity",
                    WORKLOAD_IDENTITY,
                    "firegate has no identity towards Google, and no credential of kind service-account",
                    "what firegate itself is, towards Google"),
            defaulted(
                    "trustedProxies",
                    new Shape.ListOf(scalar(ScalarType.NETWORK), 0),
                    "[]",
                    "networks whose `X-Forwarded-For` is believed, the proxies' own and not their clients'; without, the TCP peer is the client `networks` of a policy means"),
            section(
                    "upstream",
                    keys(
                            absent(
                                    "endpoint",
                                    scalar(ScalarType.HTTPS_ENDPOINT),
                                    "an emulator is used",
                                    "Firestore itself, for example https://firestore.googleapis.com"),
                            absent(
                                    "emulator",
                                    scalar(ScalarType.EMULATOR_ADDRESS),
                                    "Firestore itself is used",
                                    "a Firestore emulator on this machine, for example 127.0.0.1:8085")),
                    "the Firestore behind: `endpoint` or `emulator`, exactly one"),
            defaulted(
                    "credentials",
                    new Shape.MapOf(keys(
                            required("kind", scalar(ScalarType.CREDENTIAL_KIND), "how the credential is made"),
                            absent(
                                    "account",
                                    scalar(ScalarType.SERVICE_ACCOUNT),
                                    "the kind needs none",
                                    "of kind service-account: whose rights the tiers that use it have; of kind gateway-issuer: an"
                                            + " account to act as, where the federated token itself is not wanted"),
                            absent(
                                    "keys",
                                    scalar(ScalarType.PATH),
                                    "the kind needs none",
                                    "of kind gateway-issuer: the directory `firegate keys new` made"),
                            absent(
                                    "issuer",
                                    scalar(ScalarType.ISSUER),
                                    "the kind needs none",
                                    "of kind gateway-issuer: `iss`, exactly as the workload identity provider has it"),
                            absent(
                                    "audience",
                                    scalar(ScalarType.IDENTITY_PROVIDER),
                                    "the kind needs none",
                                    "of kind gateway-issuer: the workload identity provider the keys were uploaded to"),
                            section(
                                    "endpoints",
                                    keys(
                                            defaulted(
                                                    "sts",
                                                    scalar(ScalarType.GOOGLE_ENDPOINT),
                                                    "https://sts.googleapis.com",
                                                    "of kind gateway-issuer: Google's token exchange"),
                                            defaulted(
                                                    "iamCredentials",
                                                    scalar(ScalarType.GOOGLE_ENDPOINT),
                                                    "https://iamcredentials.googleapis.com",
                                                    "of kind gateway-issuer: Google's IAM Credentials")),
                                    "where tokens are asked for; for tests also loopback addresses"))),
                    "{}",
                    "what tiers use towards the upstream, by the name the policy gives"),
            section(
                    "policy",
                    keys(
                            required("dir", scalar(ScalarType.PATH), "every *.yaml below it that is not a *_test.yaml"),
                            defaulted(
                                    "reload",
                                    scalar(ScalarType.RELOAD),
                                    "watch",
                                    "watch: when a file changes and on SIGHUP; signal: on SIGHUP only; off: never")),
                    "who may do what"),
            section(
                    "audit",
                    keys(
                            required("file", scalar(ScalarType.PATH), "JSON lines are appended to it"),
                            defaulted(
                                    "onFailure",
                                    scalar(ScalarType.ON_FAILURE),
                                    "deny",
                                    "what happens to requests while the record cannot be written; allow needs `danger:"
                                            + " true`"),
                            defaulted(
                                    "danger",
                                    scalar(ScalarType.BOOLEAN),
                                    "false",
                                    "true accepts `onFailure: allow`: accesses nobody can trace"),
                            notYet("checkpointKey", "signed checkpoints come in a later version")),
                    "the record of every decision and outcome"),
            section(
                    "answers",
                    keys(defaulted(
                            "filteredHeader",
                            scalar(ScalarType.BOOLEAN),
                            "true",
                            "whether answers under a rule with `where` or hidden fields carry `x-firegate-filtered`: that such"
                                    + " a rule applies, never what it took out")),
                    "what answers say beside what Firestore says"),
            section(
                    "handles",
                    keys(absent(
                            "keyFile",
                            scalar(ScalarType.PATH),
                            "a random key, so no handle outlives the process or works on another replica",
                            "keys that seal transaction ids and page, resume and stream tokens: one in each line, as"
                                    + " `openssl rand -base64 32` prints it, newest first")),
                    "what clients are given to hand back"),
            section(
                    "limits",
                    new Shape.Section(Arrays.stream(Limit.values())
                            .map(limit -> defaulted(
                                    limit.key(),
                                    scalar(ScalarType.limit(limit)),
                                    Long.toString(limit.defaultValue()),
                                    limit.reason()))
                            .toList()),
                    "every bound; times in milliseconds, sizes in bytes"));
}
