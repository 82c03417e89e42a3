package io.firegate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.audit.OutcomeLine.Source;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.error.ErrorCode;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DenyReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of metrics, the page Prometheus reads, and the page people read. {@code -Dupdate-goldens} writes both anew. */
class MetricTest {
    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final Path GOLDEN = Path.of("src/test/resources/metrics/scrape.golden");
    private static final String HOW = "run: mvn -pl proxy-core -am test -Dtest=MetricTest -Dupdate-goldens";

    @Test
    void namesFollowPrometheusCustoms() {
        assertThat(Stream.of(Metric.values()).map(Metric::fullName)).doesNotHaveDuplicates();
        for (Metric metric : Metric.values()) {
            String name = metric.fullName();
            assertThat(name).matches("firegate(_[a-z]+)+");
            assertThat(name.endsWith("_total")).as(name).isEqualTo(metric.type() == Metric.Type.COUNTER);
            assertThat(name.endsWith("_info")).as(name).isEqualTo(metric.type() == Metric.Type.INFO);
            assertThat(metric.help()).as(name).isNotBlank().doesNotEndWith(".");
            assertThat(metric.labels().stream().map(Label::label)).as(name).doesNotHaveDuplicates();
        }
    }

    @Test
    void aScrapeShowsEveryMetric() throws Exception {
        String page;
        try (StillGateway gateway = new StillGateway(StillGateway::noKeys, Map.of(), false)) {
            gateway.verifier.refreshKeys().toCompletableFuture().join();
            gateway.breakPolicy();
            ExchangeCounters counters = gateway.counters;
            counters.tokenAccepted();
            counters.decided(FirestoreMethod.GET_DOCUMENT, null);
            counters.ended(FirestoreMethod.GET_DOCUMENT, GrpcStatus.OK, Source.UPSTREAM, 3_000_000, 2_000_000);
            counters.decided(FirestoreMethod.RUN_QUERY, DenyReason.NO_RULE);
            counters.ended(FirestoreMethod.RUN_QUERY, GrpcStatus.PERMISSION_DENIED, Source.FIREGATE, 250_000, -1);
            counters.decided(null, TokenProblem.EXPIRED);
            counters.ended(null, GrpcStatus.UNAUTHENTICATED, Source.FIREGATE, 400_000_000_000L, -1);
            counters.decided(FirestoreMethod.GET_DOCUMENT, ErrorCode.OVERLOADED);
            gateway.credentials = List.of(new CredentialStatus(
                    "staff",
                    true,
                    Instant.parse("2026-11-22T10:40:00Z"),
                    true,
                    CredentialProblem.THROTTLED,
                    "not shown",
                    4,
                    Map.of(CredentialProblem.THROTTLED, 2L, CredentialProblem.TIMEOUT, 1L)));
            page = new Scrape(gateway.readings()).page(null).text();
        }
        String own = page.lines()
                        .filter(line -> line.contains("firegate_"))
                        .map(line -> line.replace(Runtime.version().toString(), "JAVA"))
                        .collect(Collectors.joining("\n"))
                + "\n";
        if (System.getProperty("update-goldens") != null) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, own);
        }
        assertThat(own).as(HOW).isEqualTo(Files.readString(GOLDEN));
        assertThat(page).contains("jvm_memory_used_bytes", "process_start_time_seconds");
        for (Metric metric : Metric.values()) {
            // Keys were never had, so they have no age.
            if (metric != Metric.KEYS_AGE) {
                assertThat(own).contains("# TYPE " + metric.fullName() + " ");
            }
        }
    }

    @Test
    void openMetricsIsGivenToWhoAsksForIt() throws Exception {
        try (StillGateway gateway = new StillGateway(StillGateway::noKeys, Map.of(), false)) {
            Scrape scrape = new Scrape(gateway.readings());
            Scrape.Page asked = scrape.page("application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
            assertThat(asked.contentType()).startsWith("application/openmetrics-text");
            assertThat(asked.text()).endsWith("# EOF\n").contains("firegate_policy_info{snapshot=");
            assertThat(scrape.page("text/plain").contentType()).startsWith("text/plain; version=0.0.4");
            assertThat(scrape.page(null).text()).doesNotContain("# EOF");
        }
    }

    /** Every word that can be a reason has a number of its own, and keeps its name. */
    @Test
    void everyReasonIsCounted() {
        for (Class<? extends Enum<?>> vocabulary : List.of(
                DenyReason.class,
                TokenProblem.class,
                io.firegate.firestore.enforce.RequestProblem.class,
                CredentialProblem.class,
                ErrorCode.class,
                io.firegate.firestore.upstream.UpstreamFailure.class)) {
            for (Enum<?> word : vocabulary.getEnumConstants()) {
                int index = Reasons.indexOf(word);
                assertThat(Reasons.nameOf(index)).isEqualTo(word.name());
                assertThat(Reasons.verdictOf(index)).isEqualTo(vocabulary == DenyReason.class ? "deny" : "refused");
            }
        }
        assertThat(Reasons.verdictOf(Reasons.indexOf(null))).isEqualTo("permit");
        assertThat(Reasons.nameOf(Reasons.indexOf(Thread.State.NEW))).isEqualTo("UNKNOWN");
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        String page = page();
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).as(HOW).isEqualTo(page);
    }

    private static String page() {
        StringBuilder out = new StringBuilder("""
                # Health and metrics

                The admin listener (`admin.address`, 127.0.0.1:9901 unless set) answers GET and HEAD over HTTP/1.1, on an event loop of its own
                and never with data of Firestore. One request for each connection, 64 connections, 10 seconds. An address that other
                machines can reach needs `danger: true`: whoever can ask it learns tenants, the policy's id and the load.

                ## Probes

                `200` and `ok`, or `503` and a line for each check that failed. `?verbose` lists every check. `firegate healthcheck`
                asks `/readyz` (`--live`: `/livez`) for containers without a shell.

                | path | 200 means | checks |
                | --- | --- | --- |
                | `/livez`, `/healthz` | the process answers; a restart would not help | `process` |
                | `/startupz` | it has started: every listener is open, and each tenant's signing keys and each Google credential were asked for once, well or not | `listeners`, `keys`, `credentials` |
                | `/readyz` | a request with a good token would be served | `stage`, `policy`, `keys`, `credentials`, `record` |

                - `stage` fails before every listener is open and from the first SIGTERM on.
                - `policy` passes as long as a policy is in force, also when its files were refused since; then it says so.
                - `keys` fails when no tenant's signing keys are usable, and names each tenant that lacks them when only some do.
                - `credentials` fails when service accounts are used and none of them has a valid Google credential; it names each that has
                  none, or that could not be refreshed, with the cause and [what to do](google-credentials.md).
                - `record` fails while the record cannot be written, unless `audit.onFailure` is `allow`.
                - Firestore is not asked: when it is away it is away for every replica, and the answers name it as the cause.

                ## When it stops

                SIGTERM or SIGINT: `/readyz` turns 503 at once; `limits.drainDelayMillis` pass, still serving; listeners close and
                every connection is told to go (GOAWAY); running calls finish, for `limits.drainMillis` at most; the rest of the
                record is written; the admin listener closes last; exit code 0. A second signal does not wait for running calls: exit
                code 143 (SIGTERM) or 130 (SIGINT).

                ## Metrics

                `/metrics` gives Prometheus' text format, or OpenMetrics to who asks for it by `Accept`. Beside the metrics below come those
                of the JVM and the process (`jvm_*`, `process_*`). An `info` is shown as a gauge that is always 1: its labels are the
                news. Series of things that never happened are absent. This table is made from the program's own (`mvn -pl proxy-core -am test -Dtest=MetricTest -Dupdate-goldens`); a test fails when it
                is out of date.

                | name | type | labels | what it says |
                | --- | --- | --- | --- |
                """);
        for (Metric metric : Metric.values()) {
            out.append("| `")
                    .append(metric.fullName())
                    .append("` | ")
                    .append(metric.type().name().toLowerCase(Locale.ROOT))
                    .append(" | ")
                    .append(metric.labels().stream()
                            .map(label -> "`" + label.label() + "`")
                            .collect(Collectors.joining(", ")))
                    .append(" | ")
                    .append(metric.help())
                    .append(" |\n");
        }
        out.append("""

                ### Labels

                | label | of | values |
                | --- | --- | --- |
                """);
        for (Label label : Label.values()) {
            String users = Stream.of(Metric.values())
                    .filter(metric -> metric.labels().contains(label))
                    .map(metric -> "`" + metric.fullName() + "`")
                    .collect(Collectors.joining(", "));
            assertThat(users).as(label.name()).isNotEmpty();
            out.append("| `")
                    .append(label.label())
                    .append("` | ")
                    .append(users)
                    .append(" | ")
                    .append(label.meaning())
                    .append(" |\n");
        }
        assertThat(out).doesNotContainPattern(Pattern.compile("[ \t]+\n"));
        return out.toString();
    }
}
