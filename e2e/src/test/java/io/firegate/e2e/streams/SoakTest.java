package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.GatewayProcess;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.conformance.TcpRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway in a process of its own under calls, writes and listeners, while its policy is reloaded, signing keys are replaced, tokens
 * expire and the connections to Firestore are cut. No answer may be wrong, and what the process holds must stay as it is.
 *
 * <p>{@code -Dsoak.seconds=1200} runs it for twenty minutes; what was seen is written to {@code target/soak.txt}.
 */
class SoakTest {
    private static final int SECONDS = Integer.getInteger("soak.seconds", 20);

    /** So that streams end with their token again and again. */
    private static final int TOKEN_SECONDS = 15;

    private static final long RELOAD_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long CUT_NANOS = TimeUnit.SECONDS.toNanos(7);
    private static final long ROTATE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    /** An old key is still published until the next but one signs: longer than any token lives. */
    private static final int KEYS_PUBLISHED = 3;

    private static final int READINGS = 60;

    /** On a machine with other work it takes longer than was asked for. */
    private static final int READINGS_MIN = 12;

    /** What may be more at the end: a tenth, and what a few more connections and warm code hold. */
    private static final double MORE = 1.1;

    private static final long MORE_BYTES = 4L << 20;
    private static final long MORE_THREADS = 2;
    private static final long MORE_DESCRIPTORS = 16;

    private static final Pattern RECORDED =
            Pattern.compile("\"kind\":\"(decision|outcome)\",\"time\":\"[^\"]*\",\"id\":\"([^\"]+)\"");

    @Test
    void nothingGrowsAndNoAnswerIsWrong(@TempDir Path directory) throws Exception {
        Path audit = directory.resolve("record.jsonl");
        try (TcpRelay relay = TcpRelay.start(GatewayHarness.emulator().port());
                GatewayHarness harness = GatewayHarness.withPolicy(directory, SoakWard.policy(0));
                GatewayProcess gateway = GatewayProcess.start(
                        harness.yaml(),
                        directory.resolve("log.txt"),
                        List.of("-Dio.netty.leakDetection.level=paranoid"),
                        settings(relay, audit))) {
            String database = "projects/" + harness.project() + "/databases/(default)";
            String address = "127.0.0.1:" + gateway.port();
            harness.tenant().lifetimeSeconds(TOKEN_SECONDS);
            try (PlainFirestore admin =
                            new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database);
                    SoakListeners listeners =
                            new SoakListeners(address, harness.project(), harness.tenant()::userToken)) {
                SoakWard.fill(admin);
                SoakCallers callers = new SoakCallers(address, database, harness.tenant()::userToken);
                callers.start();
                listeners.start();
                List<SoakVitals.Reading> readings = new ArrayList<>();
                Turns turns = run(harness, gateway, relay, readings);
                callers.stop();
                NavigableMap<String, Long> stored = SoakWard.stored(admin, "A");
                listeners.awaitScreens(stored, screen -> screen.size() == SoakWard.PER_WARD);
                listeners.stop();

                report(readings, turns, callers, listeners);
                assertThat(callers.problems()).isEmpty();
                assertThat(listeners.problems()).isEmpty();
                assertThat(stored.values().stream().mapToLong(Long::longValue).sum())
                        .isBetween(callers.counted(), callers.counted() + callers.unknown());
                flat(readings);
            }
            gateway.awaitMetric("firegate_streams_open 0.0");
            gateway.awaitMetric("firegate_exchanges_running 0.0");
            gateway.awaitMetric("firegate_request_bytes_held 0.0");
            gateway.signal("TERM");
            assertThat(gateway.exitCode(ENDS_WITHIN)).as(gateway.log()).isZero();
            assertThat(gateway.log().lines().filter(line -> line.contains(" ERROR ") || line.contains("LEAK")))
                    .isEmpty();
        }
        everyDecisionHasItsOutcome(audit);
    }

    /** How often what was done, in how long. */
    private record Turns(int reloads, int cuts, int rotations, long seconds) {}

    private static String[] settings(TcpRelay relay, Path audit) {
        return new String[] {
            "--set", "upstream.emulator=" + relay.endpoint(),
            "--set", "audit.file=" + audit,
            "--set", "limits.clockSkewMillis=0",
            // A key that signs at once: Entra publishes one long before.
            "--set", "limits.keyUnknownMillis=1000",
            // Full within seconds, so that it does not pass for growth.
            "--set", "limits.tokensCached=100"
        };
    }

    /** Lets things happen for as long as is wanted; how often each did. */
    private static Turns run(
            GatewayHarness harness, GatewayProcess gateway, TcpRelay relay, List<SoakVitals.Reading> readings)
            throws Exception {
        long start = System.nanoTime();
        long length = TimeUnit.SECONDS.toNanos(SECONDS);
        int reloads = 0;
        int cuts = 0;
        int rotations = 0;
        List<String> kids = new ArrayList<>(List.of(harness.tenant().activeKey().kid()));
        try (SoakVitals vitals = new SoakVitals(gateway.pid(), () -> gateway.metric("firegate_buffer_bytes"))) {
            for (long at = 0; at < length || readings.size() < READINGS_MIN; at = System.nanoTime() - start) {
                if (at >= (reloads + 1) * RELOAD_NANOS) {
                    harness.reload(SoakWard.policy(++reloads));
                    gateway.signal("HUP");
                }
                if (at >= (cuts + 1) * CUT_NANOS) {
                    cuts++;
                    relay.cut();
                }
                if (at >= (rotations + 1) * ROTATE_NANOS) {
                    rotations++;
                    kids.add(harness.tenant().rotate().kid());
                    if (kids.size() > KEYS_PUBLISHED) {
                        harness.tenant().retire(kids.remove(0));
                    }
                }
                if (at >= (readings.size() + 1) * length / READINGS) {
                    readings.add(vitals.read());
                }
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
            }
        }
        return new Turns(reloads, cuts, rotations, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    }

    /** The last quarter beside the second: before that, code is still being compiled. */
    private static void flat(List<SoakVitals.Reading> readings) {
        List<SoakVitals.Reading> early = readings.subList(readings.size() / 4, readings.size() / 2);
        List<SoakVitals.Reading> late = readings.subList(readings.size() * 3 / 4, readings.size());
        assertThat(median(late, SoakVitals.Reading::heap))
                .as("heap")
                .isLessThan((long) (MORE * median(early, SoakVitals.Reading::heap)) + MORE_BYTES);
        assertThat(median(late, SoakVitals.Reading::direct))
                .as("direct")
                .isLessThan((long) (MORE * median(early, SoakVitals.Reading::direct)) + MORE_BYTES);
        assertThat(median(late, SoakVitals.Reading::threads))
                .as("threads")
                .isLessThanOrEqualTo(median(early, SoakVitals.Reading::threads) + MORE_THREADS);
        assertThat(median(late, SoakVitals.Reading::descriptors))
                .as("descriptors")
                .isLessThanOrEqualTo(median(early, SoakVitals.Reading::descriptors) + MORE_DESCRIPTORS);
    }

    private static long median(List<SoakVitals.Reading> readings, ToLongFunction<SoakVitals.Reading> of) {
        return readings.stream()
                .mapToLong(of)
                .sorted()
                .skip(readings.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    private static SoakVitals.Reading medians(List<SoakVitals.Reading> readings) {
        return new SoakVitals.Reading(
                median(readings, SoakVitals.Reading::heap),
                median(readings, SoakVitals.Reading::direct),
                median(readings, SoakVitals.Reading::threads),
                median(readings, SoakVitals.Reading::descriptors),
                median(readings, SoakVitals.Reading::resident));
    }

    private static void report(
            List<SoakVitals.Reading> readings, Turns turns, SoakCallers callers, SoakListeners listeners)
            throws IOException {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d s: %d reloads, %d cuts, %d key rotations; medians of %d readings%n",
                turns.seconds(),
                turns.reloads(),
                turns.cuts(),
                turns.rotations(),
                readings.size()));
        for (int quarter = 0; quarter < 4; quarter++) {
            text.append(String.format(
                    Locale.ROOT,
                    "quarter %d: %s%n",
                    quarter + 1,
                    medians(readings.subList(readings.size() * quarter / 4, readings.size() * (quarter + 1) / 4))));
        }
        callers.outcomes()
                .forEach((what, times) ->
                        text.append(what).append(": ").append(times).append('\n'));
        text.append("listeners: ").append(listeners.events()).append(" events\n");
        listeners
                .ends()
                .forEach((what, times) -> text.append("streams ended ")
                        .append(what)
                        .append(": ")
                        .append(times)
                        .append('\n'));
        callers.problems().stream()
                .limit(20)
                .forEach(line -> text.append("wrong: ").append(line).append('\n'));
        listeners.problems().stream()
                .limit(20)
                .forEach(line -> text.append("wrong: ").append(line).append('\n'));
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("soak.txt"), text);
    }

    private static void everyDecisionHasItsOutcome(Path audit) throws IOException {
        Set<String> open = new HashSet<>();
        try (Stream<String> lines = Files.lines(audit)) {
            lines.forEach(line -> {
                Matcher recorded = RECORDED.matcher(line);
                assertThat(recorded.find()).as(line).isTrue();
                boolean fits = recorded.group(1).equals("decision")
                        ? open.add(recorded.group(2))
                        : open.remove(recorded.group(2));
                assertThat(fits).as(line).isTrue();
            });
        }
        assertThat(open).isEmpty();
    }
}
