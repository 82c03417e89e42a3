package io.firegate.e2e;

/** A gateway that serves in this process. {@link #close} stops it gracefully and waits until it is gone. */
public interface RunningGateway extends AutoCloseable {
    /** The port of a listener, by its place in gateway.yaml. */
    int port(int listener);

    /** The port of the admin listener. */
    int adminPort();

    @Override
    void close();
}
