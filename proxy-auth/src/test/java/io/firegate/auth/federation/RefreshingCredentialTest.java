package io.firegate.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.credential.Absence;
import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialProblem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time, single flight, outages: with a clock, a timer and a source that do as told. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RefreshingCredentialTest {
    private static final FetchBounds BOUNDS =
            new FetchBounds(Duration.ofHours(1), Duration.ofSeconds(10), 65_536, Duration.ofSeconds(30));
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeTime time = new FakeTime();
    private final Tokens tokens = new Tokens();

    /** Tokens of an hour, or what it is told to answer. */
    private final class Tokens implements TokenSource {
        final AtomicInteger calls = new AtomicInteger();
        volatile @Nullable TokenReply failure;
        volatile @Nullable CompletableFuture<TokenReply> pending;
        volatile boolean broken;

        @Override
        public CompletionStage<TokenReply> fetch() {
            int call = calls.incrementAndGet();
            if (broken) {
                throw new IllegalStateException("a bug, with a token-1 in it");
            }
            CompletableFuture<TokenReply> later = pending;
            if (later != null) {
                return later;
            }
            TokenReply failed = failure;
            return CompletableFuture.completedFuture(failed == null ? issued(call) : failed);
        }

        TokenReply issued(int call) {
            return new TokenReply.Issued(
                    new FetchedToken("token-" + call, time.instant().plus(HOUR)));
        }

        void failWith(CredentialProblem problem, @Nullable Duration retryAfter) {
            failure = new TokenReply.Failed(problem, "https://sts.example answered so", retryAfter);
        }
    }

    private RefreshingCredential credential(double random) {
        return new RefreshingCredential(
                new Target(
                        "staff",
                        "staff@p.iam.gserviceaccount.com",
                        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/prov",
                        ""),
                tokens,
                BOUNDS,
                time,
                time,
                () -> random);
    }

    private static boolean refresh(RefreshingCredential credential) {
        return credential.refresh().toCompletableFuture().join();
    }

    private static String bearer(RefreshingCredential credential) {
        Credential now = credential.current();
        return now == null ? "none" : now.authorization();
    }

    @ParameterizedTest
    @CsvSource({"0.0, 2700", "0.5, 2610", "1.0, 2520"})
    void refreshesAtThreeQuartersOfItsLifeLessTheJitter(double random, int seconds) {
        RefreshingCredential credential = credential(random);
        assertThat(credential.current()).isNull();
        assertThat(credential.absence().problem()).isEqualTo(CredentialProblem.NOT_FETCHED_YET);
        assertThat(refresh(credential)).isTrue();
        assertThat(bearer(credential)).isEqualTo("Bearer token-1");
        time.advance(Duration.ofSeconds(seconds - 1));
        assertThat(tokens.calls).hasValue(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(tokens.calls).hasValue(2);
        assertThat(bearer(credential)).isEqualTo("Bearer token-2");
        // Again and again, and never a second chain of refreshes, although somebody asked in between.
        assertThat(refresh(credential)).isTrue();
        time.advance(Duration.ofSeconds(10L * seconds));
        assertThat(tokens.calls).hasValue(13);
    }

    @Test
    void sixtyFourThreadsCauseOneFetch() throws Exception {
        CompletableFuture<TokenReply> pending = new CompletableFuture<>();
        tokens.pending = pending;
        RefreshingCredential credential = credential(0);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<CompletionStage<Boolean>>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
            for (int i = 0; i < 64; i++) {
                callers.add(threads.submit(() -> {
                    go.await();
                    return credential.refresh();
                }));
            }
            go.countDown();
            for (Future<CompletionStage<Boolean>> caller : callers) {
                assertThat(caller.get().toCompletableFuture()).isNotDone();
            }
        }
        assertThat(tokens.calls).hasValue(1);
        pending.complete(tokens.issued(1));
        for (Future<CompletionStage<Boolean>> caller : callers) {
            assertThat(caller.get().toCompletableFuture().join()).isTrue();
        }
        assertThat(tokens.calls).hasValue(1);
    }

    @Test
    void aValidCredentialServesThroughAnOutageToItsEnd() {
        RefreshingCredential credential = credential(0);
        refresh(credential);
        tokens.failWith(CredentialProblem.SERVICE_FAILED, null);
        time.advance(Duration.ofSeconds(3589));
        assertThat(bearer(credential)).isEqualTo("Bearer token-1");
        assertThat(credential.status().usable()).isTrue();
        assertThat(credential.status().problem()).isEqualTo(CredentialProblem.SERVICE_FAILED);
        time.advance(Duration.ofSeconds(1));
        assertThat(bearer(credential)).as("ten seconds early, for the way").isEqualTo("none");
        Absence absence = credential.absence();
        assertThat(absence.problem()).isEqualTo(CredentialProblem.SERVICE_FAILED);
        assertThat(absence.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
        time.advance(Duration.ofMinutes(1));

        tokens.failure = null;
        time.advance(Duration.ofSeconds(1));
        assertThat(bearer(credential)).as("back within a second").startsWith("Bearer token-");
        CredentialStatus status = credential.status();
        assertThat(status.problem()).isNull();
        assertThat(status.detail()).isEmpty();
        assertThat(status.refreshes()).isEqualTo(2);
        assertThat(status.failures()).containsOnlyKeys(CredentialProblem.SERVICE_FAILED);
    }

    /** With a credential left, and without, for causes that pass and for those that do not. */
    @ParameterizedTest
    @CsvSource({
        "SERVICE_FAILED, true, 36",
        "SERVICE_FAILED, false, 750",
        "IMPERSONATION_DENIED, true, 36",
        "IMPERSONATION_DENIED, false, 36"
    })
    void anOutageCausesAFewCallsAMinute(CredentialProblem problem, boolean held, int mostInTenMinutes) {
        RefreshingCredential credential = credential(0);
        if (held) {
            refresh(credential);
            time.advance(Duration.ofSeconds(2600));
        }
        tokens.failWith(problem, null);
        if (held) {
            time.advance(Duration.ofSeconds(100));
        } else {
            refresh(credential);
        }
        int before = tokens.calls.get();
        time.advance(Duration.ofMinutes(10));
        assertThat(tokens.calls.get() - before).isBetween(15, mostInTenMinutes);
    }

    @Test
    void retryAfterIsKept() {
        tokens.failWith(CredentialProblem.THROTTLED, Duration.ofSeconds(90));
        RefreshingCredential credential = credential(1);
        assertThat(refresh(credential)).isFalse();
        assertThat(credential.absence()).isEqualTo(new Absence(CredentialProblem.THROTTLED, Duration.ofSeconds(90)));
        time.advance(Duration.ofSeconds(89));
        assertThat(tokens.calls).hasValue(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(tokens.calls).hasValue(2);
    }

    @Test
    void anAttemptThatDoesNotEndIsGivenUpAndItsLateAnswerIgnored() {
        CompletableFuture<TokenReply> pending = new CompletableFuture<>();
        tokens.pending = pending;
        RefreshingCredential credential = credential(0);
        CompletableFuture<Boolean> landed = credential.refresh().toCompletableFuture();
        time.advance(Duration.ofSeconds(9));
        assertThat(landed).isNotDone();
        tokens.pending = null;
        tokens.failWith(CredentialProblem.UNREACHABLE, null);
        time.advance(Duration.ofSeconds(1));
        assertThat(landed).isCompletedWithValue(false);
        assertThat(credential.status().problem()).isEqualTo(CredentialProblem.TIMEOUT);
        pending.complete(tokens.issued(99));
        assertThat(credential.current()).isNull();
        tokens.failure = null;
        time.advance(Duration.ofSeconds(1));
        assertThat(bearer(credential)).isEqualTo("Bearer token-2");
    }

    @Test
    void aMachineThatWasSuspendedRefreshesSoon() {
        RefreshingCredential credential = credential(0);
        refresh(credential);
        time.jump(Duration.ofHours(3));
        assertThat(credential.current()).isNull();
        time.advance(Duration.ofSeconds(10));
        assertThat(bearer(credential)).isEqualTo("Bearer token-2");
    }

    @Test
    void aClockSetBackDoesNotStopTheRefresh() {
        RefreshingCredential credential = credential(0);
        refresh(credential);
        time.jump(Duration.ofHours(-2));
        time.advance(Duration.ofMinutes(45));
        assertThat(bearer(credential)).isEqualTo("Bearer token-2");
        assertThat(credential.status().expiresAt())
                .isEqualTo(time.instant().plus(HOUR))
                .isBefore(Instant.parse("2026-11-22T10:00:00Z"));
    }

    @Test
    void aSourceThatThrowsIsAFailureAndSaysNothingOfItsMessage() {
        tokens.broken = true;
        RefreshingCredential credential = credential(0);
        assertThat(refresh(credential)).isFalse();
        assertThat(credential.status().problem()).isEqualTo(CredentialProblem.MALFORMED_ANSWER);
        assertThat(credential.status().detail())
                .contains("IllegalStateException")
                .doesNotContain("token-1");
    }

    @Test
    void nothingIsFetchedAfterTheEnd() {
        RefreshingCredential credential = credential(0);
        refresh(credential);
        credential.close();
        assertThat(refresh(credential)).isFalse();
        time.advance(Duration.ofMinutes(50));
        assertThat(tokens.calls).hasValue(1);
        assertThat(bearer(credential)).isEqualTo("Bearer token-1");
    }

    @Test
    void anOutageIsALineForEachDoublingAndOneAtTheEnd() {
        try (LogCapture log = new LogCapture()) {
            RefreshingCredential credential = credential(0);
            tokens.failWith(CredentialProblem.IMPERSONATION_DENIED, null);
            refresh(credential);
            time.advance(HOUR);
            assertThat(tokens.calls.get()).isGreaterThan(100);
            assertThat(log.lines()).hasSizeBetween(6, 9);
            assertThat(log.lines().get(0))
                    .startsWith(
                            "WARN credential not refreshed: firegate may not act as the service account of this tier"
                                    + " (https://sts.example answered so). `gcloud iam service-accounts add-iam-policy-binding"
                                    + " staff@p.iam.gserviceaccount.com --role=roles/iam.workloadIdentityUser"
                                    + " --member=principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/subject/SUBJECT`");
            tokens.failure = null;
            time.advance(Duration.ofSeconds(30));
            assertThat(log.lines().get(log.lines().size() - 1)).startsWith("INFO credential fetched");
        }
    }

    @Test
    void nothingPrintsTheToken() {
        RefreshingCredential credential = credential(0);
        refresh(credential);
        FetchedToken token = new FetchedToken("token-1", Instant.MAX);
        assertThat(List.of(
                        token.toString(),
                        new TokenReply.Issued(token).toString(),
                        String.valueOf(credential.current()),
                        credential.status().toString()))
                .noneMatch(text -> text.contains("token-1"));
    }

    @ParameterizedTest
    @CsvSource({
        "abcXYZ019-._~+/, true",
        "abc==, true",
        "'', false",
        "==, false",
        "a=b, false",
        "a b, false",
        "'a\r\nb', false",
        "a\u00e9, false",
        "'a,b', false",
        "a\"b, false"
    })
    void aTokenIsToken68(String text, boolean plain) {
        assertThat(FetchedToken.isPlain(text)).isEqualTo(plain);
        assertThat(FetchedToken.isPlain("x".repeat(16_385))).isFalse();
    }
}
