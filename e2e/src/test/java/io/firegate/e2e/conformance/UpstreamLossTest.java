package io.firegate.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.firegate.e2e.GatewayHarness;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Firestore goes away under load and comes back. Callers are told UNAVAILABLE, no write happens twice, no half answer is shown as a
 * whole one, and the gateway needs no restart.
 *
 * <p>Run for longer with {@code -Dfiregate.loss.commits=50000}.
 */
class UpstreamLossTest {
    private static final String DATABASE = "load";

    private static final int COMMITS = Integer.getInteger("firegate.loss.commits", 5_000);
    private static final int CLIENTS = 8;
    private static final int READERS = 2;

    /** What a reader asks for: several frames and several reads of a socket. */
    private static final int BULK = 300;

    /** Acknowledged commits between two cuts, so that the number of cuts does not depend on the machine. */
    private static final int COMMITS_PER_CUT = 250;

    private static final Duration LOOK_EVERY = Duration.ofMillis(2);
    private static final Duration DONE_WITHIN = Duration.ofMinutes(5);

    private final Variables variables = new Variables();

    @Test
    void noCommitHappensTwiceAndNoAnswerIsCutShort(@TempDir Path directory) throws Exception {
        try (TcpRelay relay = TcpRelay.start(GatewayHarness.emulator().port());
                GatewayHarness harness = GatewayHarness.withPolicy(
                        directory, Policies.read(), "--set", "upstream.emulator=" + relay.endpoint());
                Caller straight = caller(harness, GatewayHarness.emulator().endpoint(), "owner")) {
            bulk(straight);
            Load load = new Load(harness);
            load.start();
            int cuts = 0;
            while (load.running()) {
                if (load.acknowledged.size() >= (cuts + 1) * COMMITS_PER_CUT) {
                    relay.cut();
                    cuts++;
                }
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
            load.finish();
            assertThat(cuts).as("cuts").isGreaterThanOrEqualTo(COMMITS / COMMITS_PER_CUT - 1);
            assertThat(load.problems).isEmpty();
            assertThat(load.unknown).as("commits nobody knows the end of").isNotEmpty();
            assertThat(load.wholeReads.get()).as("reads that went through").isPositive();

            Map<String, Integer> stored = stored(straight);
            assertThat(stored.values()).as("how often each commit happened").containsOnly(1);
            assertThat(stored.keySet()).containsAll(load.acknowledged);
            assertThat(stored.size()).isBetween(COMMITS, COMMITS + load.unknown.size());
            List<String> surprising = new ArrayList<>(stored.keySet());
            surprising.removeAll(load.acknowledged);
            surprising.removeAll(load.unknown);
            assertThat(surprising).as("stored and never sent, or refused").isEmpty();
        }
    }

    /** An emulator keeps nothing, so the one that comes back is another, at the same address and with the same big answer. */
    @Test
    void aKilledFirestoreIsUnavailableUntilItIsBack(@TempDir Path directory) throws Exception {
        try (FirestoreEmulator first = FirestoreEmulator.start();
                FirestoreEmulator second = FirestoreEmulator.start()) {
            Optional<ProcessHandle> process = processOf(first);
            assumeTrue(process.isPresent(), "the emulator is no child of this process: " + first.backend());
            try (TcpRelay relay = TcpRelay.start(first.port());
                    GatewayHarness harness = GatewayHarness.withPolicy(
                            directory, Policies.read(), "--set", "upstream.emulator=" + relay.endpoint())) {
                Load load = new Load(harness);
                for (FirestoreEmulator emulator : List.of(first, second)) {
                    try (Caller straight = caller(harness, emulator.endpoint(), "owner")) {
                        bulk(straight);
                    }
                }
                load.start();
                await(load, () -> load.acknowledged.size() > COMMITS_PER_CUT && load.wholeReads.get() > 0);
                process.get().destroyForcibly();
                int unknown = load.unknown.size();
                await(load, () -> load.unknown.size() > unknown + CLIENTS);
                relay.retarget(second.port());
                int acknowledged = load.acknowledged.size();
                int reads = load.wholeReads.get();
                await(
                        load,
                        () -> load.acknowledged.size() > acknowledged + COMMITS_PER_CUT
                                && load.wholeReads.get() > reads);
                load.finish();
                assertThat(load.problems).isEmpty();
                try (Caller straight = caller(harness, second.endpoint(), "owner")) {
                    assertThat(stored(straight).values()).containsOnly(1);
                }
            }
        }
    }

    /** Clients that commit, each commit an increment of a document of its own, and clients that read the same big answer. */
    private final class Load {
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        final Set<String> unknown = ConcurrentHashMap.newKeySet();
        final List<String> problems = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger wholeReads = new AtomicInteger();
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final List<FutureTask<Void>> tasks = new ArrayList<>();
        private final List<Caller> callers = new ArrayList<>();

        Load(GatewayHarness harness) {
            String token = harness.tenant().userToken(GatewayHarness.OWNER);
            for (int i = 0; i < CLIENTS + READERS; i++) {
                Caller caller = caller(harness, "127.0.0.1:" + harness.plaintextPort(), token);
                callers.add(caller);
                boolean reads = i >= CLIENTS;
                tasks.add(new FutureTask<>(() -> loop(caller, reads), null));
            }
        }

        void start() {
            for (FutureTask<Void> task : tasks) {
                Thread thread = new Thread(task, "load");
                thread.setDaemon(true);
                thread.start();
            }
        }

        boolean running() {
            return acknowledged.size() < COMMITS && problems.isEmpty();
        }

        void finish() throws Exception {
            stop.set(true);
            for (FutureTask<Void> task : tasks) {
                task.get();
            }
            callers.forEach(Caller::close);
        }

        private void loop(Caller caller, boolean reads) {
            while (!stop.get()) {
                if (reads) {
                    read(caller);
                } else {
                    commit(caller, "c" + sent.incrementAndGet());
                }
            }
        }

        private void commit(Caller caller, String id) {
            Answer answer = caller.call("Commit", increment(id));
            switch (answer.status()) {
                case "OK" -> acknowledged.add(id);
                case "UNAVAILABLE" -> unknown.add(id);
                default -> problems.add("commit: " + answer.brief());
            }
        }

        private void read(Caller caller) {
            Answer answer = caller.call("RunQuery", bulkQuery());
            switch (answer.status()) {
                case "OK" -> {
                    if (answer.names().size() == BULK) {
                        wholeReads.incrementAndGet();
                    } else {
                        problems.add("OK after " + answer.names().size() + " of " + BULK + " documents");
                    }
                }
                case "UNAVAILABLE" -> {
                    // As it should be.
                }
                default -> problems.add("read: " + answer.status() + " " + answer.text());
            }
        }
    }

    private static void await(Load load, java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + DONE_WITHIN.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(load.problems).isEmpty();
            assertThat(System.nanoTime()).as("still waiting").isLessThan(end);
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private Caller caller(GatewayHarness harness, String address, String token) {
        String database = "projects/" + harness.project() + "/databases/" + DATABASE;
        synchronized (variables) {
            variables.set("db", database);
            variables.set("docs", database + "/documents");
        }
        return new GrpcCaller(address, token, database);
    }

    private JsonObject json(Map<String, ?> yaml) {
        synchronized (variables) {
            return variables.json(yaml).getAsJsonObject();
        }
    }

    private JsonObject increment(String id) {
        return json(Map.of(
                "database",
                "${db}",
                "writes",
                List.of(Map.of(
                        "update",
                        Map.of("name", "${docs}/commits/" + id),
                        "updateMask",
                        Map.of(),
                        "updateTransforms",
                        List.of(Map.of("fieldPath", "n", "increment", Map.of("integerValue", "1")))))));
    }

    private JsonObject bulkQuery() {
        return json(Map.of(
                "parent", "${docs}", "structuredQuery", Map.of("from", List.of(Map.of("collectionId", "bulk")))));
    }

    private void bulk(Caller straight) {
        Answer answer = straight.call(
                "Commit",
                json(Map.of(
                        "database",
                        "${db}",
                        "writes",
                        List.of(Map.of(
                                "$repeat",
                                BULK,
                                "each",
                                Map.of(
                                        "update",
                                        Map.of(
                                                "name",
                                                "${docs}/bulk/b${i}",
                                                "fields",
                                                Map.of("$fields", Map.of("text", "x".repeat(500))))))))));
        assertThat(answer.status()).as(answer.brief()).isEqualTo("OK");
    }

    /** How often each commit happened. */
    private Map<String, Integer> stored(Caller straight) {
        Answer answer = straight.call(
                "RunQuery",
                json(Map.of(
                        "parent",
                        "${docs}",
                        "structuredQuery",
                        Map.of("from", List.of(Map.of("collectionId", "commits"))))));
        assertThat(answer.status()).isEqualTo("OK");
        Map<String, Integer> stored = new HashMap<>();
        for (JsonElement message : answer.messages()) {
            if (message.getAsJsonObject().has("document")) {
                JsonObject document = message.getAsJsonObject().getAsJsonObject("document");
                String name = document.get("name").getAsString();
                stored.put(
                        name.substring(name.lastIndexOf('/') + 1),
                        document.getAsJsonObject("fields")
                                .getAsJsonObject("n")
                                .get("integerValue")
                                .getAsInt());
            }
        }
        return stored;
    }

    private static Optional<ProcessHandle> processOf(FirestoreEmulator emulator) {
        String port = "--port=" + emulator.port();
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .map(line -> Objects.requireNonNull(line).contains(port))
                        .orElse(false))
                .findFirst();
    }
}
