package io.firegate.metrics;

import io.firegate.audit.AuditLog;
import io.firegate.audit.AuditSink;
import io.firegate.auth.entra.Cloud;
import io.firegate.auth.entra.Demands;
import io.firegate.auth.entra.KeyBounds;
import io.firegate.auth.entra.KeySource;
import io.firegate.auth.entra.TenantSettings;
import io.firegate.auth.entra.TokenBounds;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.entra.TokenVersion;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.graph.GraphBounds;
import io.firegate.auth.graph.MemberGroups;
import io.firegate.policy.Guid;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.Principal;
import io.firegate.policy.yaml.Problem;
import io.firegate.reload.Policies;
import io.firegate.reload.PolicySource;
import io.firegate.reload.PolicyStore;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Everything a gateway says of itself, without a gateway: nothing moves unless the test moves it. Used by one thread. */
public final class StillGateway implements AutoCloseable {
    public static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e2";

    public final ExchangeCounters counters = new ExchangeCounters();
    public final Sink sink = new Sink();
    public final AuditLog record;
    public final TokenVerifier verifier;
    public final MemberGroups groups;
    public final PolicyStore policies;
    /** How the service accounts' credentials stand; none unless the test sets some. */
    public volatile List<CredentialStatus> credentials = List.of();

    private final Source source = new Source();

    /** A record in memory. */
    public static final class Sink implements AuditSink {
        public volatile boolean broken;

        @Override
        public void open() throws IOException {
            if (broken) {
                throw new IOException("no room for the record");
            }
        }

        @Override
        public void write(ByteBuffer lines) {
            lines.position(lines.limit());
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return "memory";
        }
    }

    private static final class Source implements PolicySource {
        boolean broken;

        @Override
        public String state() {
            return "";
        }

        @Override
        public Reading read() {
            return broken
                    ? new Reading.Refused(List.of(Problem.ofFile("p.yaml", "broken", null)), "")
                    : new Reading.Files(List.of(PolicyFile.of("p.yaml", Policies.withTier("one"))), "one", "");
        }

        @Override
        public String shown(String name) {
            return name;
        }
    }

    /**
     * One that has asked for no keys yet.
     *
     * @param others tenants beside {@link #TENANT}, whose keys come from a source of their own
     */
    public StillGateway(KeySource keys, Map<String, KeySource> others, boolean sinkBroken) {
        sink.broken = sinkBroken;
        record = AuditLog.start(sink, 100);
        KeyBounds bounds = new KeyBounds(
                10_000,
                10,
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                Duration.ofSeconds(30),
                KeyBounds.AGE_MAX_DEFAULT);
        List<TenantSettings> tenants = new java.util.ArrayList<>(List.of(tenant(TENANT, keys)));
        others.forEach((id, theirs) -> tenants.add(tenant(id, theirs)));
        verifier = new TokenVerifier(
                tenants,
                new TokenBounds(10_000, Duration.ofHours(2), Duration.ofMinutes(1), 100),
                bounds,
                StillGateway::now);
        groups = MemberGroups.of(
                List.of(new MemberGroups.Source(guid(TENANT), URI.create("http://127.0.0.1:1"), () -> null)),
                new GraphBounds(
                        Duration.ofSeconds(5),
                        10_000,
                        100,
                        10,
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(15),
                        100,
                        Duration.ofSeconds(30)),
                StillGateway::now);
        PolicyStore.Opened opened =
                PolicyStore.open(source, files -> PolicyCompiler.compile(files, null), StillGateway::now);
        if (!(opened instanceof PolicyStore.Opened.Ready ready)) {
            throw new IllegalStateException("the policy of the tests is broken");
        }
        policies = ready.store();
    }

    /** The time, which stands still. */
    static Instant now() {
        return Instant.parse("2026-11-22T10:00:00Z");
    }

    /** The policy's files are broken from now on. */
    public void breakPolicy() {
        source.broken = true;
        policies.reload();
    }

    /** Somebody's groups are asked for, and there is no token for Graph. */
    public void lookUpInVain() {
        Guid somebody = guid(TENANT);
        groups.of(
                new Principal(somebody, somebody, Principal.Kind.USER, somebody, Set.of(), Set.of(), "", Instant.MAX),
                Set.of(somebody));
    }

    /** What is read when somebody looks. */
    public Readings readings() {
        return new Readings(
                StillGateway::now,
                "1.2.3",
                counters,
                () -> 7,
                () -> 4_096,
                () -> 6,
                () -> 65_536,
                verifier,
                groups,
                () -> credentials,
                policies,
                List.of(),
                new Readings.Connections(() -> 3, () -> 5, () -> 2),
                record);
    }

    /** Keys that cannot be had. */
    public static CompletionStage<KeySource.Answer> noKeys() {
        return CompletableFuture.completedFuture(new KeySource.Answer.Failed("nobody answers"));
    }

    /** Keys that are published. */
    public static KeySource published(String keySet) {
        return () -> CompletableFuture.completedFuture(new KeySource.Answer.Documents(
                Map.of(TokenVersion.V2, keySet.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    private static TenantSettings tenant(String id, KeySource keys) {
        return new TenantSettings(
                guid(id),
                Set.of(TokenVersion.V2),
                Set.of("api"),
                Demands.scope("Data.Access"),
                Cloud.GLOBAL.authority(),
                keys);
    }

    private static Guid guid(String text) {
        @Nullable Guid guid = Guid.parse(text).orElse(null);
        if (guid == null) {
            throw new IllegalArgumentException(text);
        }
        return guid;
    }

    @Override
    public void close() {
        verifier.close();
        groups.close();
        record.close();
    }
}
