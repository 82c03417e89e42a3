package io.firegate.e2e.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The policy of these tests. */
final class Policies {
    private Policies() {}

    static String read() {
        try (InputStream in =
                Objects.requireNonNull(Policies.class.getResourceAsStream("policy.yaml"), "policy.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
