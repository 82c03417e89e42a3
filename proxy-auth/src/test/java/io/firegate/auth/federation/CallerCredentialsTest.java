package io.firegate.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.credential.CredentialLookup;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.GatewayIssuer.Caller;
import io.firegate.policy.Guid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One credential per caller: who waits, who does not, and how often anybody is asked. */
class CallerCredentialsTest {
    private static final FetchBounds BOUNDS =
            new FetchBounds(Duration.ofHours(1), Duration.ofSeconds(10), 65_536, Duration.ofSeconds(30));
    private static final Guid TENANT = new Guid("11111111-2222-4333-8444-555555555555");
    private static final Guid APP = new Guid("cccccccc-0000-4000-8000-00000000000c");

    private final FakeTime time = new FakeTime();
    private final Map<Caller, Integer> asked = new HashMap<>();
    private final List<CompletableFuture<TokenReply>> held = new ArrayList<>();
    private @Nullable TokenReply failure;
    private boolean holding;
    private int calls;

    private CallerCredentials credentials(int callersMax, int exchangesMax) {
        return new CallerCredentials(
                "staff",
                new Target(
                        "staff",
                        "",
                        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/prov",
                        ""),
                caller -> () -> ask(caller),
                BOUNDS,
                new IssueBounds(Duration.ofMinutes(10), Duration.ofSeconds(5), callersMax, exchangesMax),
                time,
                time,
                () -> 0);
    }

    private CompletionStage<TokenReply> ask(Caller caller) {
        calls++;
        int number = asked.merge(caller, 1, Integer::sum);
        if (holding) {
            CompletableFuture<TokenReply> pending = new CompletableFuture<>();
            held.add(pending);
            return pending;
        }
        return CompletableFuture.completedFuture(failure != null ? failure : issued(caller, number));
    }

    private TokenReply issued(Caller caller, int number) {
        return new TokenReply.Issued(new FetchedToken(
                caller.oid().value().substring(32) + "-" + number,
                time.instant().plusSeconds(600)));
    }

    private static Caller caller(int number) {
        return new Caller(TENANT, new Guid(String.format("99999999-0000-4000-8000-%012d", number)), APP);
    }

    private String got(CallerCredentials credentials, int number) {
        CredentialLookup lookup = credentials.lookup(caller(number));
        if (lookup instanceof CredentialLookup.Pending(var later)) {
            time.advance(Duration.ZERO);
            CompletableFuture<CredentialLookup> result = later.toCompletableFuture();
            if (!result.isDone()) {
                return "pending";
            }
            lookup = result.join();
        }
        return switch (lookup) {
            case CredentialLookup.Ready(var credential) -> credential.authorization();
            case CredentialLookup.Missing(var absence) ->
                absence.problem() + " " + absence.retryAfter().toSeconds();
            case CredentialLookup.Pending pending -> "pending";
        };
    }

    @Test
    void everyCallerHasTheirOwnAndKeepsIt() {
        CallerCredentials credentials = credentials(10, 10);
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        assertThat(got(credentials, 2)).isEqualTo("Bearer 0002-1");
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        assertThat(calls).isEqualTo(2);
        // The same object id in another tenant, or by another application, is somebody else.
        Caller elsewhere = new Caller(APP, caller(1).oid(), APP);
        assertThat(credentials.lookup(elsewhere)).isInstanceOf(CredentialLookup.Pending.class);
        assertThat(credentials.lookup(new Caller(TENANT, caller(1).oid(), TENANT)))
                .isInstanceOf(CredentialLookup.Pending.class);
    }

    /** Callers Google refuses, each for a reason of their own, must not make the first outage after them a long one. */
    @Test
    void refusalsDoNotLengthenThePauseOfAnOutage() {
        CallerCredentials credentials = credentials(100, 10);
        failure = TokenReply.failed(CredentialProblem.STS_GRANT_REFUSED, "no");
        for (int i = 1; i <= 20; i++) {
            assertThat(got(credentials, i)).isEqualTo("STS_GRANT_REFUSED 30");
        }
        failure = TokenReply.failed(CredentialProblem.TIMEOUT, "late");
        assertThat(got(credentials, 21)).isEqualTo("TIMEOUT 1");
        time.advance(Duration.ofSeconds(1));
        assertThat(got(credentials, 22)).as("in a row it doubles").isEqualTo("TIMEOUT 2");
        time.advance(Duration.ofSeconds(2));
        failure = null;
        assertThat(got(credentials, 23)).isEqualTo("Bearer 0023-1");
    }

    @Test
    void fromThreeQuartersOnTheNextUseRefreshesAndNobodyWaits() {
        CallerCredentials credentials = credentials(10, 10);
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        time.advance(Duration.ofSeconds(449));
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        assertThat(calls).isEqualTo(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        time.advance(Duration.ZERO);
        assertThat(calls).isEqualTo(2);
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-2");
        // An idle caller costs nothing.
        time.advance(Duration.ofHours(5));
        assertThat(calls).isEqualTo(2);
    }

    @Test
    void whoeverComesMeanwhileSharesTheOneExchange() {
        CallerCredentials credentials = credentials(10, 10);
        holding = true;
        for (int i = 0; i < 64; i++) {
            assertThat(got(credentials, 1)).isEqualTo("pending");
        }
        assertThat(calls).isEqualTo(1);
        CompletableFuture<CredentialLookup> waiting = ((CredentialLookup.Pending) credentials.lookup(caller(1)))
                .result()
                .toCompletableFuture();
        held.get(0).complete(issued(caller(1), 1));
        assertThat(waiting.join()).isInstanceOf(CredentialLookup.Ready.class);
    }

    @Test
    void anOutageChangesNothingForWhoHasOneAndIsAskedForRarely() {
        CallerCredentials credentials = credentials(10, 10);
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        failure = TokenReply.failed(CredentialProblem.SERVICE_FAILED, "https://sts.example answered 500");
        int before = calls;
        int served = 0;
        int refused = 0;
        for (int second = 0; second < 580; second++) {
            time.advance(Duration.ofSeconds(1));
            served += got(credentials, 1).equals("Bearer 0001-1") ? 1 : 0;
            refused += got(credentials, 2 + second).startsWith("SERVICE_FAILED ") ? 1 : 0;
        }
        assertThat(served).isEqualTo(580);
        assertThat(refused).isEqualTo(580);
        // 1, 2, 4, 8, 16, 30, 30, ... seconds apart, whoever comes.
        assertThat(calls - before).isBetween(15, 26);
        assertThat(credentials.status().usable()).isFalse();
        assertThat(credentials.status().detail()).contains("https://sts.example answered 500");
        failure = null;
        time.advance(Duration.ofSeconds(30));
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-" + asked.get(caller(1)));
        assertThat(credentials.status().usable()).isTrue();
    }

    @Test
    void whoIsRefusedAloneKeepsNobodyElseOut() {
        CallerCredentials credentials = credentials(10, 10);
        failure = TokenReply.failed(CredentialProblem.STS_CONDITION_REFUSED, "https://sts.example answered 401");
        assertThat(got(credentials, 1)).isEqualTo("STS_CONDITION_REFUSED 30");
        failure = null;
        assertThat(got(credentials, 2)).isEqualTo("Bearer 0002-1");
        for (int i = 0; i < 29; i++) {
            time.advance(Duration.ofSeconds(1));
            assertThat(got(credentials, 1)).startsWith("STS_CONDITION_REFUSED ");
        }
        assertThat(asked).containsEntry(caller(1), 1);
        time.advance(Duration.ofSeconds(1));
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-2");
    }

    @Test
    void retryAfterIsKept() {
        CallerCredentials credentials = credentials(10, 10);
        failure = new TokenReply.Failed(CredentialProblem.THROTTLED, "429", Duration.ofSeconds(90));
        assertThat(got(credentials, 1)).isEqualTo("THROTTLED 90");
        failure = null;
        time.advance(Duration.ofSeconds(89));
        assertThat(got(credentials, 2)).isEqualTo("THROTTLED 1");
        time.advance(Duration.ofSeconds(1));
        assertThat(got(credentials, 2)).isEqualTo("Bearer 0002-1");
    }

    @Test
    void theDeadlineEndsWhatHangsAndALateAnswerChangesNothing() {
        CallerCredentials credentials = credentials(10, 10);
        holding = true;
        assertThat(got(credentials, 1)).isEqualTo("pending");
        time.advance(Duration.ofSeconds(10));
        assertThat(got(credentials, 1)).startsWith("TIMEOUT ");
        held.get(0).complete(issued(caller(1), 1));
        assertThat(got(credentials, 1)).startsWith("TIMEOUT ");
        holding = false;
        time.advance(Duration.ofSeconds(2));
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-2");
    }

    @Test
    void exchangesAndCallersAreBounded() {
        CallerCredentials credentials = credentials(3, 2);
        holding = true;
        assertThat(got(credentials, 1)).isEqualTo("pending");
        assertThat(got(credentials, 2)).isEqualTo("pending");
        assertThat(got(credentials, 3)).isEqualTo("THROTTLED 1");
        held.forEach(pending -> pending.complete(TokenReply.failed(CredentialProblem.STS_CONDITION_REFUSED, "no")));
        holding = false;
        for (int i = 10; i < 200; i++) {
            assertThat(got(credentials, i)).startsWith("Bearer ");
        }
        assertThat(credentials.held()).isLessThanOrEqualTo(3);
    }

    @Test
    void anExpiredOneIsNeverHandedOut() {
        CallerCredentials credentials = credentials(10, 10);
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        failure = TokenReply.failed(CredentialProblem.UNREACHABLE, "nobody");
        time.advance(Duration.ofSeconds(589));
        assertThat(got(credentials, 1)).isEqualTo("Bearer 0001-1");
        time.advance(Duration.ofSeconds(1));
        assertThat(got(credentials, 1)).startsWith("UNREACHABLE ");
    }
}
