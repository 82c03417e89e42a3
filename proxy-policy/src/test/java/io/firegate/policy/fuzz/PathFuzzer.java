package io.firegate.policy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Paths, for Jazzer: {@code docs/testing.md} has the command. */
public final class PathFuzzer {
    private PathFuzzer() {}

    /** One input. Jazzer finds it by its name. */
    public static void fuzzerTestOneInput(byte[] input) {
        Targets.path(new String(input, UTF_8));
    }
}
