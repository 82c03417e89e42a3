package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialSource;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The credentials of all service accounts, kept fresh on a thread of its own. Safe for any thread. */
public final class TokenBroker implements AutoCloseable {
    private final Map<String, RefreshingCredential> credentials = new LinkedHashMap<>();
    private final List<HttpClient> clients = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "firegate-credentials");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * A broker that has fetched nothing: {@link #start} begins.
     *
     * @param accounts the accounts' e-mail addresses by the names of their credentials
     * @param identity firegate's own
     * @param iam IAM Credentials, scheme and host
     */
    public TokenBroker(
            Map<String, String> accounts, WorkloadIdentity identity, URI iam, FetchBounds bounds, InstantSource clock) {
        JsonCalls google = new JsonCalls(client(bounds, false), bounds, clock);
        TokenSource caller = switch (identity) {
            case WorkloadIdentity.FederatedTokenFile file ->
                new TokenExchange(new TokenFile(file.file(), bounds.answerBytesMax()), google, file, clock);
            case WorkloadIdentity.EntraManagedIdentity azure ->
                new TokenExchange(MetadataToken.azure(metadata(bounds, clock), azure), google, azure, clock);
            case WorkloadIdentity.GceMetadata gce -> MetadataToken.google(metadata(bounds, clock), gce);
        };
        String audience = identity instanceof WorkloadIdentity.Foreign foreign ? foreign.audience() : "";
        accounts.forEach((name, account) -> credentials.put(
                name,
                new RefreshingCredential(
                        new ServiceAccount(name, account, audience),
                        new Impersonation(caller, google, account, iam, bounds.lifetime(), clock),
                        bounds,
                        clock,
                        this::after,
                        () -> ThreadLocalRandom.current().nextDouble())));
    }

    private JsonCalls metadata(FetchBounds bounds, InstantSource clock) {
        return new JsonCalls(client(bounds, true), bounds, clock);
    }

    /** Direct for metadata services: they answer whoever asks with the asker's identity, so no proxy may ask. */
    private HttpClient client(FetchBounds bounds, boolean direct) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(bounds.deadline()).followRedirects(HttpClient.Redirect.NEVER);
        HttpClient client = direct ? builder.proxy(HttpClient.Builder.NO_PROXY).build() : builder.build();
        clients.add(client);
        return client;
    }

    private void after(Duration pause, Runnable task) {
        try {
            ScheduledFuture<?> unused = timer.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Nothing is refreshed any more.
        }
    }

    /**
     * Fetches every credential and keeps it fresh from then on. Called once.
     *
     * @return ends when the first attempt for each has, well or not, and says whether all of them gave one
     */
    public CompletionStage<Boolean> start() {
        List<CompletableFuture<Boolean>> first = new ArrayList<>();
        for (RefreshingCredential credential : credentials.values()) {
            CompletableFuture<Boolean> landed = new CompletableFuture<>();
            first.add(landed);
            after(Duration.ZERO, () -> {
                CompletionStage<Boolean> unused =
                        credential.refresh().whenComplete((good, error) -> landed.complete(error == null && good));
            });
        }
        return CompletableFuture.allOf(first.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> first.stream().allMatch(CompletableFuture::join));
    }

    /** By the names of gateway.yaml. */
    public Map<String, CredentialSource> sources() {
        return Map.copyOf(credentials);
    }

    /** How each stands, in the order of gateway.yaml. */
    public List<CredentialStatus> status() {
        return credentials.values().stream().map(RefreshingCredential::status).toList();
    }

    /** Ends the background refresh and whatever is on its way. */
    @Override
    public void close() {
        credentials.values().forEach(RefreshingCredential::close);
        timer.shutdownNow();
        clients.forEach(HttpClient::shutdownNow);
    }
}
