package io.firegate.gateway;

import io.firegate.auth.credential.CredentialSource;
import io.firegate.auth.credential.EmulatorCredential;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.federation.FetchBounds;
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
import org.jspecify.annotations.Nullable;

/** The credentials of a configuration: those that are fetched and those that are not. Safe for any thread. */
public final class Federation implements AutoCloseable {
    private final Map<String, CredentialSource> sources = new LinkedHashMap<>();
    private final @Nullable TokenBroker broker;

    /** Credentials of which none has been fetched: {@link #start} begins. */
    public Federation(GatewayConfig config, InstantSource clock) {
        List<Wanted> wanted = new ArrayList<>();
        config.credentials().forEach((name, credential) -> {
            switch (credential) {
                case GatewayConfig.Credential.Emulator emulator -> sources.put(name, new EmulatorCredential(name));
                case GatewayConfig.Credential.ServiceAccount account ->
                    wanted.add(new Wanted.Account(name, account.account()));
            }
        });
        GatewayConfig.Identity identity = config.identity();
        broker = wanted.isEmpty() || identity == null
                ? null
                : new TokenBroker(
                        wanted, identity.workload(), identity.iamCredentials(), bounds(config.limits()), clock);
        if (broker != null) {
            sources.putAll(broker.sources());
        }
    }

    private static FetchBounds bounds(Limits limits) {
        return new FetchBounds(
                limits.getDuration(Limit.CREDENTIAL_LIFETIME_MILLIS),
                limits.getDuration(Limit.CREDENTIAL_FETCH_MILLIS),
                limits.getInt(Limit.CREDENTIAL_ANSWER_BYTES),
                limits.getDuration(Limit.CREDENTIAL_RETRY_MILLIS));
    }

    /** By the names of gateway.yaml. */
    public Map<String, CredentialSource> sources() {
        return sources;
    }

    /** Of those that are fetched. */
    public List<CredentialStatus> status() {
        return broker == null ? List.of() : broker.status();
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
    }
}
