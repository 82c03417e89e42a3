package io.firegate.reload;

import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.reload.PolicySource.Reading;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy in force.
 *
 * <p>Any thread may ask for {@link #current}: one volatile read. Reading the files again is for one thread at a time and blocks;
 * it is never done on an event loop. A reload is whole or not at all: files that cannot be used leave the last good policy in
 * force, and the log, {@link #status} and the result say so.
 */
public final class PolicyStore {
    private static final Logger log = LoggerFactory.getLogger(PolicyStore.class);

    private final PolicySource source;
    private final Function<List<PolicyFile>, Compilation> compiler;
    private final InstantSource clock;
    private final List<Consumer<PolicySnapshot>> listeners = new CopyOnWriteArrayList<>();

    private volatile PolicySnapshot current;
    private volatile PolicyStatus status;

    /** Of the files of {@link #current}. Guarded by this. */
    private String digest;

    /** The source's state when the files were last read, good or bad. Guarded by this. */
    private String readState;

    /** A state that differs from {@link #readState} and was seen once. Guarded by this. */
    private @Nullable String unsettledState;

    /** What became of opening a store. */
    public sealed interface Opened {
        /** A policy is in force. */
        record Ready(PolicyStore store, List<Problem> warnings) implements Opened {
            public Ready {
                warnings = List.copyOf(warnings);
            }
        }

        /**
         * There is no policy, so nothing may start.
         *
         * @param count how many problems there are in all; the list is bounded
         */
        record Refused(List<Problem> problems, int count) implements Opened {
            public Refused {
                problems = List.copyOf(problems);
            }

            /** All of it as text for a person. */
            public String render() {
                return Problems.render(problems, count);
            }
        }
    }

    private PolicyStore(
            PolicySource source,
            Function<List<PolicyFile>, Compilation> compiler,
            InstantSource clock,
            PolicySnapshot first,
            Reading.Files read) {
        this.source = source;
        this.compiler = compiler;
        this.clock = clock;
        this.current = first;
        this.digest = read.digest();
        this.readState = read.state();
        Instant now = clock.instant();
        this.status = new PolicyStatus(first.id(), now, now, null, 1, 0, 0);
    }

    /**
     * Reads the policy for the first time.
     *
     * @param compiler from files of one moment to a snapshot; pure
     */
    public static Opened open(
            PolicySource source, Function<List<PolicyFile>, Compilation> compiler, InstantSource clock) {
        return switch (source.read()) {
            case Reading.Refused refused ->
                new Opened.Refused(refused.problems(), refused.problems().size());
            case Reading.Files read ->
                switch (compiler.apply(read.files())) {
                    case Compilation.Rejected bad -> new Opened.Refused(shown(source, bad.problems()), bad.count());
                    case Compilation.Compiled good ->
                        new Opened.Ready(
                                new PolicyStore(source, compiler, clock, good.snapshot(), read),
                                shown(source, good.warnings()));
                };
        };
    }

    /** The policy in force. A request asks once and keeps the answer. */
    public PolicySnapshot current() {
        return current;
    }

    /** How the policy in force stands to its files. */
    public PolicyStatus status() {
        return status;
    }

    /**
     * Adds somebody who is told of every new policy, after it came into force, on the thread that reloads. What it throws is
     * logged and keeps nobody else from being told.
     */
    public void onNewPolicy(Consumer<PolicySnapshot> listener) {
        listeners.add(listener);
    }

    /** Reads the files now. */
    public synchronized ReloadResult reload() {
        unsettledState = null;
        Reading reading = source.read();
        switch (reading) {
            case Reading.Refused refused -> {
                readState = refused.state();
                return refuse(refused.problems(), refused.problems().size());
            }
            case Reading.Files read -> {
                readState = read.state();
                if (read.digest().equals(digest)) {
                    return unchanged();
                }
                return compile(read);
            }
        }
    }

    /**
     * Reads the files if they changed since they were last read and stood still between two calls: whoever copies a file in place
     * writes half of it first, and half a policy may be a valid one without its denials.
     *
     * @return what became of it, or null when there was nothing to read
     */
    public synchronized @Nullable ReloadResult reloadIfSettled() {
        String state = source.state();
        if (state.equals(readState)) {
            unsettledState = null;
            return null;
        }
        if (!state.equals(unsettledState)) {
            unsettledState = state;
            return null;
        }
        return reload();
    }

    private ReloadResult compile(Reading.Files read) {
        Compilation compiled;
        try {
            compiled = compiler.apply(read.files());
        } catch (RuntimeException | StackOverflowError e) {
            // A fault of ours in reading a file must not take the policy in force with it.
            log.error("the policy could not be compiled because of a fault in firegate", e);
            return refuse(
                    List.of(Problem.ofFile(source.shown(""), "internal error while compiling; see the log", null)), 1);
        }
        return switch (compiled) {
            case Compilation.Rejected bad -> refuse(shown(source, bad.problems()), bad.count());
            case Compilation.Compiled good -> {
                PolicySnapshot snapshot = good.snapshot();
                PolicyStatus before = status;
                digest = read.digest();
                current = snapshot;
                Instant now = clock.instant();
                status = new PolicyStatus(
                        snapshot.id(), now, now, null, before.loaded() + 1, before.unchanged(), before.refused());
                log.atInfo()
                        .addKeyValue("snapshot", snapshot.id())
                        .addKeyValue("before", before.snapshotId())
                        .log("new policy in force");
                for (Problem warning : shown(source, good.warnings())) {
                    log.warn("{}", warning.render());
                }
                tell(snapshot);
                yield new ReloadResult.Loaded(snapshot);
            }
        };
    }

    private ReloadResult unchanged() {
        PolicyStatus before = status;
        status = new PolicyStatus(
                before.snapshotId(),
                before.since(),
                clock.instant(),
                null,
                before.loaded(),
                before.unchanged() + 1,
                before.refused());
        if (before.failure() != null) {
            log.atInfo().addKeyValue("snapshot", before.snapshotId()).log("the policy files are again those in force");
        }
        return new ReloadResult.Unchanged();
    }

    private ReloadResult refuse(List<Problem> problems, int count) {
        PolicyStatus before = status;
        Instant now = clock.instant();
        status = new PolicyStatus(
                before.snapshotId(),
                before.since(),
                now,
                new PolicyStatus.Failure(now, problems, count),
                before.loaded(),
                before.unchanged(),
                before.refused() + 1);
        log.atError()
                .addKeyValue("snapshot", before.snapshotId())
                .addKeyValue("problems", count)
                .log("policy refused, the last good one stays in force\n{}", Problems.render(problems, count));
        return new ReloadResult.Refused(problems, count);
    }

    private void tell(PolicySnapshot snapshot) {
        for (Consumer<PolicySnapshot> listener : listeners) {
            try {
                listener.accept(snapshot);
            } catch (RuntimeException e) {
                log.error("somebody who was told of a new policy failed", e);
            }
        }
    }

    private static List<Problem> shown(PolicySource source, List<Problem> problems) {
        return problems.stream().map(source::shown).toList();
    }
}
