package io.firegate.benchmarks;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Operation;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One verdict, over paths spread across the whole policy so that its size shows. The heap is touched beforehand: the first use of each page
 * is the operating system's work, and doubled whole windows.
 */
@State(Scope.Benchmark)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", "-XX:+UseCompactObjectHeaders"})
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecideBenchmark {
    /** Enough different paths that neither they nor what they reach stays in the processor's nearest cache. */
    private static final int REQUESTS = 4_096;

    @Param({"10", "1000", "100000"})
    public int rules;

    private final AccessRequest[] permitted = new AccessRequest[REQUESTS];
    private final AccessRequest[] denied = new AccessRequest[REQUESTS];
    private Standing standing = Policies.compile(Policies.files(10)).standing(Policies.CALLER);
    private Standing conditioned = Policies.compile(Policies.files(10)).standing(Policies.CALLER);
    private final Trie trie = new Trie();
    private final String[] paths = new String[REQUESTS];
    private int next;

    @Setup
    public void prepare() {
        PolicySnapshot snapshot = Policies.compile(Policies.files(rules));
        standing = snapshot.standing(Policies.CALLER);
        conditioned = Policies.compile(Policies.conditioned(rules)).standing(Policies.CALLER);
        for (int rule = 0; rule < rules; rule++) {
            trie.put("tenants/t" + rule / 10 + "/kind" + rule % 10 + "/{d}", "r" + rule);
        }
        Random random = new Random(7);
        for (int i = 0; i < REQUESTS; i++) {
            int rule = random.nextInt(rules);
            String parent = "tenants/t" + rule / 10;
            paths[i] = parent + "/kind" + rule % 10 + "/d" + i;
            permitted[i] = get(paths[i]);
            denied[i] = get(parent + "/other/d" + i);
        }
        require(standing, permitted[0], Decision.Permit.class);
        require(standing, denied[0], Decision.Deny.class);
        require(conditioned, permitted[0], Decision.Permit.class);
        if (trie.match(paths[0]) == null) {
            throw new IllegalStateException("not the path to be measured");
        }
    }

    private static AccessRequest get(String path) {
        Access access = Access.of(
                Operation.GET, new Resource.Document(ResourcePath.parse(path).orElseThrow()));
        return new AccessRequest(new DatabaseName("p", "(default)"), List.of(access), null, Instant.EPOCH);
    }

    private static void require(Standing standing, AccessRequest request, Class<? extends Decision> verdict) {
        if (!verdict.isInstance(standing.snapshot().decide(standing, request))) {
            throw new IllegalStateException("not the verdict to be measured");
        }
    }

    @Benchmark
    public Decision permit() {
        return standing.snapshot().decide(standing, permitted[next++ & (REQUESTS - 1)]);
    }

    @Benchmark
    public Decision deny() {
        return standing.snapshot().decide(standing, denied[next++ & (REQUESTS - 1)]);
    }

    /** With a condition of three operands folded for two grant tuples. */
    @Benchmark
    public Decision conditioned() {
        return conditioned.snapshot().decide(conditioned, permitted[next++ & (REQUESTS - 1)]);
    }

    /**
     * Beside it what goal 11 was set from: a match by a trie with a {@code HashMap} for each segment and substrings for keys, all rules in one.
     * It decides nothing; it says what this machine makes of that work at this hour.
     */
    @Benchmark
    public @Nullable String trie() {
        return trie.match(paths[next++ & (REQUESTS - 1)]);
    }

    private static final class Trie {
        private final Map<String, Trie> children = new HashMap<>();
        private @Nullable String rule;

        void put(String path, String id) {
            Trie node = this;
            for (String segment : path.split("/", -1)) {
                node = node.children.computeIfAbsent(segment, name -> new Trie());
            }
            node.rule = id;
        }

        @Nullable
        String match(String path) {
            Trie node = this;
            for (int from = 0; from <= path.length(); ) {
                int slash = path.indexOf('/', from);
                int to = slash < 0 ? path.length() : slash;
                Trie child = node.children.get(path.substring(from, to));
                if (child == null) {
                    child = node.children.get("{d}");
                }
                if (child == null) {
                    return null;
                }
                node = child;
                from = to + 1;
            }
            return node.rule;
        }
    }
}
