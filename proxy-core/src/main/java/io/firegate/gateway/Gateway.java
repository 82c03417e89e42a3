package io.firegate.gateway;

import io.firegate.admin.AdminListener;
import io.firegate.admin.AdminPages;
import io.firegate.admin.Health;
import io.firegate.admin.Stage;
import io.firegate.audit.AuditLog;
import io.firegate.auth.entra.Authority;
import io.firegate.auth.entra.DiscoveredKeys;
import io.firegate.auth.entra.KeyBounds;
import io.firegate.auth.entra.KeyFile;
import io.firegate.auth.entra.KeySource;
import io.firegate.auth.entra.TenantSettings;
import io.firegate.auth.entra.TokenBounds;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.entra.TokenVersion;
import io.firegate.cli.GatewayStarter;
import io.firegate.config.GatewayConfig;
import io.firegate.config.HostPort;
import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.edge.EdgeServices;
import io.firegate.edge.FrontListener;
import io.firegate.edge.Tls;
import io.firegate.edge.Transport;
import io.firegate.exchange.ExchangeServices;
import io.firegate.exchange.HeldBytes;
import io.firegate.exchange.Worker;
import io.firegate.firestore.enforce.Enforcer;
import io.firegate.firestore.handle.HandleKeyFile;
import io.firegate.firestore.handle.HandleKeys;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.upstream.UpstreamSettings;
import io.firegate.metrics.ExchangeCounters;
import io.firegate.metrics.Readings;
import io.firegate.metrics.Scrape;
import io.firegate.policy.yaml.Problem;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway. Started and stopped by one thread. */
public final class Gateway implements GatewayStarter.Gateway {
    /** Netty's property for how many chunks of large buffers each of its pools keeps when they are free. */
    private static final String CHUNKS_KEPT = "io.netty.allocator.chunkReuseQueueCapacity";

    static {
        // Netty keeps two per core and gives the rest back to the system at once, which maps, clears and faults in each
        // page anew when the
        // next answers come: under full load that was up to half of all CPU. What is kept never exceeds what was in
        // use.
        // Before any
        // buffer, since Netty reads it once; who set it wins.
        if (System.getProperty(CHUNKS_KEPT) == null) {
            System.setProperty(CHUNKS_KEPT, "64");
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    /** For work that takes microseconds; a loop that needs longer never ends it. */
    private static final int SETTLE_SECONDS = 5;

    private final GatewayStarter.Parts parts;
    private final Limits limits;
    private final AuditLog audit;
    private final TokenVerifier verifier;
    private final Federation federation;
    private final Directories directories;
    private final HandleSealer handles;
    private final EventLoopGroup loops;
    private final Map<EventLoop, Worker> workers;
    private final FrontListener.Connections connections = new FrontListener.Connections();
    private final List<FrontListener> listeners = new ArrayList<>();
    private final CountDownLatch hurry = new CountDownLatch(1);
    private final Stage stage = new Stage();
    private @Nullable AdminListener admin;

    private Gateway(
            GatewayStarter.Parts parts,
            AuditLog audit,
            UpstreamSettings upstream,
            HandleSealer handles,
            Transport transport) {
        GatewayConfig config = parts.config();
        this.parts = parts;
        this.handles = handles;
        this.limits = config.limits();
        this.audit = audit;
        this.verifier = verifier(config, parts.clock());
        this.federation = new Federation(config, parts.clock());
        this.directories = new Directories(config, parts.clock());
        this.loops = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(), new DefaultThreadFactory("firegate-io"), transport.io());
        this.workers = new HashMap<>();
        for (EventExecutor executor : loops) {
            EventLoop loop = (EventLoop) executor;
            workers.put(loop, new Worker(loop, transport.clients(), upstream));
        }
    }

    /** Starts a gateway; nothing is left open unless it runs. */
    public static GatewayStarter.Started start(GatewayStarter.Parts parts) {
        GatewayConfig config = parts.config();
        List<@Nullable SslContext> serverTls = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (GatewayConfig.Listener listener : config.listeners()) {
            serverTls.add(serverTls(listener, problems));
        }
        UpstreamSettings upstream = upstream(config, problems);
        HandleSealer handles = handles(config.handles(), problems);
        if (!problems.isEmpty() || upstream == null || handles == null) {
            return new GatewayStarter.Started.Refused(problems);
        }
        AuditLog audit = AuditLog.start(config.audit().file(), config.limits().getInt(Limit.AUDIT_QUEUE_LINES));
        String unwritable = audit.problem();
        if (unwritable != null && config.audit().onFailure() == GatewayConfig.OnFailure.DENY) {
            audit.close();
            return refused("audit.file", unwritable, "name a file that can be written, or free the disk");
        }
        lookForNoLeaks();
        Transport transport = Transport.best();
        Gateway gateway = new Gateway(parts, audit, upstream, handles, transport);
        GatewayStarter.Started opened = gateway.open(parts, serverTls, transport);
        if (!(opened instanceof GatewayStarter.Started.Running)) {
            gateway.close();
        }
        return opened;
    }

    /** Leaks are the tests' business: following one buffer in 128 costs a twentieth of a small request. Its property wins. */
    private static void lookForNoLeaks() {
        if (System.getProperty("io.netty.leakDetection.level") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    private GatewayStarter.Started open(
            GatewayStarter.Parts parts, List<@Nullable SslContext> serverTls, Transport transport) {
        GatewayConfig config = parts.config();
        ExchangeCounters counters = new ExchangeCounters();
        HeldBytes held = HeldBytes.of(limits, PlatformDependent.maxDirectMemory());
        if (!held.isAsSaid(limits)) {
            log.atInfo()
                    .addKeyValue("requestBytesTotal", held.requests())
                    .addKeyValue("answerBytesTotal", held.answers())
                    .log("less may be held than the limits say: a third each of the memory for buffers"
                            + " (-XX:MaxDirectMemorySize, else that of the heap)");
        }
        ExchangeServices exchanges = new ExchangeServices(
                parts.clock(),
                verifier,
                directories.groups(),
                parts.policies()::current,
                new Enforcer(handles, limits.getInt(Limit.REQUEST_PARTS)),
                federation.providers(),
                audit,
                config.audit().onFailure() == GatewayConfig.OnFailure.ALLOW,
                config.answers().filteredHeader(),
                counters,
                held,
                limits);
        EdgeServices edge = new EdgeServices(exchanges, config.trustedProxies(), limits);
        AdminListener health;
        try {
            health = AdminListener.bind(
                    new AdminPages(health(), new Scrape(readings(exchanges, counters))),
                    transport,
                    config.admin().address().toSocketAddress());
        } catch (Exception e) {
            if (e instanceof IOException io) {
                return cannotListen("admin.address", config.admin().address(), io);
            }
            throw e;
        }
        admin = health;
        for (int i = 0; i < config.listeners().size(); i++) {
            GatewayConfig.Listener listener = config.listeners().get(i);
            HostPort address = listener.address();
            try {
                listeners.add(FrontListener.bind(
                        edge, workers, serverTls.get(i), connections, transport, loops, address.toSocketAddress()));
            } catch (Exception e) {
                if (e instanceof IOException io) {
                    return cannotListen("listeners." + i + ".address", address, io);
                }
                throw e;
            }
        }
        verifier.start().thenAccept(ready -> {
            if (!ready) {
                log.warn("signing keys are not available yet: {}", verifier.keys());
            }
        });
        directories.start().thenAccept(ready -> {
            if (!ready) {
                log.warn("not every token for Microsoft Graph is available yet; see the lines above");
            }
        });
        federation.start().thenAccept(ready -> {
            if (!ready) {
                log.warn("not every Google credential is available yet; see the lines above and /readyz?verbose");
            }
        });
        stage.serving();
        log.atInfo()
                .addKeyValue(
                        "listeners",
                        listeners.stream().map(FrontListener::address).toList())
                .addKeyValue("admin", health.address())
                .addKeyValue("transport", transport.name())
                .addKeyValue("tls", Tls.provider())
                .addKeyValue("rsa", TokenVerifier.signatureProvider())
                .addKeyValue("handleKeys", handles)
                .addKeyValue("snapshot", parts.policies().current().id())
                .log("serving");
        return new GatewayStarter.Started.Running(this);
    }

    /** Where each listener of the configuration listens, in its order. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream().map(FrontListener::address).toList();
    }

    /** Where the admin listener listens; only of a gateway that was started. */
    public InetSocketAddress adminAddress() {
        AdminListener health = admin;
        if (health == null) {
            throw new IllegalStateException("the admin listener is not open");
        }
        return health.address();
    }

    private Health health() {
        boolean recordRequired = parts.config().audit().onFailure() == GatewayConfig.OnFailure.DENY;
        return Health.of(
                stage, verifier, directories.groups(), federation::status, parts.policies(), audit, recordRequired);
    }

    private Readings readings(ExchangeServices exchanges, ExchangeCounters counters) {
        String version = Gateway.class.getPackage().getImplementationVersion();
        return new Readings(
                parts.clock(),
                version == null ? "unknown" : version,
                counters,
                () -> workers.values().stream().mapToLong(Worker::exchanges).sum(),
                exchanges::requestBytesHeld,
                exchanges::streamsOpen,
                Gateway::bufferBytes,
                verifier,
                directories.groups(),
                federation::status,
                parts.policies(),
                workers.values().stream()
                        .map(worker -> worker.upstream().counts())
                        .toList(),
                new Readings.Connections(connections::count, connections::accepted, connections::refused),
                audit);
    }

    private static long bufferBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }

    @Override
    public void stop() {
        stage.draining();
        log.atInfo().addKeyValue("connections", connections.count()).log("draining");
        pause(limits.getDuration(Limit.DRAIN_DELAY_MILLIS), false);
        for (FrontListener listener : listeners) {
            listener.stopAccepting();
        }
        connections.drain();
        pause(limits.getDuration(Limit.DRAIN_MILLIS), true);
        close();
        log.info("stopped");
    }

    @Override
    public void hurry() {
        hurry.countDown();
        connections.hurry();
    }

    /** Waits: for the whole time, or until the last connection is gone, but not when somebody is in a hurry. */
    private void pause(Duration time, boolean forConnections) {
        try {
            if (forConnections) {
                connections.awaitNone(time);
            } else {
                boolean cutShort = hurry.await(time.toNanos(), TimeUnit.NANOSECONDS);
                log.debug("drain delay over, cut short: {}", cutShort);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void close() {
        for (FrontListener listener : listeners) {
            listener.stopAccepting();
        }
        connections.cut();
        // A loop that is shut down may end without having told its connections so: their calls would miss in the
        // record. Two rounds,
        // because a connection's end is told by a task that the first one queues.
        settle();
        settle();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        verifier.close();
        federation.close();
        directories.close();
        audit.close();
        // Last, so that whoever watches is told of the end by somebody.
        AdminListener health = admin;
        if (health != null) {
            health.close();
        }
    }

    /** Waits until each event loop has done what it has been given so far. */
    private void settle() {
        for (EventLoop loop : workers.keySet()) {
            boolean done = loop.submit(() -> {}).awaitUninterruptibly(SETTLE_SECONDS, TimeUnit.SECONDS);
            if (!done) {
                log.warn("an event loop is stuck; what runs on it is missing in the record");
            }
        }
    }

    /** A verifier of a configuration's tenants that has fetched nothing. */
    public static TokenVerifier verifier(GatewayConfig config, InstantSource clock) {
        Limits limits = config.limits();
        Duration fetchTimeout = limits.getDuration(Limit.KEY_FETCH_MILLIS);
        HttpClient client = DiscoveredKeys.newClient(fetchTimeout);
        KeyBounds keys = new KeyBounds(
                limits.getInt(Limit.KEY_SET_BYTES),
                limits.getInt(Limit.KEY_SET_KEYS),
                fetchTimeout,
                limits.getDuration(Limit.KEY_REFRESH_MILLIS),
                limits.getDuration(Limit.KEY_UNKNOWN_MILLIS),
                KeyBounds.AGE_MAX_DEFAULT);
        List<TenantSettings> tenants = config.tenants().stream()
                .map(tenant -> tenant(tenant, client, keys))
                .toList();
        TokenBounds tokens = new TokenBounds(
                limits.getInt(Limit.TOKEN_BYTES),
                limits.getDuration(Limit.TOKEN_LIFETIME_MILLIS),
                limits.getDuration(Limit.CLOCK_SKEW_MILLIS),
                limits.getInt(Limit.TOKENS_CACHED));
        return new TokenVerifier(tenants, tokens, keys, clock);
    }

    private static TenantSettings tenant(GatewayConfig.Tenant tenant, HttpClient client, KeyBounds keyBounds) {
        Set<TokenVersion> versions = tenant.versions().stream()
                .map(version -> TokenVersion.parse(version.toString()).orElseThrow())
                .collect(Collectors.toUnmodifiableSet());
        Authority authority = new Authority(
                tenant.authority().toString(), tenant.cloud().authority().v1Issuers());
        KeySource keys = switch (tenant.keys()) {
            case GatewayConfig.Keys.Discovery ignored ->
                new DiscoveredKeys(tenant.id(), authority, versions, keyBounds, client);
            case GatewayConfig.Keys.JwkSetFile set -> new KeyFile(set.file(), versions, keyBounds.setBytesMax());
        };
        return new TenantSettings(
                tenant.id(),
                versions,
                Set.copyOf(tenant.audiences()),
                tenant.demands(),
                authority,
                keys,
                Set.copyOf(tenant.claims()),
                tenant.graph() != null);
    }

    private static @Nullable UpstreamSettings upstream(GatewayConfig config, List<Problem> problems) {
        Limits limits = config.limits();
        SslContext tls = null;
        HostPort address;
        switch (config.upstream()) {
            case GatewayConfig.Upstream.Endpoint endpoint -> {
                address = endpoint.address();
                try {
                    tls = Tls.client();
                } catch (SSLException e) {
                    problems.add(Problem.ofFile("upstream.endpoint", "TLS is not available: " + e.getMessage(), null));
                    return null;
                }
            }
            case GatewayConfig.Upstream.Emulator emulator -> address = emulator.address();
        }
        return new UpstreamSettings(
                address.host(),
                address.port(),
                tls,
                limits.getDuration(Limit.UPSTREAM_CONNECT_MILLIS),
                limits.getInt(Limit.UPSTREAM_STREAM_WINDOW_BYTES),
                limits.getInt(Limit.UPSTREAM_CONNECTION_WINDOW_BYTES),
                limits.getInt(Limit.UPSTREAM_CONNECTIONS),
                limits.getInt(Limit.UPSTREAM_PENDING));
    }

    private static @Nullable HandleSealer handles(GatewayConfig.Handles handles, List<Problem> problems) {
        Path file = handles.keyFile();
        if (file == null) {
            log.warn(
                    "no `handles.keyFile`: handles are sealed with a random key, so none outlives this process, and other"
                            + " replicas do not know them");
            return new HandleSealer(HandleKeys.random());
        }
        return switch (HandleKeyFile.read(file)) {
            case HandleKeyFile.Reading.Refused refused -> {
                problems.addAll(refused.problems());
                yield null;
            }
            case HandleKeyFile.Reading.Keys read -> {
                for (Problem warning : read.warnings()) {
                    log.warn("{}", warning.render());
                }
                yield new HandleSealer(read.keys());
            }
        };
    }

    private static @Nullable SslContext serverTls(GatewayConfig.Listener listener, List<Problem> problems) {
        GatewayConfig.Tls tls = listener.tls();
        if (tls == null) {
            return null;
        }
        try {
            return Tls.server(tls.certificate(), tls.key());
        } catch (SSLException | IllegalArgumentException e) {
            problems.add(Problem.ofFile(
                    tls.certificate().toString(),
                    "certificate and key of listener " + listener.address() + " cannot be used: " + e.getMessage(),
                    "PEM files: the chain leaf first, and its PKCS #8 private key (" + tls.key() + ")"));
            return null;
        }
    }

    /** NIO and epoll throw classes of their own for it; the words are the system's in both. */
    private static GatewayStarter.Started cannotListen(String setting, HostPort address, IOException e) {
        String why = String.valueOf(e.getMessage());
        return why.contains("Address already in use")
                ? new GatewayStarter.Started.AddressInUse(setting, address)
                : refused(setting, "cannot listen at " + address + ": " + why, "name an address of this machine");
    }

    private static GatewayStarter.Started refused(String setting, String problem, String fix) {
        return new GatewayStarter.Started.Refused(List.of(Problem.ofFile(setting, problem, fix)));
    }
}
