package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProvider;
import io.firegate.auth.federation.GatewayIssuer.Caller;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The credentials of kind gateway-issuer: one for each caller, signed and exchanged on a thread of the broker's own. Safe for any thread. */
public final class CallerBroker implements AutoCloseable {
    private final Map<String, CallerCredentials> credentials = new LinkedHashMap<>();
    private final HttpClient client;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "firegate-issuer");
        thread.setDaemon(true);
        return thread;
    });

    /** A broker that has fetched nothing: a caller's first request begins. Names are distinct. */
    public CallerBroker(List<GatewayIssuer> issuers, FetchBounds bounds, IssueBounds issue, InstantSource clock) {
        client = HttpClient.newBuilder()
                .connectTimeout(bounds.deadline())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        JsonCalls calls = new JsonCalls(client, bounds, clock);
        for (GatewayIssuer issuer : issuers) {
            String account = issuer.account() == null ? "" : issuer.account();
            credentials.put(
                    issuer.name(),
                    new CallerCredentials(
                            issuer.name(),
                            new Target(issuer.name(), account, issuer.audience(), ""),
                            caller -> source(issuer, caller, calls, bounds, issue, clock),
                            bounds,
                            issue,
                            clock,
                            this::after,
                            () -> ThreadLocalRandom.current().nextDouble()));
        }
    }

    private static TokenSource source(
            GatewayIssuer issuer,
            Caller caller,
            JsonCalls calls,
            FetchBounds bounds,
            IssueBounds issue,
            InstantSource clock) {
        TokenSource assertion =
                () -> CompletableFuture.completedFuture(issuer.assertion(caller, issue.assertionLife(), clock));
        boolean direct = issuer.account() == null;
        TokenSource federated = new TokenExchange(
                assertion,
                calls,
                new TokenExchange.Terms(
                        issuer.audience(),
                        issuer.sts(),
                        TokenExchange.JWT,
                        direct ? Impersonation.TIER_SCOPE : Impersonation.CALLER_SCOPE),
                clock);
        return issuer.account() == null
                ? federated
                : new Impersonation(federated, calls, issuer.account(), issuer.iam(), bounds.lifetime(), clock);
    }

    private void after(Duration pause, Runnable task) {
        try {
            ScheduledFuture<?> unused = timer.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Nothing is fetched any more; whoever waits is told when the time is over.
        }
    }

    /** By the names of gateway.yaml, in its order. */
    public Map<String, CredentialProvider> providers() {
        return Collections.unmodifiableMap(credentials);
    }

    /** How each stands, in the order of gateway.yaml. */
    public List<CredentialStatus> status() {
        return credentials.values().stream().map(CallerCredentials::status).toList();
    }

    /** Ends whatever is on its way. */
    @Override
    public void close() {
        timer.shutdownNow();
        client.shutdownNow();
    }
}
