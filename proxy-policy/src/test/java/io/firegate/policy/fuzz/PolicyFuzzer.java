package io.firegate.policy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Policy texts, for Jazzer: {@code docs/testing.md} has the command. */
public final class PolicyFuzzer {
    private PolicyFuzzer() {}

    /** One input. Jazzer finds it by its name. */
    public static void fuzzerTestOneInput(byte[] input) {
        Targets.policy(new String(input, UTF_8));
    }
}
