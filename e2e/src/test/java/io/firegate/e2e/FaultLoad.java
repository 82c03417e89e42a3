package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * One request after the other while a service fails, each judged, and the table of what came of it. {@code -Dfaults.millis=5000} makes each
 * fault last longer, {@code -Dfaults=all} takes every fault where else some stand for all. Used by one thread.
 */
final class FaultLoad implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long MINUTE_MILLIS = 60_000;

    private final int port;
    private final String document;
    private final AdminClient admin;
    private final Path table;
    private final Duration fault;
    private final List<String> rows = new ArrayList<>(List.of(
            "| service | fault | requests | served | 503 | refused | wrong | asked per minute | well again after ms |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"));
    private RawConnection connection;

    /**
     * A load.
     *
     * @param document the path of the document every request gets
     * @param table the file's name in {@code target}
     * @param millis how long a fault lasts when nobody says
     */
    FaultLoad(InProcessGateway gateway, String document, String table, int millis) throws IOException {
        this.port = gateway.port(0);
        this.document = document;
        this.admin = new AdminClient(gateway.adminPort());
        this.table = Path.of("target", table);
        this.fault = Duration.ofMillis(Long.getLong("faults.millis", millis));
        this.connection = new RawConnection(port, PATIENCE);
    }

    /** Whether every fault is wanted. */
    static boolean isWhole() {
        return "all".equals(System.getProperty("faults"));
    }

    /** Some requests, each of them told to the tally. */
    interface Round {
        void run(Tally tally) throws IOException;
    }

    /** What has to be before all is well again. */
    interface Recovery {
        void await() throws IOException;
    }

    /** What came of the requests under one fault. */
    static final class Tally {
        private final List<String> surprises = new ArrayList<>();
        private long served;
        private long unavailable;
        private long refused;
        private long millis;
        private int asked;

        /** Counts an answer. */
        void count(String what, int status, boolean right) {
            switch (status) {
                case 200 -> served++;
                case 503 -> unavailable++;
                default -> refused++;
            }
            if (!right) {
                surprises.add(what + ": " + status);
            }
        }

        /** How long the fault lasted. */
        long millis() {
            return millis;
        }

        /** How often the failing service was asked. */
        int asked() {
            return asked;
        }
    }

    /**
     * Runs the load while a service fails, and adds a line to the table. No verdict may be wrong.
     *
     * @param asked how often the service was asked so far
     */
    Tally run(String service, Object mode, IntSupplier asked, Runnable begin, Round round, Runnable end, Recovery well)
            throws IOException {
        Tally tally = new Tally();
        int before = asked.getAsInt();
        begin.run();
        long start = System.nanoTime();
        while (System.nanoTime() - start < fault.toNanos()) {
            round.run(tally);
        }
        tally.millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        tally.asked = asked.getAsInt() - before;
        end.run();
        long ended = System.nanoTime();
        well.await();
        rows.add(String.format(
                Locale.ROOT,
                "| %s | %s | %,d | %,d | %,d | %,d | %d | %,d | %,d |",
                service,
                mode,
                tally.served + tally.unavailable + tally.refused,
                tally.served,
                tally.unavailable,
                tally.refused,
                tally.surprises.size(),
                tally.asked * MINUTE_MILLIS / tally.millis,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended)));
        assertThat(tally.surprises).as(service + ", " + mode).isEmpty();
        assertThat(tally.served + tally.refused)
                .as(service + ", " + mode + ": requests that do not depend on it")
                .isPositive();
        return tally;
    }

    /** The status of one request with a token. */
    int status(String token) throws IOException {
        connection.send(("GET " + document + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        RawConnection.Response response = connection.readResponse();
        if (response.head().contains("connection: close")) {
            connection.close();
            connection = new RawConnection(port, PATIENCE);
        }
        return response.status();
    }

    /** Asks until it is served. */
    void awaitServed(String token) throws IOException {
        long start = System.nanoTime();
        for (int status = status(token); status != 200; status = status(token)) {
            long passed = System.nanoTime() - start;
            assertThat(passed)
                    .as(
                            "still %s, %s",
                            status,
                            passed > PATIENCE.toNanos()
                                    ? admin.ask("/readyz?verbose").body()
                                    : "")
                    .isLessThan(PATIENCE.toNanos());
            Thread.onSpinWait();
        }
    }

    /** Writes the table. */
    @Override
    public void close() throws IOException {
        connection.close();
        Files.createDirectories(table.getParent());
        Files.write(table, rows);
    }
}
