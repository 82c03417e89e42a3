package io.firegate.metrics;

import io.firegate.audit.AuditLog;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.graph.MemberGroups;
import io.firegate.firestore.upstream.UpstreamCounts;
import io.firegate.reload.PolicyStore;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the numbers come from that nobody has to count: read when somebody asks, safe for any thread.
 *
 * @param version firegate's own
 * @param exchanges what is counted for each request
 * @param exchangesRunning requests that have not ended
 * @param requestBytesHeld bytes of unfinished request bodies
 * @param streamsOpen streams in both directions
 * @param bufferBytes of network buffers outside the heap, free ones that are kept included
 * @param groups looks up the groups of callers whose token does not hold them
 * @param credentials how the service accounts' credentials stand
 * @param upstreams one for each event loop
 */
public record Readings(
        InstantSource clock,
        String version,
        ExchangeCounters exchanges,
        LongSupplier exchangesRunning,
        LongSupplier requestBytesHeld,
        LongSupplier streamsOpen,
        LongSupplier bufferBytes,
        TokenVerifier verifier,
        MemberGroups groups,
        Supplier<List<CredentialStatus>> credentials,
        PolicyStore policies,
        List<UpstreamCounts> upstreams,
        Connections connections,
        AuditLog record) {
    public Readings {
        upstreams = List.copyOf(upstreams);
    }

    /**
     * The clients' connections.
     *
     * @param open now
     * @param accepted since the start
     * @param refused since the start
     */
    public record Connections(LongSupplier open, LongSupplier accepted, LongSupplier refused) {}
}
