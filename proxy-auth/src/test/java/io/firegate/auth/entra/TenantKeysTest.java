package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.fixtures.entra.SigningKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When keys are fetched, kept and dropped; seen from the verifier, with a source and a clock the test holds in its hand. */
class TenantKeysTest {
    private static final int MANY = 2_000;
    private static final String ISSUER = "https://login.microsoftonline.com/{tenantid}/v2.0";
    private static final SigningKey K1 = SigningKey.generate("k1");
    private static final SigningKey K2 = SigningKey.generate("k2");

    private final TestClock clock = new TestClock(Samples.NOW);
    private final FakeKeySource source = new FakeKeySource();
    private final TokenVerifier verifier = Samples.verifier(clock, source);

    @AfterEach
    void stop() {
        verifier.close();
    }

    @Test
    void manyColdCallersShareOneFetch() throws Exception {
        source.publish(jwk(K1));
        source.hold();
        String token = token(K1);
        List<Verification> results = inParallel(() -> verify(token));
        assertThat(results).allMatch(Verification.Pending.class::isInstance);
        source.release();
        assertThat(results).allSatisfy(result -> assertThat(settled(result)).isInstanceOf(Verification.Verified.class));
        assertThat(source.fetches()).isEqualTo(1);
    }

    @Test
    void unknownKeyIdsCauseOneFetchPerGap() throws Exception {
        warm(K1);
        List<String> strangers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            strangers.add(token(K2.withKid("unknown-" + i)));
        }
        int before = source.fetches();
        inParallel(() -> verify(strangers.get((int) (Thread.currentThread().threadId() % strangers.size()))));
        assertThat(source.fetches() - before).isEqualTo(1);

        clock.advance(Duration.ofMillis(29_999));
        assertRefused(TokenProblem.UNKNOWN_KEY, strangers.get(0));
        assertThat(source.fetches() - before).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        assertRefused(TokenProblem.UNKNOWN_KEY, strangers.get(1));
        assertThat(source.fetches() - before).isEqualTo(2);
    }

    @Test
    void aNewKeyIsAcceptedAtItsFirstUseEvenRightAfterAScheduledRefresh() {
        warm(K1);
        source.publish(jwk(K1), jwk(K2));
        assertVerified(token(K2));
        assertVerified(token(K1));
    }

    @Test
    void aClockSetBackDoesNotStopFetches() {
        warm(K1);
        assertRefused(TokenProblem.UNKNOWN_KEY, token(K2));
        clock.advance(Duration.ofHours(-3));
        source.publish(jwk(K1), jwk(K2));
        assertVerified(token(K2));
    }

    @Test
    void aColdStartWithoutKeysIsOurFaultUntilTheyCome() {
        String token = token(K1);
        assertRefused(TokenProblem.KEYS_UNAVAILABLE, token);
        assertRefused(TokenProblem.KEYS_UNAVAILABLE, token);
        assertThat(source.fetches()).isEqualTo(1);
        assertThat(verifier.keysReady()).isFalse();

        source.publish(jwk(K1));
        clock.advance(Duration.ofSeconds(30));
        assertVerified(token);
        assertThat(verifier.keysReady()).isTrue();
        assertRefused(TokenProblem.UNKNOWN_KEY, token(K2));
    }

    @Test
    void pendingCallersLearnThatTheFetchFailed() {
        source.hold();
        Verification pending = verify(token(K1));
        source.release();
        assertThat(settled(pending)).isEqualTo(new Verification.Refused(TokenProblem.KEYS_UNAVAILABLE));
    }

    @Test
    void aSourceThatBreaksIsAFailedFetch() {
        source.answerWith(new KeySource.Answer.Failed("GET keys answered 500"));
        refresh();
        assertThat(verifier.keys().get(0).lastFailure()).isEqualTo("GET keys answered 500");
        KeySource broken = () -> {
            throw new IllegalStateException("bug");
        };
        try (TokenVerifier other = Samples.verifier(clock, broken)) {
            assertThat(Samples.verify(other, token(K1)))
                    .isEqualTo(new Verification.Refused(TokenProblem.KEYS_UNAVAILABLE));
            assertThat(other.keys().get(0).lastFailure()).contains("IllegalStateException");
        }
    }

    @Test
    void aKeyMissingFromAScheduledAnswerIsRefusedAtOnceAndSoAreItsCachedTokens() {
        warm(K1);
        String token = token(K1);
        assertVerified(token);
        source.publish(jwk(K2));
        refresh();
        assertRefused(TokenProblem.UNKNOWN_KEY, token);
        assertVerified(token(K2));
    }

    @Test
    void aKeyReplacedUnderItsOwnIdIsRefusedAndSoAreItsCachedTokens() {
        warm(K1);
        String token = token(K1);
        assertVerified(token);
        source.publish(jwk(K2.withKid("k1")));
        refresh();
        assertRefused(TokenProblem.SIGNATURE, token);
    }

    @Test
    void aKeyMissingFromAnUnscheduledAnswerLastsUntilTheScheduledRefreshIsDueEvenIfThatFails() {
        warm(K1);
        String old = token(K1);
        clock.advance(Duration.ofMinutes(20));
        source.publish(jwk(K2));
        assertVerified(token(K2));
        // A lagging replica may have answered: not yet.
        assertVerified(old);

        source.answerWith(new KeySource.Answer.Failed("down"));
        clock.advance(Duration.ofMinutes(40).minusMillis(1));
        refresh();
        assertVerified(old);
        clock.advance(Duration.ofMillis(1));
        assertRefused(TokenProblem.UNKNOWN_KEY, old);
        assertVerified(token(K2));
    }

    @Test
    void anUnscheduledAnswerReplacesWhenTheScheduledOneIsOverdue() {
        warm(K1);
        clock.advance(Duration.ofHours(1));
        String old = token(K1);
        assertVerified(old);
        source.publish(jwk(K2));
        assertVerified(token(K2));
        assertRefused(TokenProblem.UNKNOWN_KEY, old);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "null", "<html></html>", "{\"keys\":[]}", "{\"keys\":{}}", "{\"keys\":[1]}"})
    void anAnswerOfNoUseChangesNothing(String body) {
        warm(K1);
        String token = token(K1);
        source.answerWith(
                new KeySource.Answer.Documents(Map.of(TokenVersion.V2, body.getBytes(StandardCharsets.UTF_8))));
        refresh();
        assertVerified(token);
        KeyStatus status = verifier.keys().get(0);
        assertThat(status.usable()).isTrue();
        assertThat(status.keys()).isEqualTo(1);
        assertThat(status.failures()).isEqualTo(1);
        assertThat(status.lastFailure()).contains("key set");
    }

    @Test
    void keysThatCannotBeConfirmedServeForTwoDaysAndNoLonger() {
        warm(K1);
        source.answerWith(new KeySource.Answer.Failed("down"));
        clock.advance(Duration.ofDays(2));
        String token = token(K1);
        assertVerified(token);
        assertThat(verifier.keysReady()).isTrue();

        clock.advance(Duration.ofMillis(1));
        assertThat(verifier.keysReady()).isFalse();
        // The cached verdict goes with the keys.
        assertRefused(TokenProblem.KEYS_UNAVAILABLE, token);
    }

    @Test
    void theStatusTellsWhatAnOperatorAsks() {
        assertThat(verifier.keys().get(0)).isEqualTo(new KeyStatus(Samples.TENANT, false, 0, null, "", 0, 0));
        warm(K1);
        assertThat(verifier.keys().get(0)).isEqualTo(new KeyStatus(Samples.TENANT, true, 1, Samples.NOW, "", 1, 0));
    }

    @Test
    void theBackgroundRefreshNeverComesLaterThanThePeriod() {
        TenantKeys keys = new TenantKeys(Samples.TENANT, source, Samples.KEY_BOUNDS, clock);
        source.publish(jwk(K1));
        assertThat(keys.refresh().toCompletableFuture().join()).isTrue();
        assertThat(keys.untilNextRefresh(0)).isEqualTo(Duration.ofMinutes(54));
        assertThat(keys.untilNextRefresh(1)).isEqualTo(Duration.ofHours(1));

        source.answerWith(new KeySource.Answer.Failed("down"));
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            assertThat(keys.refresh().toCompletableFuture().join()).isFalse();
            pauses.add(keys.untilNextRefresh(1));
        }
        assertThat(pauses.subList(0, 3))
                .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(pauses.subList(5, 70)).containsOnly(Duration.ofSeconds(30));
    }

    private void warm(SigningKey key) {
        source.publish(jwk(key));
        assertThat(verifier.start().toCompletableFuture().join()).isTrue();
    }

    /** What the background refresh does when its time has come. */
    private void refresh() {
        verifier.refreshKeys().toCompletableFuture().join();
    }

    private String token(SigningKey key) {
        return Samples.token(key, clock.instant());
    }

    private Verification verify(String token) {
        return Samples.verify(verifier, token);
    }

    private void assertVerified(String token) {
        assertThat(settled(verify(token))).isInstanceOf(Verification.Verified.class);
    }

    private void assertRefused(TokenProblem problem, String token) {
        assertThat(settled(verify(token))).isEqualTo(new Verification.Refused(problem));
    }

    private static Verification settled(Verification verification) {
        return verification instanceof Verification.Pending pending
                ? Objects.requireNonNull(pending.result().toCompletableFuture().join())
                : verification;
    }

    private static Map<String, Object> jwk(SigningKey key) {
        return key.jwk(ISSUER);
    }

    private static <T> List<T> inParallel(Callable<T> task) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(16)) {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                tasks.add(task);
            }
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
        }
        return results;
    }
}
