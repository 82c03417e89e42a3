package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.fixtures.entra.Failure;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.Persona;
import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Discovery over HTTP against the local issuer, with every way it can misbehave. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DiscoveredKeysTest {
    private static final Set<TokenVersion> BOTH = Set.of(TokenVersion.V1, TokenVersion.V2);
    private static final Duration AMPLE = Duration.ofMinutes(1);
    /** For modes that never answer: no answer in time is what is expected, so a slow machine changes nothing. */
    private static final Duration SHORT = Duration.ofMillis(200);

    private final HttpClient client = DiscoveredKeys.newClient(Duration.ofSeconds(5));
    private LocalIssuer issuer;
    private LocalTenant tenant;

    @BeforeEach
    void start() throws Exception {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(Samples.TENANT.value(), Samples.API, "Data.Access");
        tenant.add(new Persona("nurse", Samples.OID, List.of("5b1f0a52-0000-4000-8000-0000000000a1")));
    }

    @AfterEach
    void stop() {
        issuer.close();
        client.close();
    }

    @Test
    void verifiesWhatTheIssuerIssuesInBothVersions() {
        try (TokenVerifier verifier = verifier(BOTH, AMPLE)) {
            assertThat(verifier.start().toCompletableFuture().join()).isTrue();
            assertThat(verifier.keys().get(0).keys()).isEqualTo(2);
            assertThat(verify(verifier, tenant.userToken("nurse"))).isInstanceOf(Verification.Verified.class);

            Map<String, Object> v1 = tenant.userClaims("nurse");
            v1.put("ver", "1.0");
            v1.put("iss", tenant.issuerV1());
            v1.put("appid", Objects.requireNonNull(v1.remove("azp")));
            assertThat(verify(verifier, tenant.mint(v1))).isInstanceOf(Verification.Verified.class);
        }
    }

    @Test
    void aRotatedKeyIsAcceptedAtItsFirstUse() {
        try (TokenVerifier verifier = verifier(Set.of(TokenVersion.V2), AMPLE)) {
            verifier.start().toCompletableFuture().join();
            String old = tenant.userToken("nurse");
            tenant.rotate();
            assertThat(verify(verifier, tenant.userToken("nurse"))).isInstanceOf(Verification.Verified.class);
            assertThat(verify(verifier, old)).isInstanceOf(Verification.Verified.class);
            assertThat(tenant.keyFetches()).isEqualTo(2);

            tenant.retire("key-1");
            verifier.refreshKeys().toCompletableFuture().join();
            assertThat(verify(verifier, old)).isEqualTo(new Verification.Refused(TokenProblem.UNKNOWN_KEY));
            assertThat(verify(verifier, tenant.userToken("nurse"))).isInstanceOf(Verification.Verified.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Failure.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "SLOW"})
    void aColdStartThatFailsIsUnavailableAndSaysWhy(Failure mode) {
        issuer.failWith(mode);
        try (TokenVerifier verifier = verifier(Set.of(TokenVersion.V2), timeoutFor(mode))) {
            assertThat(verify(verifier, tenant.userToken("nurse")))
                    .isEqualTo(new Verification.Refused(TokenProblem.KEYS_UNAVAILABLE));
            assertThat(verifier.keys().get(0).lastFailure())
                    .contains(
                            switch (mode) {
                                case NONE, SLOW -> "";
                                case STATUS_500 -> "answered 500";
                                case STATUS_429 -> "answered 429";
                                case DROPPED -> "could not be read: IOException";
                                case REDIRECT -> "answered 302";
                                case HANG, STALL_IN_BODY -> "did not answer within";
                                case HTML, TRUNCATED_JSON, GARBAGE, WRONG_TYPE, GZIP -> "JSON";
                                case EMPTY_SET,
                                        AMBIGUOUS_KIDS,
                                        WEAK_KEY,
                                        EXPONENT_ONE,
                                        SYMMETRIC_KEY,
                                        PRIVATE_KEY,
                                        ENCRYPTION_KEY -> "no usable RSA key";
                                case TOO_MANY_KEYS -> "more than 50";
                                case ENDLESS_BODY -> "more than 262144 bytes";
                                case FOREIGN_KEYS_HOST -> "not on " + issuer.authority();
                                case FOREIGN_ISSUER -> "names another issuer";
                            });
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Failure.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "SLOW"})
    void knownKeysOutliveAFailingIssuer(Failure mode) {
        AtomicReference<KeySource> source = new AtomicReference<>(source(AMPLE));
        try (TokenVerifier verifier = verifier(() -> source.get().fetch())) {
            verifier.start().toCompletableFuture().join();
            source.set(source(timeoutFor(mode)));
            issuer.failWith(mode);
            SigningKey stranger = SigningKey.generate("unknown");
            String unknown = TokenMint.mint(TokenMint.header(stranger), tenant.userClaims("nurse"), stranger);
            assertThat(verify(verifier, unknown)).isEqualTo(new Verification.Refused(TokenProblem.UNKNOWN_KEY));
            assertThat(verifier.keys().get(0).failures()).isEqualTo(1);
            assertThat(verify(verifier, tenant.userToken("nurse"))).isInstanceOf(Verification.Verified.class);
        }
    }

    @Test
    void refreshesInTheBackgroundUntilClosed() {
        KeyBounds quick = new KeyBounds(
                262_144, 50, AMPLE, Duration.ofMillis(20), Duration.ofMillis(20), KeyBounds.AGE_MAX_DEFAULT);
        DiscoveredKeys keys = new DiscoveredKeys(Samples.TENANT, authority(), Set.of(TokenVersion.V2), quick, client);
        try (TokenVerifier verifier = new TokenVerifier(
                List.of(settings(Set.of(TokenVersion.V2), keys)),
                Samples.TOKEN_BOUNDS,
                quick,
                InstantSource.system())) {
            verifier.start().toCompletableFuture().join();
            await(() -> tenant.keyFetches() >= 3);
            issuer.failWith(Failure.STATUS_500);
            await(() -> verifier.keys().get(0).failures() >= 2);
            issuer.failWith(Failure.NONE);
            await(() -> verifier.keys().get(0).lastFailure().isEmpty());
            assertThat(verifier.keysReady()).isTrue();
        }
    }

    @Test
    void anUnreachableAuthorityIsAFailureWithItsAddress() {
        issuer.close();
        KeySource.Answer answer = Objects.requireNonNull(
                source(AMPLE).fetch().toCompletableFuture().join());
        assertThat(answer)
                .isInstanceOfSatisfying(
                        KeySource.Answer.Failed.class,
                        failed -> assertThat(failed.reason()).contains(issuer.authority(), "ConnectException"));
    }

    @Test
    void aClientThatFollowsRedirectsIsRefused() {
        try (HttpClient follows = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            assertThatThrownBy(() -> new DiscoveredKeys(
                            Samples.TENANT, authority(), Set.of(TokenVersion.V2), Samples.KEY_BOUNDS, follows))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Duration timeoutFor(Failure mode) {
        return mode == Failure.HANG || mode == Failure.STALL_IN_BODY ? SHORT : AMPLE;
    }

    private Authority authority() {
        return new Authority(issuer.authority(), issuer.authority());
    }

    private DiscoveredKeys source(Duration timeout) {
        return new DiscoveredKeys(Samples.TENANT, authority(), Set.of(TokenVersion.V2), bounds(timeout), client);
    }

    private static KeyBounds bounds(Duration timeout) {
        return new KeyBounds(
                262_144, 50, timeout, Duration.ofHours(1), Duration.ofSeconds(30), KeyBounds.AGE_MAX_DEFAULT);
    }

    private TokenVerifier verifier(Set<TokenVersion> versions, Duration timeout) {
        DiscoveredKeys keys = new DiscoveredKeys(Samples.TENANT, authority(), versions, bounds(timeout), client);
        return new TokenVerifier(
                List.of(settings(versions, keys)), Samples.TOKEN_BOUNDS, bounds(timeout), InstantSource.system());
    }

    private TokenVerifier verifier(KeySource keys) {
        return new TokenVerifier(
                List.of(settings(Set.of(TokenVersion.V2), keys)),
                Samples.TOKEN_BOUNDS,
                bounds(AMPLE),
                InstantSource.system());
    }

    private TenantSettings settings(Set<TokenVersion> versions, KeySource keys) {
        return new TenantSettings(
                Samples.TENANT, versions, Set.of(Samples.API), Demands.scope("Data.Access"), authority(), keys);
    }

    private static Verification verify(TokenVerifier verifier, String token) {
        Verification verification = Samples.verify(verifier, token);
        return verification instanceof Verification.Pending pending
                ? Objects.requireNonNull(pending.result().toCompletableFuture().join())
                : verification;
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
