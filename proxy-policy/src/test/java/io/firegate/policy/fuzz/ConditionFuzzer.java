package io.firegate.policy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Conditions, for Jazzer: {@code docs/testing.md} has the command. */
public final class ConditionFuzzer {
    private ConditionFuzzer() {}

    /** One input. Jazzer finds it by its name. */
    public static void fuzzerTestOneInput(byte[] input) {
        Targets.condition(new String(input, UTF_8));
    }
}
