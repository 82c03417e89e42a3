package io.firegate.gateway;

import io.firegate.auth.credential.CredentialProvider;
import io.firegate.auth.credential.EmulatorCredential;
import io.firegate.auth.federation.CallerBroker;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.federation.FetchBounds;
import io.firegate.auth.federation.GatewayIssuer;
import io.firegate.auth.federation.IssueBounds;
import io.firegate.auth.federation.TokenBroker;
import io.firegate.auth.federation.Wanted;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limit;
import io.firegate.config.Limits;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The credentials of a configuration: those that are fetched and those that are not. Safe for any thread. */
public final class Federation implements AutoCloseable {
    private final Map<String, CredentialProvider> providers = new LinkedHashMap<>();
    private final @Nullable TokenBroker broker;
    private final @Nullable CallerBroker callers;

    /** Credentials of which none has been fetched: {@link #start} begins. */
    public Federation(GatewayConfig config, InstantSource clock) {
        List<Wanted> wanted = new ArrayList<>();
        List<GatewayIssuer> issuers = new ArrayList<>();
        config.credentials().forEach((name, credential) -> {
            switch (credential) {
                case GatewayConfig.Credential.Emulator emulator -> providers.put(name, new EmulatorCredential(name));
                case GatewayConfig.Credential.ServiceAccount account ->
                    wanted.add(new Wanted.Account(name, account.account()));
                case GatewayConfig.Credential.Issued issued -> issuers.add(issued.issuer());
            }
        });
        GatewayConfig.Identity identity = config.identity();
        broker = wanted.isEmpty() || identity == null
                ? null
                : new TokenBroker(
                        wanted, identity.workload(), identity.iamCredentials(), bounds(config.limits()), clock);
        if (broker != null) {
            providers.putAll(broker.sources());
        }
        Limits limits = config.limits();
        callers = issuers.isEmpty()
                ? null
                : new CallerBroker(
                        issuers,
                        bounds(limits),
                        new IssueBounds(
                                limits.getDuration(Limit.ASSERTION_LIFE_MILLIS),
                                limits.getDuration(Limit.CREDENTIAL_WAIT_MILLIS),
                                limits.getInt(Limit.CALLER_CREDENTIALS),
                                limits.getInt(Limit.CALLER_EXCHANGES)),
                        clock);
        if (callers != null) {
            providers.putAll(callers.providers());
        }
    }

    static FetchBounds bounds(Limits limits) {
        return new FetchBounds(
                limits.getDuration(Limit.CREDENTIAL_LIFETIME_MILLIS),
                limits.getDuration(Limit.CREDENTIAL_FETCH_MILLIS),
                limits.getInt(Limit.CREDENTIAL_ANSWER_BYTES),
                limits.getDuration(Limit.CREDENTIAL_RETRY_MILLIS));
    }

    /** By the names of gateway.yaml. */
    public Map<String, CredentialProvider> providers() {
        return providers;
    }

    /** Of those that are fetched. */
    public List<CredentialStatus> status() {
        return Stream.concat(
                        broker == null ? Stream.of() : broker.status().stream(),
                        callers == null ? Stream.of() : callers.status().stream())
                .toList();
    }

    /** Begins; the stage says whether all are there. */
    public CompletionStage<Boolean> start() {
        return broker == null ? CompletableFuture.completedFuture(true) : broker.start();
    }

    @Override
    public void close() {
        if (broker != null) {
            broker.close();
        }
        if (callers != null) {
            callers.close();
        }
    }
}
