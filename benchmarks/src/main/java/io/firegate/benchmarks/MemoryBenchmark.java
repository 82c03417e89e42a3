package io.firegate.benchmarks;

import java.util.Random;
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
 * One load whose address the load before it told: what {@link DecideBenchmark} at many rules consists of. Says in the same run whether the
 * machine's memory is as quick as it was when another figure was taken.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemoryBenchmark {
    /** A cache line of 64 bytes: each load meets another one. */
    private static final int LINE_INTS = 16;

    @Param({"1", "8", "64"})
    public int mebibytes;

    private int[] next = {};
    private int at;

    /** Each line holds the place of another; all of them are one ring, in no order a processor foresees. */
    @Setup
    public void prepare() {
        int lines = mebibytes * (1 << 20) / (LINE_INTS * Integer.BYTES);
        int[] order = new int[lines];
        for (int i = 0; i < lines; i++) {
            order[i] = i;
        }
        Random random = new Random(7);
        // Sattolo's shuffle: one ring, never two.
        for (int i = lines - 1; i > 0; i--) {
            int other = random.nextInt(i);
            int taken = order[i];
            order[i] = order[other];
            order[other] = taken;
        }
        next = new int[lines * LINE_INTS];
        for (int i = 0; i < lines; i++) {
            next[i * LINE_INTS] = order[i] * LINE_INTS;
        }
        at = 0;
    }

    @Benchmark
    public int step() {
        at = next[at];
        return at;
    }
}
