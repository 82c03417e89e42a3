package io.firegate.policy;

import java.nio.charset.StandardCharsets;

/** One file of the policy directory, as it was read. Immutable. */
public final class PolicyFile {
    private final String path;
    private final byte[] bytes;

    /**
     * A file.
     *
     * @param path its name in problems and in the digest: relative to the policy directory, with {@code /}
     * @param bytes its content, copied
     */
    public PolicyFile(String path, byte[] bytes) {
        this.path = path;
        this.bytes = bytes.clone();
    }

    /** A file from text. */
    public static PolicyFile of(String path, String text) {
        return new PolicyFile(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a file of this name is policy: {@code *.yaml}, but not {@code *_test.yaml}. */
    public static boolean isPolicy(String path) {
        return path.endsWith(".yaml") && !path.endsWith("_test.yaml");
    }

    /** Its name. */
    public String path() {
        return path;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return path;
    }
}
