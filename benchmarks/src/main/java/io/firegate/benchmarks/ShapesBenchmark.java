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
 * A refusal where the paths of a tier have ids at many different places: few such shapes are asked in turn, many are a tree to walk through.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ShapesBenchmark {
    private static final int SEGMENTS = 6;

    /** Up to 32: each has an id at the last place, and at some of the others. */
    @Param({"1", "8", "9", "32"})
    public int shapes;

    private Standing standing = Policies.compile(Policies.files(10)).standing(Policies.CALLER);
    private final AccessRequest far = get("q/q/q/q/q/q");
    private final AccessRequest near = get("id0/id1/id2/id3/id4/q");

    private static AccessRequest get(String path) {
        Resource document = new Resource.Document(ResourcePath.parse(path).orElseThrow());
        return new AccessRequest(
                new DatabaseName("p", "(default)"), List.of(Access.of(Operation.GET, document)), null, Instant.EPOCH);
    }

    @Setup
    public void prepare() {
        StringBuilder yaml = new StringBuilder(
                "version: 1\ntiers:\n  t:\n    databases: [\"p/(default)\"]\n    credential: local\n    rules:\n");
        for (int shape = 0; shape < shapes; shape++) {
            yaml.append("      - { id: s").append(shape).append(", path: \"");
            for (int place = 0; place < SEGMENTS; place++) {
                boolean id = place == SEGMENTS - 1 || (shape & 1 << place) != 0;
                yaml.append(id ? "/id" + place : "/{v" + place + "}");
            }
            yaml.append("\", allow: [get] }\n");
        }
        yaml.append("bindings:\n  - { tier: t, groups: [")
                .append(Policies.GROUP)
                .append("] }\n");
        PolicySnapshot snapshot = Policies.compile(List.of(PolicyFile.of("shapes.yaml", yaml.toString())));
        standing = snapshot.standing(Policies.CALLER);
        for (AccessRequest request : List.of(far, near)) {
            if (!(snapshot.decide(standing, request) instanceof Decision.Deny)) {
                throw new IllegalStateException("not the verdict to be measured");
            }
        }
    }

    /** Of a path no id of which is in the policy. */
    @Benchmark
    public Decision far() {
        return standing.snapshot().decide(standing, far);
    }

    /** Of a path all but whose last id is in the policy. */
    @Benchmark
    public Decision near() {
        return standing.snapshot().decide(standing, near);
    }
}
