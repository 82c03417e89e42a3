package io.firegate.metrics;

import io.firegate.auth.entra.KeyStatus;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.graph.GraphStatus;
import io.firegate.firestore.upstream.UpstreamCounts;
import io.firegate.reload.PolicyStatus;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** All metrics as they are now: {@link Metric} in its order and the JVM's own, as text. Safe for any thread. */
public final class Scrape {
    private static final ExpositionFormatWriter PROMETHEUS = PrometheusTextFormatWriter.create();
    private static final ExpositionFormatWriter OPEN_METRICS = OpenMetricsTextFormatWriter.create();

    private final Readings readings;
    private final PrometheusRegistry registry = new PrometheusRegistry();

    /** A page about one gateway. */
    public Scrape(Readings readings) {
        this.readings = readings;
        registry.register(this::own);
        JvmMetrics.builder().register(registry);
    }

    /** The page. */
    public record Page(String contentType, String text) {}

    /**
     * Reads everything and writes it down.
     *
     * @param accept the {@code Accept} header: OpenMetrics for who names it, else Prometheus' text format
     */
    public Page page(@Nullable String accept) {
        ExpositionFormatWriter writer = OPEN_METRICS.accepts(accept) ? OPEN_METRICS : PROMETHEUS;
        ByteArrayOutputStream text = new ByteArrayOutputStream(16_384);
        try {
            writer.write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Page(writer.getContentType(), text.toString(StandardCharsets.UTF_8));
    }

    MetricSnapshots own() {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        for (Metric metric : Metric.values()) {
            snapshots.add(snapshot(metric));
        }
        return new MetricSnapshots(snapshots);
    }

    private MetricSnapshot snapshot(Metric metric) {
        return switch (metric) {
            case EXCHANGE_DURATION -> histogram(metric, readings.exchanges().wholeDurations());
            case UPSTREAM_DURATION -> histogram(metric, readings.exchanges().upstreamDurations());
            default -> plain(metric, samples(metric));
        };
    }

    private List<Sample> samples(Metric metric) {
        return switch (metric) {
            case DECISIONS -> readings.exchanges().decisions();
            case EXCHANGES -> readings.exchanges().ends();
            case EXCHANGES_RUNNING -> Sample.of(readings.exchangesRunning().getAsLong());
            case EXCHANGE_DURATION, UPSTREAM_DURATION -> throw new IllegalArgumentException(metric + " is a histogram");
            case REQUEST_BYTES_HELD -> Sample.of(readings.requestBytesHeld().getAsLong());
            case STREAMS_OPEN -> Sample.of(readings.streamsOpen().getAsLong());
            case BUFFER_BYTES -> Sample.of(readings.bufferBytes().getAsLong());
            case TOKENS -> readings.exchanges().tokens();
            case TOKEN_CACHE_LOOKUPS ->
                List.of(
                        Sample.counted(List.of("hit"), readings.verifier().cacheHits()),
                        Sample.counted(List.of("miss"), readings.verifier().cacheMisses()));
            case TOKENS_CACHED -> Sample.of(readings.verifier().tokensCached());
            case KEYS -> byTenant(keys -> (double) keys.keys());
            case KEYS_USABLE -> byTenant(keys -> flag(keys.usable()));
            case KEYS_AGE -> byTenant(this::age);
            case KEY_FETCHES -> byTenant(keys -> (double) keys.fetches());
            case KEY_FETCHES_FAILED -> byTenant(keys -> (double) keys.failures());
            case GROUP_LOOKUPS -> lookups();
            case GROUP_CALLERS -> Sample.of(readings.groups().entries());
            case GRAPH_USABLE ->
                readings.groups().status().stream()
                        .map(graph -> new Sample(List.of(graph.tenant().toString()), flag(!graph.failing())))
                        .toList();
            case POLICY ->
                List.of(new Sample(List.of(readings.policies().current().id()), 1));
            case POLICY_RULES -> Sample.of(readings.policies().current().ruleCount());
            case POLICY_BINDINGS -> Sample.of(readings.policies().current().bindingCount());
            case POLICY_SINCE -> Sample.of(unix(status().since()));
            case POLICY_READS -> reads(status());
            case POLICY_READ_AT -> Sample.of(unix(status().readAt()));
            case POLICY_READ_GOOD -> Sample.of(flag(status().failure() == null));
            case CREDENTIAL_USABLE ->
                byCredential(credential -> List.of(new Sample(List.of(credential.name()), flag(credential.usable()))));
            case CREDENTIAL_EXPIRY -> byCredential(Scrape::expiry);
            case CREDENTIAL_REFRESHES -> byCredential(Scrape::refreshes);
            case CREDENTIAL_FAILURES -> byCredential(Scrape::failures);
            case UPSTREAM_CONNECTIONS -> overLoops(UpstreamCounts::connectionsOpen);
            case UPSTREAM_CONNECTIONS_OPENED -> overLoops(UpstreamCounts::connectionsOpened);
            case UPSTREAM_CONNECTIONS_LOST -> overLoops(UpstreamCounts::connectionsLost);
            case UPSTREAM_CONNECTS_FAILED -> overLoops(UpstreamCounts::connectsFailed);
            case UPSTREAM_CALLS_PENDING -> overLoops(UpstreamCounts::callsPending);
            case UPSTREAM_CALLS_REFUSED -> overLoops(UpstreamCounts::callsRefused);
            case CONNECTIONS -> Sample.of(readings.connections().open().getAsLong());
            case CONNECTIONS_ACCEPTED ->
                Sample.of(readings.connections().accepted().getAsLong());
            case CONNECTIONS_REFUSED ->
                Sample.of(readings.connections().refused().getAsLong());
            case RECORD_LINES -> Sample.of(readings.record().linesWritten());
            case RECORD_LINES_LOST -> Sample.of(readings.record().linesDropped());
            case RECORD_LINES_QUEUED -> Sample.of(readings.record().linesQueued());
            case RECORD_WRITABLE -> Sample.of(flag(readings.record().healthy()));
            case RECORD_FAILURES -> Sample.of(readings.record().failures());
            case BUILD ->
                List.of(new Sample(List.of(readings.version(), Runtime.version().toString()), 1));
        };
    }

    private List<Sample> lookups() {
        List<Sample> samples = new ArrayList<>();
        for (GraphStatus graph : readings.groups().status()) {
            String tenant = graph.tenant().toString();
            samples.add(Sample.counted(List.of(tenant, "memory"), graph.cached()));
            samples.add(Sample.counted(List.of(tenant, "graph"), graph.asked()));
            graph.failures()
                    .forEach((cause, count) -> samples.add(Sample.counted(List.of(tenant, cause.name()), count)));
        }
        return samples;
    }

    private PolicyStatus status() {
        return readings.policies().status();
    }

    private static List<Sample> reads(PolicyStatus status) {
        return List.of(
                Sample.counted(List.of("loaded"), status.loaded()),
                Sample.counted(List.of("unchanged"), status.unchanged()),
                Sample.counted(List.of("refused"), status.refused()));
    }

    /** One series for each tenant the number exists for. */
    private List<Sample> byTenant(Function<KeyStatus, @Nullable Double> number) {
        List<Sample> samples = new ArrayList<>();
        for (KeyStatus keys : readings.verifier().keys()) {
            Double value = number.apply(keys);
            if (value != null) {
                samples.add(new Sample(List.of(keys.tenant().toString()), value));
            }
        }
        return samples;
    }

    private List<Sample> byCredential(Function<CredentialStatus, List<Sample>> samples) {
        return readings.credentials().get().stream()
                .flatMap(credential -> samples.apply(credential).stream())
                .toList();
    }

    private static List<Sample> expiry(CredentialStatus credential) {
        Instant expires = credential.expiresAt();
        return expires == null ? List.of() : List.of(new Sample(List.of(credential.name()), unix(expires)));
    }

    private static List<Sample> refreshes(CredentialStatus credential) {
        long failed = credential.failures().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return List.of(
                Sample.counted(List.of(credential.name(), "failed"), failed),
                Sample.counted(List.of(credential.name(), "ok"), credential.refreshes()));
    }

    private static List<Sample> failures(CredentialStatus credential) {
        List<Sample> samples = new ArrayList<>();
        credential
                .failures()
                .forEach(
                        (cause, count) -> samples.add(Sample.counted(List.of(credential.name(), cause.name()), count)));
        return samples;
    }

    private @Nullable Double age(KeyStatus keys) {
        Instant confirmed = keys.confirmedAt();
        return confirmed == null ? null : (readings.clock().millis() - confirmed.toEpochMilli()) / 1e3;
    }

    private List<Sample> overLoops(ToLongFunction<UpstreamCounts> number) {
        return Sample.of(readings.upstreams().stream().mapToLong(number).sum());
    }

    private static double flag(boolean on) {
        return on ? 1 : 0;
    }

    private static double unix(Instant time) {
        return time.toEpochMilli() / 1e3;
    }

    private static MetricSnapshot plain(Metric metric, List<Sample> samples) {
        return switch (metric.type()) {
            case COUNTER -> {
                CounterSnapshot.Builder counter =
                        CounterSnapshot.builder().name(metric.baseName()).help(metric.help());
                for (Sample sample : samples) {
                    counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(labels(metric, sample.labels()))
                            .value(sample.value())
                            .build());
                }
                yield counter.build();
            }
            case GAUGE -> {
                GaugeSnapshot.Builder gauge =
                        GaugeSnapshot.builder().name(metric.baseName()).help(metric.help());
                for (Sample sample : samples) {
                    gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .labels(labels(metric, sample.labels()))
                            .value(sample.value())
                            .build());
                }
                yield gauge.build();
            }
            case INFO -> {
                InfoSnapshot.Builder info =
                        InfoSnapshot.builder().name(metric.baseName()).help(metric.help());
                for (Sample sample : samples) {
                    info.dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                            .labels(labels(metric, sample.labels()))
                            .build());
                }
                yield info.build();
            }
            case HISTOGRAM -> throw new IllegalArgumentException(metric + " is a histogram");
        };
    }

    private static MetricSnapshot histogram(Metric metric, Map<String, Latency> latencies) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(metric.baseName()).help(metric.help());
        latencies.forEach((label, latency) -> histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .labels(labels(metric, List.of(label)))
                .classicHistogramBuckets(ClassicHistogramBuckets.of(Latency.bounds(), latency.counts()))
                .sum(latency.seconds())
                .build()));
        return histogram.build();
    }

    private static Labels labels(Metric metric, List<String> values) {
        List<String> names = metric.labels().stream().map(Label::label).toList();
        return Labels.of(names, values);
    }
}
