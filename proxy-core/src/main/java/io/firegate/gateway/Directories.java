package io.firegate.gateway;

import io.firegate.auth.credential.CredentialSource;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.federation.TokenBroker;
import io.firegate.auth.federation.Wanted;
import io.firegate.auth.graph.GraphBounds;
import io.firegate.auth.graph.MemberGroups;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.policy.Guid;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The directories of a configuration's tenants, and firegate's own tokens for them. Safe for any thread. */
public final class Directories implements AutoCloseable {
    private final MemberGroups groups;
    private final @Nullable TokenBroker broker;

    /** Directories for which no token has been fetched: {@link #start} begins. */
    public Directories(GatewayConfig config, InstantSource clock) {
        Map<Guid, URI> graphs = new LinkedHashMap<>();
        for (GatewayConfig.Tenant tenant : config.tenants()) {
            if (tenant.graph() != null) {
                graphs.put(tenant.id(), tenant.graph());
            }
        }
        List<Wanted> wanted = new ArrayList<>();
        for (GatewayConfig.Tenant tenant : config.tenants()) {
            if (tenant.graph() != null) {
                wanted.add(new Wanted.EntraToken(
                        name(tenant.id()),
                        tenant.cloud().graph().toString(),
                        tenant.id().value()));
            }
        }
        GatewayConfig.Identity identity = config.identity();
        broker = wanted.isEmpty() || identity == null
                ? null
                : new TokenBroker(
                        wanted,
                        identity.workload(),
                        identity.iamCredentials(),
                        Federation.bounds(config.limits()),
                        clock);
        List<MemberGroups.Source> sources = new ArrayList<>();
        if (broker != null) {
            Map<String, CredentialSource> own = broker.sources();
            graphs.forEach((tenant, graph) -> {
                CredentialSource token = own.get(name(tenant));
                if (token != null) {
                    sources.add(new MemberGroups.Source(tenant, graph, token));
                }
            });
        }
        groups = MemberGroups.of(sources, bounds(config.limits()), clock);
    }

    /** What firegate's token for a tenant's Graph is called in the log. */
    public static String name(Guid tenant) {
        return "graph of " + tenant;
    }

    private static GraphBounds bounds(Limits limits) {
        return new GraphBounds(
                limits.getDuration(Limit.GROUP_LOOKUP_MILLIS),
                limits.getInt(Limit.GROUP_ANSWER_BYTES),
                limits.getInt(Limit.GROUPS_LOOKED_UP),
                limits.getInt(Limit.GROUP_LOOKUPS),
                limits.getDuration(Limit.GROUP_REFRESH_MILLIS),
                limits.getDuration(Limit.GROUP_AGE_MILLIS),
                limits.getInt(Limit.GROUP_CALLERS),
                limits.getDuration(Limit.GROUP_PAUSE_MILLIS));
    }

    /** Which groups callers are in. */
    public MemberGroups groups() {
        return groups;
    }

    /** How firegate's tokens stand, by {@link #name}. */
    public List<CredentialStatus> tokens() {
        return broker == null ? List.of() : broker.status();
    }

    /** Begins to fetch the tokens; the stage says whether all are there. */
    public CompletionStage<Boolean> start() {
        return broker == null ? CompletableFuture.completedFuture(true) : broker.start();
    }

    @Override
    public void close() {
        groups.close();
        if (broker != null) {
            broker.close();
        }
    }
}
