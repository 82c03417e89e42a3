package io.firegate.e2e.streams;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation.Count;
import com.google.firestore.v1.Write;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.RawWriteStream;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Clients that call without a pause and look at each answer. Safe for any thread. */
final class SoakCallers {
    private static final int THREADS = 4;

    /** So long a client keeps its token, and twice as long its connection: well below what a token lives. */
    private static final long TOKEN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final String address;
    private final String database;
    private final Function<String, String> tokens;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<FutureTask<Void>> tasks = new ArrayList<>();
    private final Map<String, AtomicLong> outcomes = new ConcurrentHashMap<>();
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();

    /**
     * Clients of a gateway.
     *
     * @param tokens a fresh one for a person
     */
    SoakCallers(String address, String database, Function<String, String> tokens) {
        this.address = address;
        this.database = database;
        this.tokens = tokens;
    }

    void start() {
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            FutureTask<Void> task = new FutureTask<>(() -> run(number), null);
            tasks.add(task);
            Thread thread = new Thread(task, "soak-caller");
            thread.setDaemon(true);
            thread.start();
        }
    }

    void stop() throws Exception {
        stop.set(true);
        for (FutureTask<Void> task : tasks) {
            task.get();
        }
    }

    /** What was wrong; empty when nothing was. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** How often what came out. */
    Map<String, AtomicLong> outcomes() {
        return new TreeMap<>(outcomes);
    }

    /** Increments that were acknowledged. */
    long counted() {
        return counted.get();
    }

    /** Increments of which nobody knows whether they happened. */
    long unknown() {
        return unknown.get();
    }

    private void run(int number) {
        int call = number;
        while (!stop.get()) {
            try (PlainFirestore steady = as(tokens.apply(SoakWard.STEADY))) {
                for (int tokensUsed = 0; tokensUsed < 2 && !stop.get(); tokensUsed++) {
                    String mine = "A" + number;
                    PlainFirestore fresh = steady.as(tokens.apply(SoakWard.STEADY));
                    PlainFirestore moved = steady.as(tokens.apply(SoakWard.MOVED));
                    PlainFirestore outsider = steady.as(tokens.apply(SoakWard.OUTSIDER));
                    PlainFirestore nobody = steady.as("not.a.token");
                    for (long since = System.nanoTime(); System.nanoTime() - since < TOKEN_NANOS && !stop.get(); ) {
                        one(call++, mine, fresh, moved, outsider, nobody);
                    }
                }
            }
        }
    }

    private PlainFirestore as(String token) {
        return new PlainFirestore(address, token, database);
    }

    private void one(
            int call,
            String mine,
            PlainFirestore steady,
            PlainFirestore moved,
            PlainFirestore outsider,
            PlainFirestore nobody) {
        switch (call % 10) {
            case 0 -> expect("get", Status.Code.OK, () -> present(steady.get(SoakWard.COLLECTION + "/" + mine)));
            case 1 ->
                expect("get of a hidden one", Status.Code.OK, () -> absent(steady.get(SoakWard.path("B", call % 25))));
            case 2, 3 -> expect("query", Status.Code.OK, () -> whole(steady.query(SoakWard.all())));
            case 4 ->
                expect("count", Status.Code.OK, () -> {
                    long count = steady.count(
                            SoakWard.all(),
                            Aggregation.newBuilder()
                                    .setAlias("c")
                                    .setCount(Count.getDefaultInstance())
                                    .build());
                    return count == SoakWard.PER_WARD ? null : count + " counted";
                });
            case 5 -> increment(() -> steady.commit(SoakWard.increment(steady.name(SoakWard.COLLECTION + "/" + mine))));
            case 6 ->
                expect("write of a hidden one", Status.Code.PERMISSION_DENIED, () -> {
                    steady.commit(SoakWard.increment(steady.name(SoakWard.path("B", call % 25))));
                    return "written";
                });
            case 7 -> expect("query of the moved", Status.Code.OK, () -> whole(moved.query(SoakWard.all())));
            case 8 ->
                expect(
                        "get of an outsider",
                        Status.Code.PERMISSION_DENIED,
                        () -> present(outsider.get(SoakWard.COLLECTION + "/" + mine)));
            default -> {
                if (call % 20 == 9) {
                    expect(
                            "get without a token",
                            Status.Code.UNAUTHENTICATED,
                            () -> present(nobody.get(SoakWard.COLLECTION + "/" + mine)));
                } else {
                    increment(
                            () -> streamed(steady, SoakWard.increment(steady.name(SoakWard.COLLECTION + "/" + mine))));
                }
            }
        }
    }

    private static void streamed(PlainFirestore steady, Write write) {
        try (RawWriteStream stream = steady.writeStream()) {
            stream.open();
            stream.write(List.of(write));
            stream.halfClose();
            stream.read();
        } catch (StatusException e) {
            throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
        }
    }

    private static @Nullable String present(Optional<Document> found) {
        return found.isEmpty()
                ? "not there"
                : SoakWard.counts(List.of(found.get())).isEmpty() ? "nothing" : null;
    }

    private static @Nullable String absent(Optional<Document> found) {
        return found.isPresent() ? "there" : null;
    }

    private static @Nullable String whole(Collection<Document> documents) {
        int size = SoakWard.counts(documents).size();
        return size == SoakWard.PER_WARD ? null : size + " documents";
    }

    /** A call that gives what is wrong with its answer, or null. */
    private interface Call {
        @Nullable
        String make();
    }

    private void expect(String what, Status.Code wanted, Call call) {
        Status.Code came = Status.Code.OK;
        try {
            String wrong = call.make();
            if (wrong != null) {
                problems.add(what + ": " + wrong);
            }
        } catch (StatusRuntimeException e) {
            came = e.getStatus().getCode();
            if (came != wanted && !isWeather(e.getStatus())) {
                problems.add(what + ": " + e.getStatus());
            }
        } catch (IllegalStateException e) {
            problems.add(what + ": " + e.getMessage());
        }
        if (came == Status.Code.OK && wanted != Status.Code.OK) {
            problems.add(what + ": OK");
        }
        outcome(what, came);
    }

    private void increment(Runnable write) {
        Status.Code came = Status.Code.OK;
        try {
            write.run();
            counted.incrementAndGet();
        } catch (StatusRuntimeException e) {
            came = e.getStatus().getCode();
            unknown.incrementAndGet();
            if (!isWeather(e.getStatus())) {
                problems.add("write: " + e.getStatus());
            }
        }
        outcome("write", came);
    }

    /**
     * What comes of cut connections, of two who write at once, and of the emulator, which ends a commit with CANCELLED when it stumbles
     * over a listener that is just going.
     */
    private static boolean isWeather(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, ABORTED, CANCELLED -> true;
            default -> false;
        };
    }

    private void outcome(String what, Status.Code came) {
        outcomes.computeIfAbsent(what + " " + came, key -> new AtomicLong()).incrementAndGet();
    }
}
