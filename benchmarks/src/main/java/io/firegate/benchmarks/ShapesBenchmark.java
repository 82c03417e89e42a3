package io.firegate.benchmarks;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Operation;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A refusal where the paths of a tier have ids at many different places: each such shape is asked once. People write few; this says what each
 * costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ShapesBenchmark {
    private static final int SEGMENTS = 6;

    /** Up to 63: which segments of six are ids, but for none. */
    @Param({"1", "7", "63"})
    public int shapes;

    private Standing standing = Policies.compile(Policies.files(10)).standing(Policies.CALLER);
    private final AccessRequest request = new AccessRequest(
            new DatabaseName("p", "(default)"),
            List.of(Access.of(
                    Operation.GET,
                    new Resource.Document(ResourcePath.parse("q/q/q/q/q/q").orElseThrow()))),
            null,
            Instant.EPOCH);

    @Setup
    public void prepare() {
        StringBuilder yaml = new StringBuilder(
                "version: 1\ntiers:\n  t:\n    databases: [\"p/(default)\"]\n    credential: local\n    rules:\n");
        for (int ids = 1; ids <= shapes; ids++) {
            yaml.append("      - { path: \"");
            for (int place = 0; place < SEGMENTS; place++) {
                yaml.append((ids & 1 << place) == 0 ? "/{v" + place + "}" : "/id" + place);
            }
            yaml.append("\", allow: [get] }\n");
        }
        yaml.append("bindings:\n  - { tier: t, groups: [")
                .append(Policies.GROUP)
                .append("] }\n");
        PolicySnapshot snapshot = Policies.compile(List.of(PolicyFile.of("shapes.yaml", yaml.toString())));
        standing = snapshot.standing(Policies.CALLER);
        if (!(snapshot.decide(standing, request) instanceof Decision.Deny)) {
            throw new IllegalStateException("not the verdict to be measured");
        }
    }

    @Benchmark
    public Decision deny() {
        return standing.snapshot().decide(standing, request);
    }
}
