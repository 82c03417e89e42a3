package io.firegate.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.fixtures.entra.AppCertificate;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.LocalMetadata;
import io.firegate.fixtures.google.Provider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every place firegate's own identity can come from, up to a token of the tier's account; and Entra tokens for anything else. */
class WorkloadSourcesTest {
    private static final String ACCOUNT = "staff@clinic-prod.iam.gserviceaccount.com";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy";
    private static final String TENANT = "11111111-2222-4333-8444-555555555555";
    private static final String CLUSTER = "11111111-2222-4333-8444-666666666666";
    private static final String AUDIENCE = "api://firegate-federation";
    private static final String GRAPH = "https://graph.microsoft.com";
    private static final String CERTIFIED = "cccccccc-0000-4000-8000-00000000000c";
    private static final String FEDERATED = "cccccccc-0000-4000-8000-00000000000d";
    private static final String OID = "99999999-0000-4000-8000-000000000001";
    private static final FetchBounds BOUNDS =
            new FetchBounds(Duration.ofHours(1), Duration.ofMinutes(1), 65_536, Duration.ofSeconds(1));

    @TempDir
    private static Path directory;

    private static LocalIssuer issuer;
    private static LocalTenant tenant;
    private static LocalTenant cluster;
    private static LocalGoogle google;
    private static LocalMetadata metadata;
    private static AppCertificate certificate;
    private static AppCertificate expired;
    private static AppCertificate unknown;
    private static Path clusterToken;

    @BeforeAll
    static void start() throws Exception {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, AUDIENCE, "unused");
        tenant.addResource(GRAPH);
        tenant.add(new RegisteredApp(CERTIFIED, "unused", OID, List.of()));
        tenant.add(new RegisteredApp(FEDERATED, "unused", OID, List.of()));
        certificate = AppCertificate.make(directory);
        expired = AppCertificate.make(directory, "expired", "-10d", "2");
        unknown = AppCertificate.make(directory, "unknown", "-0d", "2");
        tenant.trustCertificate(CERTIFIED, certificate.x509());
        cluster = issuer.addTenant(CLUSTER, "api://AzureADTokenExchange", "unused");
        cluster.add(new RegisteredApp("system:serviceaccount:prod:firegate", "unused", OID, List.of()));
        tenant.trustIssuer(FEDERATED, cluster, OID);
        clusterToken = directory.resolve("cluster.jwt");
        Files.writeString(clusterToken, cluster.appToken("system:serviceaccount:prod:firegate"));
        google = LocalGoogle.start(InstantSource.system());
        google.add(new Provider(PROVIDER, tenant, AUDIENCE, Map.of("tid", TENANT, "oid", OID)));
        google.addAccount(ACCOUNT, OID);
        metadata = new LocalMetadata(AUDIENCE, () -> tenant.appToken(CERTIFIED), () -> "unused");
        Files.writeString(directory.resolve("subject.json"), "{\"t\":\"" + tenant.appToken(CERTIFIED) + "\"}");
        Files.writeString(directory.resolve("subject.jwt"), tenant.appToken(CERTIFIED));
    }

    @AfterAll
    static void stop() {
        metadata.close();
        google.close();
        issuer.close();
    }

    /** A source that works. */
    enum Source {
        APP_SERVICE,
        CERTIFICATE,
        AKS,
        ADC_TEXT_FILE,
        ADC_JSON_FILE,
        ADC_URL
    }

    private static WorkloadIdentity identity(Source source) throws IOException {
        return switch (source) {
            case APP_SERVICE ->
                entra(new EntraIdentity.AppService(
                        CERTIFIED, URI.create(metadata.address() + "/msi/token"), LocalMetadata.IDENTITY_HEADER));
            case CERTIFICATE -> entra(certified(certificate.certificate(), certificate.key()));
            case AKS ->
                entra(new EntraIdentity.FederatedFile(URI.create(issuer.authority()), TENANT, FEDERATED, clusterToken));
            case ADC_TEXT_FILE -> adc("{\"file\":\"subject.jwt\"}");
            case ADC_JSON_FILE ->
                adc("{\"file\":\"subject.json\",\"format\":{\"type\":\"json\",\"subject_token_field_name\":\"t\"}}");
            case ADC_URL ->
                adc("{\"url\":\"" + metadata.address()
                        + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + AUDIENCE
                        + "\",\"headers\":{\"Metadata\":\"true\"},\"format\":{\"type\":\"json\","
                        + "\"subject_token_field_name\":\"access_token\"}}");
        };
    }

    private static WorkloadIdentity entra(EntraIdentity identity) {
        return new WorkloadIdentity.Entra(identity, AUDIENCE, PROVIDER, google.address());
    }

    private static EntraIdentity certified(Path certificate, Path key) {
        return new EntraIdentity.ClientCertificate(URI.create(issuer.authority()), TENANT, CERTIFIED, certificate, key);
    }

    private static WorkloadIdentity adc(String source) throws IOException {
        return adcFile("""
                {"type":"external_account","universe_domain":"googleapis.com","audience":"%s",
                 "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"%s/v1/token",
                 "service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x:generateAccessToken",
                 "credential_source":%s}""".formatted(PROVIDER, google.address(), source));
    }

    private static WorkloadIdentity adcFile(String json) throws IOException {
        Path file = Files.createTempFile(directory, "adc", ".json");
        Files.writeString(file, json);
        return new WorkloadIdentity.ExternalAccountFile(file, google.address());
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void everySourceGivesTheAccountsToken(Source source) throws IOException {
        try (TokenBroker broker = broker(identity(source), new Wanted.Account("staff", ACCOUNT))) {
            assertThat(broker.start().toCompletableFuture().join())
                    .as("%s", broker.status())
                    .isTrue();
            assertThat(google.accountOf(authorization(broker, "staff"))).isEqualTo(ACCOUNT);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Source.class,
            names = {"CERTIFICATE", "AKS"})
    void anApplicationHasTokensForAnythingElseToo(Source source) throws IOException {
        try (TokenBroker broker = broker(identity(source), new Wanted.EntraToken("graph", GRAPH, null))) {
            assertThat(broker.start().toCompletableFuture().join()).isTrue();
            Credential credential = Objects.requireNonNull(
                    Objects.requireNonNull(broker.sources().get("graph")).current());
            assertThat(payload(credential.authorization()))
                    .contains("\"aud\":\"https://graph.microsoft.com\"")
                    .contains("\"oid\":\"" + OID + "\"");
            assertThat(Duration.between(InstantSource.system().instant(), credential.expiresAt()))
                    .isBetween(Duration.ofMinutes(70), Duration.ofMinutes(75));
        }
        try (TokenBroker broker = broker(identity(source), new Wanted.EntraToken("other", "https://other", null))) {
            assertThat(broker.start().toCompletableFuture().join()).isFalse();
            assertThat(broker.status().get(0).problem()).isEqualTo(CredentialProblem.ENTRA_REFUSED);
            assertThat(broker.status().get(0).detail()).contains("400 invalid_scope AADSTS500011");
        }
    }

    @Test
    void aManagedIdentityHasThemWithTheirExpiry() throws IOException {
        WorkloadIdentity imds = entra(new EntraIdentity.ManagedIdentity(null, metadata.address()));
        for (WorkloadIdentity identity : List.of(imds, identity(Source.APP_SERVICE))) {
            try (TokenBroker broker = broker(identity, new Wanted.EntraToken("own", AUDIENCE, null))) {
                assertThat(broker.start().toCompletableFuture().join()).isTrue();
                Instant expires = Objects.requireNonNull(broker.status().get(0).expiresAt());
                assertThat(Duration.between(InstantSource.system().instant(), expires))
                        .isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
            }
        }
        metadata.failWith(GoogleFault.NO_EXPIRY);
        try (TokenBroker broker = broker(imds, new Wanted.EntraToken("own", AUDIENCE, null))) {
            assertThat(broker.start().toCompletableFuture().join()).isFalse();
            assertThat(broker.status().get(0).problem()).isEqualTo(CredentialProblem.MALFORMED_ANSWER);
        } finally {
            metadata.failWith(GoogleFault.NONE);
        }
    }

    @Test
    void onlyAnIdentityInEntraHasEntraTokens() {
        WorkloadIdentity file = new WorkloadIdentity.FederatedTokenFile(clusterToken, PROVIDER, google.address());
        assertThatThrownBy(() -> broker(file, new Wanted.EntraToken("graph", GRAPH, null)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    record Bad(String name, WorkloadIdentity identity, CredentialProblem problem, String detail) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Bad> whatDoesNotWork() throws IOException {
        Path keyless = directory.resolve("keyless.pem");
        List<String> key = Files.readAllLines(certificate.key());
        Files.write(keyless, List.of(key.get(0), "AAAA", key.get(key.size() - 1)));
        return Stream.of(
                new Bad(
                        "no certificate file",
                        entra(certified(directory.resolve("none"), certificate.key())),
                        CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE,
                        "cannot be read: NoSuchFileException"),
                new Bad(
                        "key for certificate",
                        entra(certified(certificate.key(), certificate.key())),
                        CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE,
                        "no certificate in PEM form"),
                new Bad(
                        "certificate for key",
                        entra(certified(certificate.certificate(), certificate.certificate())),
                        CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE,
                        "no unencrypted PKCS #8 key"),
                new Bad(
                        "no key in the key",
                        entra(certified(certificate.certificate(), keyless)),
                        CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE,
                        "no RSA key"),
                new Bad(
                        "expired certificate",
                        entra(certified(expired.certificate(), expired.key())),
                        CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE,
                        "expired at"),
                new Bad(
                        "certificate nobody registered",
                        entra(certified(unknown.certificate(), unknown.key())),
                        CredentialProblem.ENTRA_REFUSED,
                        "401 invalid_client AADSTS700027"),
                new Bad(
                        "another certificate's key",
                        entra(certified(certificate.certificate(), unknown.key())),
                        CredentialProblem.ENTRA_REFUSED,
                        "401 invalid_client AADSTS700027"),
                new Bad(
                        "token for somebody else",
                        entra(new EntraIdentity.FederatedFile(
                                URI.create(issuer.authority()), TENANT, FEDERATED, directory.resolve("subject.jwt"))),
                        CredentialProblem.ENTRA_REFUSED,
                        "401 invalid_client AADSTS700213"),
                new Bad(
                        "wrong identity header",
                        entra(new EntraIdentity.AppService(
                                null, URI.create(metadata.address() + "/msi/token"), "0000-secret")),
                        CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE,
                        "/msi/token answered 401"),
                bad("executable", adc("{\"executable\":{\"command\":\"/bin/true\"}}"), "`executable`"),
                bad("aws", adc("{\"environment_id\":\"aws1\",\"url\":\"http://169.254.169.254\"}"), "`environment_id`"),
                bad("x509", adc("{\"certificate\":{}}"), "`certificate`"),
                bad("two sources", adc("{\"file\":\"a\",\"url\":\"https://a\"}"), "neither one `file` nor one `url`"),
                bad("no source", adc("{}"), "neither one `file` nor one `url`"),
                bad("plaintext", adc("{\"url\":\"http://10.0.0.1/token\"}"), "plaintext url"),
                bad("name over plaintext", adc("{\"url\":\"http://127.0.0.1.example/t\"}"), "plaintext url"),
                bad("header", adc("{\"url\":\"https://a\",\"headers\":{\"A\":\"b\\r\\nC: d\"}}"), "cannot be sent"),
                bad("format", adc("{\"file\":\"a\",\"format\":{\"type\":\"xml\"}}"), "neither text nor json"),
                bad("no json", adcFile("nothing"), "is no JSON object"),
                bad("a key", adcFile("{\"type\":\"service_account\"}"), "not of type external_account"),
                bad("another token service", adcFile("""
                        {"type":"external_account","audience":"%s","subject_token_type":"urn:ietf:params:oauth:token-type:jwt",
                         "token_url":"https://sts.googleapis.com.evil.example/v1/token","credential_source":{"file":"a"}}
                        """.formatted(PROVIDER)), "token_url that is not Google's"),
                bad("workforce", adcFile("""
                        {"type":"external_account","audience":"//iam.googleapis.com/locations/global/workforcePools/p/providers/q",
                         "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token",
                         "credential_source":{"file":"a"}}
                        """), "no workload identity provider"));
    }

    private static Bad bad(String name, WorkloadIdentity identity, String detail) {
        return new Bad(name, identity, CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, detail);
    }

    @ParameterizedTest
    @MethodSource("whatDoesNotWork")
    void whatDoesNotWorkSaysWhy(Bad bad) throws IOException {
        int before = google.stsCalls();
        try (LogCapture log = new LogCapture();
                TokenBroker broker = broker(bad.identity(), new Wanted.Account("staff", ACCOUNT))) {
            assertThat(broker.start().toCompletableFuture().join()).isFalse();
            CredentialStatus status = broker.status().get(0);
            assertThat(status.problem()).isEqualTo(bad.problem());
            assertThat(status.detail()).contains(bad.detail());
            assertThat(google.stsCalls()).isEqualTo(before);
            String token = Files.readString(directory.resolve("subject.jwt"));
            assertThat(String.join("\n", log.lines()) + status + bad.identity())
                    .doesNotContain(token, "0000-secret", "eyJ");
        }
    }

    /** What Entra's token endpoint verifies of an assertion, spoiled one by one. */
    @Test
    void theTokenEndpointRefusesWhatEntraRefuses() throws Exception {
        String endpoint = tenant.tokenEndpoint();
        long now = InstantSource.system().instant().getEpochSecond();
        Map<String, Object> good = new HashMap<>(Map.of(
                "aud", endpoint, "iss", CERTIFIED, "sub", CERTIFIED, "jti", "1", "nbf", now, "iat", now, "exp",
                now + 300));
        assertThat(refusal(good)).isNull();
        assertThat(refusal(good)).as("used before").isEqualTo(50027);
        assertThat(refusal(with(good, "aud", issuer.authority()))).isEqualTo(50027);
        assertThat(refusal(with(good, "iss", OID))).isEqualTo(50027);
        assertThat(refusal(with(good, "sub", OID))).isEqualTo(50027);
        assertThat(refusal(with(good, "exp", now + 3600))).isEqualTo(50027);
        assertThat(refusal(with(good, "exp", now - 1))).isEqualTo(700024);
        assertThat(refusal(with(good, "nbf", now + 100))).isEqualTo(50027);
    }

    private static @Nullable Integer refusal(Map<String, Object> claims) throws Exception {
        String thumbprint = java.util.Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(certificate.x509().getEncoded()));
        String assertion = SignedAssertion.sign(
                SignedAssertion.Algorithm.PS256,
                PemFile.rsaKey(certificate.key()),
                Map.of("x5t#S256", thumbprint),
                claims);
        String form = "grant_type=client_credentials&client_id=" + CERTIFIED + "&scope="
                + TokenExchange.encoded(GRAPH + "/.default")
                + "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion="
                + assertion;
        try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
            var answer = client.send(
                    java.net.http.HttpRequest.newBuilder(URI.create(tenant.tokenEndpoint()))
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(form))
                            .build(),
                    java.net.http.HttpResponse.BodyHandlers.ofString());
            var code = java.util.regex.Pattern.compile("error_codes\":\\[([0-9]+)]")
                    .matcher(answer.body());
            return answer.statusCode() == 200 ? null : code.find() ? Integer.valueOf(code.group(1)) : -1;
        }
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(claims);
        changed.put("jti", name + value);
        changed.put(name, value);
        return changed;
    }

    private static TokenBroker broker(WorkloadIdentity identity, Wanted wanted) {
        return new TokenBroker(List.of(wanted), identity, google.address(), BOUNDS, InstantSource.system());
    }

    private static String authorization(TokenBroker broker, String name) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(broker.sources().get(name)).current())
                .authorization();
    }

    private static String payload(String authorization) {
        return new String(
                java.util.Base64.getUrlDecoder().decode(authorization.split("\\.", -1)[1]),
                java.nio.charset.StandardCharsets.UTF_8);
    }
}
