package io.firegate.benchmarks;

import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From the files of 100,000 rules to a snapshot: what a reload costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
public class CompileBenchmark {
    private final List<PolicyFile> files = Policies.files(100_000);

    @Benchmark
    public PolicySnapshot compile() {
        return Policies.compile(files);
    }
}
