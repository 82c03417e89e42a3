package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.credential.CredentialSource;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
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
import org.jspecify.annotations.Nullable;

/** Credentials of firegate's own, kept fresh on a thread of the broker's. Safe for any thread. */
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
     * @param wanted what is to be kept fresh; names are distinct
     * @param identity firegate's own
     * @param iam IAM Credentials, scheme and host
     * @throws IllegalArgumentException when an Entra token is wanted and the identity is none of Entra's
     */
    public TokenBroker(
            List<? extends Wanted> wanted,
            WorkloadIdentity identity,
            URI iam,
            FetchBounds bounds,
            InstantSource clock) {
        JsonCalls google = new JsonCalls(client(bounds, false), bounds, clock);
        TokenSource caller = caller(identity, google, bounds, clock);
        String audience = identity instanceof WorkloadIdentity.Foreign foreign ? foreign.audience() : "";
        String clientId = identity instanceof WorkloadIdentity.Entra entra ? clientId(entra.identity()) : "";
        for (Wanted one : wanted) {
            TokenSource source = switch (one) {
                case Wanted.Account account ->
                    new Impersonation(caller, google, account.account(), iam, bounds.lifetime(), clock);
                case Wanted.EntraToken token -> {
                    if (!(identity instanceof WorkloadIdentity.Entra entra)) {
                        throw new IllegalArgumentException("an Entra token needs an identity in Entra");
                    }
                    yield dated(entra(entra.identity(), token.resource(), token.tenant(), google, bounds, clock));
                }
            };
            Target target = switch (one) {
                case Wanted.Account account -> new Target(one.name(), account.account(), audience, clientId);
                case Wanted.EntraToken token -> new Target(one.name(), token.resource(), "", clientId);
            };
            credentials.put(
                    one.name(),
                    new RefreshingCredential(
                            target,
                            source,
                            bounds,
                            clock,
                            this::after,
                            () -> ThreadLocalRandom.current().nextDouble()));
        }
    }

    /** Firegate's own Google token: what may call IAM Credentials. */
    private TokenSource caller(WorkloadIdentity identity, JsonCalls google, FetchBounds bounds, InstantSource clock) {
        return switch (identity) {
            case WorkloadIdentity.FederatedTokenFile file ->
                new TokenExchange(
                        new TokenFile(file.file(), null, bounds.answerBytesMax()),
                        google,
                        TokenExchange.Terms.of(file),
                        clock);
            case WorkloadIdentity.Entra entra ->
                new TokenExchange(
                        entra(entra.identity(), entra.resource(), null, google, bounds, clock),
                        google,
                        TokenExchange.Terms.of(entra),
                        clock);
            case WorkloadIdentity.ExternalAccountFile adc ->
                new ExternalAccount(
                        adc.file(), adc.sts(), metadata(bounds, clock), google, bounds.answerBytesMax(), clock);
            case WorkloadIdentity.GceMetadata gce -> MetadataToken.google(metadata(bounds, clock), gce, clock);
        };
    }

    private TokenSource entra(
            EntraIdentity identity,
            String resource,
            @Nullable String tenant,
            JsonCalls login,
            FetchBounds bounds,
            InstantSource clock) {
        return switch (identity) {
            case EntraIdentity.ManagedIdentity managed ->
                MetadataToken.azure(metadata(bounds, clock), managed, resource, clock);
            case EntraIdentity.AppService hosted ->
                MetadataToken.appService(metadata(bounds, clock), hosted, resource, clock);
            case EntraIdentity.Application application ->
                ClientCredentials.of(
                        application,
                        tenant == null ? application.tenant() : tenant,
                        resource,
                        login,
                        bounds.answerBytesMax(),
                        clock);
        };
    }

    private static String clientId(EntraIdentity identity) {
        String id = switch (identity) {
            case EntraIdentity.ManagedIdentity managed -> managed.clientId();
            case EntraIdentity.AppService hosted -> hosted.clientId();
            case EntraIdentity.Application application -> application.clientId();
        };
        return id == null ? "" : id;
    }

    /** Without an expiry nobody could tell when to come again. */
    private static TokenSource dated(TokenSource source) {
        return () -> source.fetch().thenApply(reply -> switch (reply) {
            case TokenReply.Issued issued
            when issued.token().expiresAt().equals(Instant.MAX) ->
                TokenReply.failed(CredentialProblem.MALFORMED_ANSWER, "Entra's token came without a usable expiry");
            case TokenReply.Issued issued -> issued;
            case TokenReply.Failed failed -> failed;
        });
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
