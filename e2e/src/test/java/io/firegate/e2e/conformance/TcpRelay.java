package io.firegate.e2e.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A port that forwards to another, counts what went there and can be cut. Safe for any thread. */
public final class TcpRelay implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong forwarded = new AtomicLong();
    private final AtomicLong returned = new AtomicLong();
    private volatile InetSocketAddress target;

    private TcpRelay(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /** Listens on a port of its own and forwards to one of this host. */
    public static TcpRelay start(int port) {
        try {
            TcpRelay relay = new TcpRelay(
                    new ServerSocket(0, 128, InetAddress.getLoopbackAddress()),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            daemon("relay-accept", relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code 127.0.0.1:port}. */
    public String endpoint() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** Bytes that went to the target since the start. */
    long forwarded() {
        return forwarded.get();
    }

    /** Bytes that came back from the target since the start. */
    public long returned() {
        return returned.get();
    }

    /** From now on new connections go to another port. */
    public void retarget(int port) {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Resets every connection, both sides; new ones are taken at once. */
    public void cut() {
        for (Socket socket : sockets) {
            reset(socket);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private void accept() {
        while (!server.isClosed()) {
            Socket client = null;
            try {
                client = server.accept();
                client.setTcpNoDelay(true);
                sockets.add(client);
                Socket upstream = new Socket();
                sockets.add(upstream);
                upstream.setTcpNoDelay(true);
                upstream.connect(target);
                Socket accepted = client;
                daemon("relay-up", () -> pump(accepted, upstream, true));
                daemon("relay-down", () -> pump(upstream, accepted, false));
            } catch (IOException e) {
                // Nobody listens at the target, or the relay is closed: the client is told by a reset.
                if (client != null) {
                    reset(client);
                }
            }
        }
    }

    private void pump(Socket from, Socket to, boolean up) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                (up ? forwarded : returned).addAndGet(length);
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // Cut: the other side is next.
        }
        reset(from);
        reset(to);
    }

    private void reset(Socket socket) {
        sockets.remove(socket);
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // Closed before.
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
