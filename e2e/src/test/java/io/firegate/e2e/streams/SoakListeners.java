package io.firegate.e2e.streams;

import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.ListenerRegistration;
import com.google.cloud.firestore.QueryDocumentSnapshot;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.Target;
import io.firegate.e2e.Clients;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Listeners that look at all they are told, and listen again when their stream ends as it may: of the official Java client, and Listen
 * streams as Firestore has them. Safe for any thread.
 */
final class SoakListeners implements AutoCloseable {
    private static final int OFFICIAL = 2;
    private static final int RAW = 4;
    private static final int QUERY = 1;
    private static final int DOCUMENTS = 2;
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** The official client opens its stream again after a pause of its own that can grow to a minute. */
    private static final long CAUGHT_UP_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final String address;
    private final String project;
    private final String database;
    private final Function<String, String> tokens;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<FutureTask<Void>> tasks = new ArrayList<>();
    private final List<Firestore> clients = new ArrayList<>();
    private final List<ListenerRegistration> registrations = new ArrayList<>();
    /** What each steady listener has on its screen. */
    private final Map<String, NavigableMap<String, Long>> screens = new ConcurrentHashMap<>();

    private final Map<String, AtomicLong> ends = new ConcurrentHashMap<>();
    private final AtomicLong events = new AtomicLong();
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

    /**
     * Listeners at a gateway.
     *
     * @param tokens a fresh one for a person
     */
    SoakListeners(String address, String project, Function<String, String> tokens) {
        this.address = address;
        this.project = project;
        this.database = "projects/" + project + "/databases/(default)";
        this.tokens = tokens;
    }

    void start() {
        for (int i = 0; i < OFFICIAL; i++) {
            official("official " + i, () -> tokens.apply(SoakWard.STEADY));
        }
        for (int i = 0; i < RAW; i++) {
            String name = "raw " + i;
            String person = i == RAW - 1 ? SoakWard.MOVED : SoakWard.STEADY;
            FutureTask<Void> task = new FutureTask<>(() -> listen(name, person), null);
            tasks.add(task);
            Thread thread = new Thread(task, "soak-listener");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void official(String name, Supplier<String> token) {
        Firestore client = Clients.plaintext(address, project, "(default)", token);
        clients.add(client);
        // On the thread that hears: the client's own pool calls back in any order.
        registrations.add(client.collection(SoakWard.COLLECTION).addSnapshotListener(Runnable::run, (value, error) -> {
            if (error != null) {
                problems.add(name + ": " + error);
            } else if (value != null) {
                NavigableMap<String, Long> screen = new TreeMap<>();
                for (QueryDocumentSnapshot document : value.getDocuments()) {
                    if (document.contains("secret")) {
                        problems.add(name + ": a secret");
                    }
                    Long count = document.getLong("n");
                    screen.put(document.getId(), count == null ? 0 : count);
                }
                show(name, screen);
            }
        }));
    }

    private void show(String name, NavigableMap<String, Long> screen) {
        try {
            SoakWard.mustBeOneWard(screen);
        } catch (IllegalStateException e) {
            problems.add(name + ": " + e.getMessage());
        }
        NavigableMap<String, Long> before = screens.put(name, screen);
        events.incrementAndGet();
        if (before != null) {
            screen.forEach((id, count) -> {
                if (count < before.getOrDefault(id, 0L)) {
                    problems.add(name + ": " + id + " went back to " + count);
                }
            });
        }
    }

    private void listen(String name, String person) {
        while (!stop.get()) {
            try (ListenClient client = new ListenClient(address, tokens.apply(person), database)) {
                client.add(Target.newBuilder()
                        .setTargetId(QUERY)
                        .setQuery(Target.QueryTarget.newBuilder()
                                .setParent(database + "/documents")
                                .setStructuredQuery(SoakWard.all())));
                client.add(Target.newBuilder()
                        .setTargetId(DOCUMENTS)
                        .setDocuments(Target.DocumentsTarget.newBuilder()
                                .addDocuments(database + "/documents/" + SoakWard.path("A", 1))
                                .addDocuments(database + "/documents/" + SoakWard.path("B", 1))));
                int looked = 0;
                while (!stop.get() && client.end().isEmpty()) {
                    looked = look(name, client, looked);
                    LockSupport.parkNanos(LOOK_EVERY_NANOS);
                }
                look(name, client, looked);
                ended(name, client);
            }
        }
    }

    /** Looks at what has come since, and puts what is consistent on the screen. */
    private int look(String name, ListenClient client, int looked) {
        List<ListenResponse> heard = client.heard();
        for (ListenResponse response : heard.subList(looked, heard.size())) {
            if (response.hasDocumentChange()) {
                Document document = response.getDocumentChange().getDocument();
                try {
                    SoakWard.counts(List.of(document));
                } catch (IllegalStateException e) {
                    problems.add(name + ": " + e.getMessage());
                }
            }
            if (response.hasTargetChange() && response.getTargetChange().hasCause()) {
                problems.add(name + ": " + response.getTargetChange());
            }
        }
        if (heard.size() > looked) {
            client.consistent(QUERY).ifPresent(documents -> {
                try {
                    show(name, SoakWard.counts(documents));
                } catch (IllegalStateException e) {
                    problems.add(name + ": " + e.getMessage());
                }
            });
        }
        return heard.size();
    }

    private void ended(String name, ListenClient client) {
        client.end().ifPresent(status -> {
            ends.computeIfAbsent(status.getCode() + " " + client.endReason(), key -> new AtomicLong())
                    .incrementAndGet();
            if (status.getCode() != Status.Code.UNAVAILABLE && status.getCode() != Status.Code.UNAUTHENTICATED) {
                problems.add(name + ": ended with " + status);
            }
        });
    }

    /** Waits until each screen is as it should be. */
    void awaitScreens(NavigableMap<String, Long> steady, Predicate<NavigableMap<String, Long>> moved) {
        long end = System.nanoTime() + CAUGHT_UP_NANOS;
        while (true) {
            List<String> behind = new ArrayList<>();
            for (int i = 0; i < OFFICIAL; i++) {
                compare("official " + i, steady::equals, behind);
            }
            for (int i = 0; i < RAW; i++) {
                compare("raw " + i, i == RAW - 1 ? moved : steady::equals, behind);
            }
            if (behind.isEmpty()) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                problems.add("never caught up: " + behind + ", wanted " + steady);
                return;
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private void compare(String name, Predicate<NavigableMap<String, Long>> wanted, List<String> behind) {
        NavigableMap<String, Long> screen = screens.get(name);
        if (screen == null || !wanted.test(screen)) {
            behind.add(name + " " + screen);
        }
    }

    /** What was wrong; empty when nothing was. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** How often streams of the other listeners ended, and how. */
    Map<String, AtomicLong> ends() {
        return new TreeMap<>(ends);
    }

    /** How often a screen changed. */
    long events() {
        return events.get();
    }

    void stop() throws Exception {
        stop.set(true);
        for (FutureTask<Void> task : tasks) {
            task.get();
        }
        registrations.forEach(ListenerRegistration::remove);
    }

    @Override
    public void close() {
        stop.set(true);
        clients.forEach(Firestore::shutdownNow);
    }
}
