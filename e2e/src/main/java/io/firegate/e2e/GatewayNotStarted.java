package io.firegate.e2e;

/** {@code firegate run} ended instead of serving. */
public final class GatewayNotStarted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    GatewayNotStarted(int exitCode, String said) {
        super(said.strip());
        this.exitCode = exitCode;
    }

    /** Its exit code. */
    public int exitCode() {
        return exitCode;
    }
}
