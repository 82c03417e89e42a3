package io.firegate.admin;

/** How far a gateway is in its life. Moved by the gateway, read by any thread. */
public final class Stage {
    private enum Step {
        STARTING,
        SERVING,
        DRAINING
    }

    private volatile Step step = Step.STARTING;

    /** Every listener is open. */
    public void serving() {
        step = Step.SERVING;
    }

    /** It was told to stop. */
    public void draining() {
        step = Step.DRAINING;
    }

    Finding finding() {
        return switch (step) {
            case STARTING -> Finding.bad("starting: not every listener is open");
            case SERVING -> Finding.good("serving");
            case DRAINING -> Finding.bad("draining: told to stop, running calls may finish");
        };
    }

    boolean hasStarted() {
        return step != Step.STARTING;
    }
}
