package io.firegate.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.LocalMetadata;
import io.firegate.fixtures.google.Provider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Workload token, STS and IAM Credentials over HTTP, with every way each of them can fail. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FederationTest {
    private static final String ACCOUNT = "staff@clinic-prod.iam.gserviceaccount.com";
    private static final String OTHER_ACCOUNT = "admin@clinic-prod.iam.gserviceaccount.com";
    private static final String WORKLOAD_ACCOUNT = "node@clinic-prod.iam.gserviceaccount.com";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy";
    private static final String TENANT = "11111111-2222-4333-8444-555555555555";
    private static final String AUDIENCE = "api://firegate-federation";
    private static final String CLIENT = "cccccccc-0000-4000-8000-00000000000c";
    private static final String OID = "99999999-0000-4000-8000-000000000001";
    private static final Duration AMPLE = Duration.ofMinutes(1);
    /** For faults that never answer: no answer in time is what is expected, so a slow machine changes nothing. */
    private static final Duration SHORT = Duration.ofMillis(300);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private static LocalIssuer issuer;
    private static LocalTenant tenant;

    private LocalGoogle google;
    private LocalMetadata metadata;
    private Path file;
    private String subjectToken = "";

    @BeforeAll
    static void makeKeys() throws IOException {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, AUDIENCE, "unused");
        tenant.add(new RegisteredApp(CLIENT, "unused", OID, List.of()));
    }

    @AfterAll
    static void closeIssuer() {
        issuer.close();
    }

    @BeforeEach
    void start() throws IOException {
        google = LocalGoogle.start(InstantSource.system());
        google.add(new Provider(PROVIDER, tenant, AUDIENCE, Map.of("tid", TENANT, "azp", CLIENT)));
        google.addAccount(ACCOUNT, OID, WORKLOAD_ACCOUNT);
        google.addAccount(OTHER_ACCOUNT, "somebody-else");
        subjectToken = tenant.appToken(CLIENT);
        file = directory.resolve("token");
        Files.writeString(file, subjectToken + "\n");
        String workload = google.workloadToken(WORKLOAD_ACCOUNT);
        metadata = new LocalMetadata(AUDIENCE, () -> subjectToken, () -> workload);
    }

    @AfterEach
    void stop() {
        metadata.close();
        google.close();
        client.shutdownNow();
    }

    private static FetchBounds bounds(Duration deadline) {
        return new FetchBounds(Duration.ofHours(1), deadline, 65_536, Duration.ofSeconds(1));
    }

    /** Where the workload's identity comes from. */
    enum Origin {
        FILE,
        AZURE,
        GCE
    }

    private WorkloadIdentity identity(Origin origin) {
        URI sts = google.address();
        return switch (origin) {
            case FILE -> new WorkloadIdentity.FederatedTokenFile(file, PROVIDER, sts);
            case AZURE ->
                new WorkloadIdentity.Entra(
                        new EntraIdentity.ManagedIdentity(null, metadata.address()), AUDIENCE, PROVIDER, sts);
            case GCE -> new WorkloadIdentity.GceMetadata(metadata.address());
        };
    }

    private TokenBroker broker(WorkloadIdentity identity, Map<String, String> accounts, FetchBounds bounds) {
        return new TokenBroker(wanted(accounts), identity, google.address(), bounds, InstantSource.system());
    }

    private static List<Wanted> wanted(Map<String, String> accounts) {
        return accounts.entrySet().stream()
                .<Wanted>map(entry -> new Wanted.Account(entry.getKey(), entry.getValue()))
                .toList();
    }

    private TokenBroker broker(Origin origin, Duration deadline) {
        return broker(identity(origin), Map.of("staff", ACCOUNT), bounds(deadline));
    }

    @ParameterizedTest
    @EnumSource(Origin.class)
    void everyIdentityGivesTheAccountsToken(Origin origin) {
        try (LogCapture log = new LogCapture();
                TokenBroker broker = broker(origin, AMPLE)) {
            assertThat(current(broker)).isNull();
            assertThat(broker.status().get(0).asked()).isFalse();
            assertThat(broker.start().toCompletableFuture().join()).isTrue();
            Credential credential = Objects.requireNonNull(current(broker));
            assertThat(google.accountOf(credential.authorization())).isEqualTo(ACCOUNT);
            assertThat(Duration.between(InstantSource.system().instant(), credential.expiresAt()))
                    .isBetween(Duration.ofMinutes(55), Duration.ofHours(1));
            assertThat(google.stsCalls()).isEqualTo(origin == Origin.GCE ? 0 : 1);
            assertThat(google.iamCalls()).isEqualTo(1);
            assertThat(log.lines()).anyMatch(line -> line.contains("credential fetched"));
            assertNoSecret(log.lines());
        }
    }

    private static @Nullable Credential current(TokenBroker broker) {
        return Objects.requireNonNull(broker.sources().get("staff")).current();
    }

    /** Each service with each fault: the cause, or null where the answer is good all the same. */
    static Stream<Row> faults() {
        return Stream.of(GoogleFault.values())
                .flatMap(fault -> Stream.of(
                        new Row(Service.STS, fault, sts(fault)),
                        new Row(Service.IAM, fault, iam(fault)),
                        new Row(Service.METADATA, fault, metadata(fault))));
    }

    enum Service {
        STS,
        IAM,
        METADATA
    }

    record Row(Service service, GoogleFault fault, @Nullable CredentialProblem problem) {}

    private static @Nullable CredentialProblem sts(GoogleFault fault) {
        return switch (fault) {
            case NONE, NO_FLAVOR -> null;
            case INVALID_GRANT -> CredentialProblem.STS_GRANT_REFUSED;
            case INVALID_TARGET -> CredentialProblem.STS_TARGET_UNKNOWN;
            case UNAUTHORIZED_CLIENT -> CredentialProblem.STS_CONDITION_REFUSED;
            case INVALID_REQUEST, STATUS_401, STATUS_403, STATUS_404, ECHOES_TOKEN ->
                CredentialProblem.STS_REQUEST_REFUSED;
            case STATUS_429 -> CredentialProblem.THROTTLED;
            case STATUS_500, STATUS_503, RETRY_AFTER_YEARS -> CredentialProblem.SERVICE_FAILED;
            case HANG, STALL_IN_BODY -> CredentialProblem.TIMEOUT;
            case DROPPED, CUT_OFF -> CredentialProblem.UNREACHABLE;
            case REDIRECT,
                    TRUNCATED,
                    GARBAGE,
                    EMPTY,
                    HTML,
                    WRONG_TYPE,
                    HUGE,
                    DUPLICATE_MEMBER,
                    NO_TOKEN,
                    NEWLINE_IN_TOKEN,
                    BLANK_IN_TOKEN,
                    NO_EXPIRY,
                    NEGATIVE_EXPIRY,
                    HUGE_EXPIRY,
                    WORD_EXPIRY -> CredentialProblem.MALFORMED_ANSWER;
        };
    }

    private static @Nullable CredentialProblem iam(GoogleFault fault) {
        return switch (fault) {
            case INVALID_REQUEST, INVALID_GRANT, INVALID_TARGET, ECHOES_TOKEN ->
                CredentialProblem.IMPERSONATION_REFUSED;
            case UNAUTHORIZED_CLIENT, STATUS_401 -> CredentialProblem.FEDERATED_TOKEN_REFUSED;
            case STATUS_403 -> CredentialProblem.IMPERSONATION_DENIED;
            case STATUS_404 -> CredentialProblem.ACCOUNT_UNKNOWN;
            case NEGATIVE_EXPIRY, HUGE_EXPIRY -> CredentialProblem.CLOCK_WRONG;
            default -> sts(fault);
        };
    }

    private static @Nullable CredentialProblem metadata(GoogleFault fault) {
        return switch (fault) {
            case INVALID_REQUEST,
                    INVALID_GRANT,
                    INVALID_TARGET,
                    UNAUTHORIZED_CLIENT,
                    STATUS_401,
                    STATUS_403,
                    STATUS_404,
                    ECHOES_TOKEN,
                    DROPPED,
                    CUT_OFF -> CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE;
            // It is exchanged at once, so nobody asks when it expires.
            case NO_EXPIRY, NEGATIVE_EXPIRY, HUGE_EXPIRY, WORD_EXPIRY -> null;
            default -> sts(fault);
        };
    }

    @ParameterizedTest
    @MethodSource("faults")
    void everyFaultHasItsCauseAndNoSecretLeaks(Row row) {
        switch (row.service()) {
            case STS -> google.failSts(row.fault());
            case IAM -> google.failIam(row.fault());
            case METADATA -> metadata.failWith(row.fault());
        }
        boolean silent = row.fault() == GoogleFault.HANG || row.fault() == GoogleFault.STALL_IN_BODY;
        FetchBounds bounds = bounds(silent ? SHORT : AMPLE);
        JsonCalls calls = new JsonCalls(client, bounds, InstantSource.system());
        Origin origin = row.service() == Service.METADATA ? Origin.AZURE : Origin.FILE;
        TokenSource workload = origin == Origin.AZURE
                ? MetadataToken.azure(
                        calls,
                        new EntraIdentity.ManagedIdentity(null, metadata.address()),
                        AUDIENCE,
                        InstantSource.system())
                : new TokenFile(file, null, 65_536);
        TokenSource source = new Impersonation(
                new TokenExchange(
                        workload,
                        calls,
                        TokenExchange.Terms.of((WorkloadIdentity.Foreign) identity(origin)),
                        InstantSource.system()),
                calls,
                ACCOUNT,
                google.address(),
                bounds.lifetime(),
                InstantSource.system());
        try (LogCapture log = new LogCapture()) {
            // No alarm ever rings: one attempt, whose requests are counted.
            RefreshingCredential credential = new RefreshingCredential(
                    new Target("staff", ACCOUNT, PROVIDER, ""),
                    source,
                    bounds,
                    InstantSource.system(),
                    (pause, task) -> {},
                    () -> 0.5);
            boolean good = credential.refresh().toCompletableFuture().join();
            CredentialStatus status = credential.status();
            assertThat(status.problem()).isEqualTo(row.problem());
            assertThat(good).isEqualTo(row.problem() == null);
            assertThat(google.stsCalls()).isLessThanOrEqualTo(1);
            assertThat(google.iamCalls()).isLessThanOrEqualTo(1);
            if (row.problem() != null) {
                assertThat(status.detail())
                        .contains(row.problem().sentence())
                        .contains("http://127.0.0.1:")
                        .doesNotContain("in words for people", "{account}", "{provider}", "{pool}");
                if (row.fault() == GoogleFault.HUGE) {
                    assertThat(status.detail()).contains("more than 65536 bytes");
                }
                assertThat(log.lines()).anyMatch(line -> line.contains(status.detail()));
                Duration retryAfter = credential.absence().retryAfter();
                assertThat(retryAfter).isLessThanOrEqualTo(Duration.ofMinutes(10));
                if (row.fault() == GoogleFault.STATUS_429 || row.fault() == GoogleFault.STATUS_503) {
                    assertThat(retryAfter).isGreaterThan(Duration.ofSeconds(2));
                }
            }
            assertNoSecret(log.lines());
            assertNoSecret(List.of(status.toString(), credential.absence().toString()));
        }
    }

    /** What the services verify: each row spoils one thing. */
    @Test
    void theServicesRefuseWhatTheRealOnesRefuse() throws IOException {
        Map<String, Object> claims = tenant.appClaims(CLIENT);
        assertThat(problemWith(tenant.mint(with(claims, "aud", "other"))))
                .isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        assertThat(problemWith(tenant.mint(with(claims, "iss", "https://other"))))
                .isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        assertThat(problemWith(tenant.mint(with(claims, "exp", 1_000_000L))))
                .isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        assertThat(problemWith(subjectToken.substring(0, subjectToken.length() - 8) + "AAAAAAAA"))
                .isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        assertThat(problemWith(tenant.mint(with(claims, "azp", "other"))))
                .isEqualTo(CredentialProblem.STS_CONDITION_REFUSED);
        assertThat(problemWith("")).isEqualTo(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
        assertThat(problemWith("two tokens")).isEqualTo(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
        assertThat(problemWith("x".repeat(65_537))).isEqualTo(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
        Files.writeString(file, subjectToken);
        FetchBounds ample = bounds(AMPLE);
        assertThat(problem(broker(
                        new WorkloadIdentity.FederatedTokenFile(directory.resolve("none"), PROVIDER, google.address()),
                        Map.of("staff", ACCOUNT),
                        ample)))
                .isEqualTo(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
        assertThat(problem(broker(
                        new WorkloadIdentity.FederatedTokenFile(file, PROVIDER + "x", google.address()),
                        Map.of("staff", ACCOUNT),
                        ample)))
                .isEqualTo(CredentialProblem.STS_TARGET_UNKNOWN);
        assertThat(problem(broker(identity(Origin.FILE), Map.of("admin", OTHER_ACCOUNT), ample)))
                .isEqualTo(CredentialProblem.IMPERSONATION_DENIED);
        assertThat(problem(broker(identity(Origin.FILE), Map.of("x", "none@p.iam.gserviceaccount.com"), ample)))
                .isEqualTo(CredentialProblem.ACCOUNT_UNKNOWN);
        FetchBounds long2 = new FetchBounds(Duration.ofHours(2), AMPLE, 65_536, Duration.ofSeconds(1));
        assertThat(problem(broker(identity(Origin.FILE), Map.of("staff", ACCOUNT), long2)))
                .isEqualTo(CredentialProblem.IMPERSONATION_REFUSED);
        assertThat(problem(broker(
                        new WorkloadIdentity.Entra(
                                new EntraIdentity.ManagedIdentity(null, metadata.address()),
                                "api://other",
                                PROVIDER,
                                google.address()),
                        Map.of("staff", ACCOUNT),
                        ample)))
                .isEqualTo(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
        assertThat(problem(broker(
                        new WorkloadIdentity.GceMetadata(URI.create("http://127.0.0.1:1")),
                        Map.of("staff", ACCOUNT),
                        ample)))
                .isEqualTo(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
        assertThat(problem(new TokenBroker(
                        wanted(Map.of("staff", ACCOUNT)),
                        identity(Origin.FILE),
                        URI.create("http://127.0.0.1:1"),
                        ample,
                        InstantSource.system())))
                .isEqualTo(CredentialProblem.UNREACHABLE);
        metadata.failWith(GoogleFault.NO_FLAVOR);
        assertThat(problem(broker(Origin.GCE, AMPLE)))
                .as("a server that is not Google's")
                .isEqualTo(CredentialProblem.MALFORMED_ANSWER);
    }

    private @Nullable CredentialProblem problemWith(String token) throws IOException {
        Files.writeString(file, token);
        return problem(broker(Origin.FILE, AMPLE));
    }

    private static @Nullable CredentialProblem problem(TokenBroker started) {
        try (TokenBroker broker = started) {
            assertThat(broker.start().toCompletableFuture().join()).isFalse();
            return broker.status().get(0).problem();
        }
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> changed = new java.util.HashMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    /** Clocks that differ explain a refused token, and nothing else. */
    @ParameterizedTest
    @CsvSource({
        "INVALID_GRANT, PT1H, CLOCK_WRONG",
        "INVALID_GRANT, PT-1H, CLOCK_WRONG",
        "INVALID_GRANT, PT1M, STS_GRANT_REFUSED",
        "INVALID_TARGET, PT1H, STS_TARGET_UNKNOWN"
    })
    void aClockThatIsWrongIsNamed(GoogleFault fault, Duration ahead, CredentialProblem problem) {
        google.failSts(fault);
        InstantSource clock = InstantSource.offset(InstantSource.system(), ahead);
        assertThat(problem(new TokenBroker(
                        wanted(Map.of("staff", ACCOUNT)),
                        identity(Origin.FILE),
                        google.address(),
                        bounds(AMPLE),
                        clock)))
                .isEqualTo(problem);
    }

    @Test
    void aClientThatFollowsRedirectsIsRefused() {
        try (HttpClient follows = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            assertThatThrownBy(() -> new JsonCalls(follows, bounds(AMPLE), InstantSource.system()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void oneAccountWithoutRightsKeepsNoOtherOut() {
        try (TokenBroker broker =
                broker(identity(Origin.FILE), Map.of("staff", ACCOUNT, "admin", OTHER_ACCOUNT), bounds(AMPLE))) {
            assertThat(broker.start().toCompletableFuture().join()).isFalse();
            assertThat(broker.status()).allSatisfy(status -> {
                assertThat(status.usable()).isEqualTo(status.name().equals("staff"));
                assertThat(status.asked()).isTrue();
            });
        }
    }

    @Test
    void theFileIsReadAnewAndAnOutageEndsByItself() throws IOException {
        Files.writeString(file, "");
        try (TokenBroker broker = broker(Origin.FILE, AMPLE)) {
            assertThat(broker.start().toCompletableFuture().join()).isFalse();
            google.failIam(GoogleFault.STATUS_500);
            Files.writeString(file, subjectToken);
            await(() -> google.iamCalls() > 0);
            google.failIam(GoogleFault.NONE);
            await(() -> broker.status().get(0).usable());
            assertThat(broker.status().get(0).failures())
                    .containsKeys(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, CredentialProblem.SERVICE_FAILED);
        }
    }

    @Test
    void aShortLivedTokenIsReplacedBeforeItExpires() {
        google.lifetimeGiven(Duration.ofSeconds(3));
        try (TokenBroker broker = broker(Origin.FILE, AMPLE)) {
            assertThat(broker.start().toCompletableFuture().join()).isTrue();
            await(() -> broker.status().get(0).refreshes() >= 3);
            assertThat(broker.status().get(0).failures()).isEmpty();
        }
    }

    private void assertNoSecret(List<String> texts) {
        String signature = subjectToken.substring(subjectToken.lastIndexOf('.') + 1);
        assertThat(texts).allSatisfy(text -> {
            assertThat(text)
                    .doesNotContain(subjectToken)
                    .doesNotContain(signature)
                    .doesNotContain("ya29.");
            assertThat(google.tokensIssued()).noneMatch(text::contains);
        });
    }

    /** On the test's own thread: the JDK's HTTP client completes on the common pool, which may have a single worker. */
    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited a minute").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
