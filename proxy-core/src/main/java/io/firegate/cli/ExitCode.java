package io.firegate.cli;

/** What the process tells its parent. Part of the interface: scripts and orchestrators read these numbers. */
public enum ExitCode {
    /** Done. */
    OK(0),
    /** A fault in firegate or in the machine. */
    INTERNAL(1),
    /** The command line makes no sense. */
    USAGE(2),
    /** The configuration or the policy is refused. */
    INVALID(3),
    /** A policy test failed, or somebody would gain access nobody approved. */
    FINDING(4),
    /** The gateway that was asked is not well or cannot be reached, a probe failed, or the token would be refused. */
    PROBE_FAILED(5),
    /** An address to listen at is taken. */
    PORT_IN_USE(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }
}
