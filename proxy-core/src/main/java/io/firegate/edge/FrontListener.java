package io.firegate.edge;

import io.firegate.exchange.Worker;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Accepts connections on one address and counts them. Safe for any thread. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails closes its stream or connection, and that is what is acted on
public final class FrontListener {
    /** A read takes what a few dozen requests need; the buffer is pooled and shared. */
    private static final int READ_BYTES = 32_768;

    /**
     * A hundred documents in one system call. What may not be written yet waits in the streams' queues, so this bounds the size of
     * a write, not what is held.
     */
    private static final WriteBufferWaterMark WRITES_PENDING = new WriteBufferWaterMark(65_536, 262_144);

    private static final int BACKLOG = 1_024;

    private final EdgeServices services;
    private final Map<EventLoop, Worker> workers;
    private final @Nullable SslContext tls;
    private final Connections connections;
    private final Channel server;

    private FrontListener(
            EdgeServices services,
            Map<EventLoop, Worker> workers,
            @Nullable SslContext tls,
            Connections connections,
            Transport transport,
            EventLoopGroup group,
            InetSocketAddress address) {
        this.services = services;
        this.workers = workers;
        this.tls = tls;
        this.connections = connections;
        this.server = new ServerBootstrap()
                .group(group)
                .channelFactory(transport.servers())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITES_PENDING)
                .childHandler(new Accept())
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    /**
     * Starts listening. When the address cannot be had Netty throws an {@link java.io.IOException}, though it declares
     * none.
     *
     * @param tls with ALPN, or null for plaintext
     */
    public static FrontListener bind(
            EdgeServices services,
            Map<EventLoop, Worker> workers,
            @Nullable SslContext tls,
            Connections connections,
            Transport transport,
            EventLoopGroup group,
            InetSocketAddress address) {
        return new FrontListener(services, workers, tls, connections, transport, group, address);
    }

    /** Where it listens, with the port the system chose when the address had none. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /** Accepts no more; what is connected stays. */
    public void stopAccepting() {
        server.close().syncUninterruptibly();
    }

    /** All front connections of the gateway, counted in all and per client address. Safe for any thread. */
    public static final class Connections {
        private final ConcurrentHashMap<OpenConnection, Channel> open = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<String, Integer> perAddress = new ConcurrentHashMap<>();
        private final AtomicInteger count = new AtomicInteger();
        private final Object emptied = new Object();
        private final AtomicLong accepted = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private volatile boolean hurried;

        /** Connections open now. */
        public int count() {
            return count.get();
        }

        /** Connections taken since the start. */
        public long accepted() {
            return accepted.get();
        }

        /** Connections closed at once because a limit was reached. */
        public long refused() {
            return refused.get();
        }

        /** Waits until no connection is open, the time is over, or {@link #hurry} is called. */
        public void awaitNone(Duration time) throws InterruptedException {
            long end = System.nanoTime() + time.toNanos();
            synchronized (emptied) {
                while (count.get() > 0 && !hurried) {
                    long leftMillis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (leftMillis <= 0) {
                        return;
                    }
                    emptied.wait(leftMillis);
                }
            }
        }

        /** Ends every wait for connections, now and later. */
        public void hurry() {
            hurried = true;
            synchronized (emptied) {
                emptied.notifyAll();
            }
        }

        /** Tells every connection to finish what runs and take no more. */
        public void drain() {
            for (OpenConnection connection : open.keySet()) {
                connection.drainSoon();
            }
        }

        /** Closes what is still open, running calls and all: a task for each connection's event loop, which closes at once. */
        public void cut() {
            for (Channel channel : open.values()) {
                channel.eventLoop().execute(() -> {
                    // From the first handler on: the others would first say goodbye, and wait.
                    ChannelHandlerContext first = channel.pipeline().firstContext();
                    if (first != null) {
                        first.close();
                    }
                });
            }
        }

        private boolean enter(String address, EdgeServices services) {
            if (count.incrementAndGet() > services.connectionsMax()) {
                count.decrementAndGet();
                refused.incrementAndGet();
                return false;
            }
            if (perAddress.merge(address, 1, Integer::sum) > services.connectionsPerAddressMax()) {
                leave(address);
                refused.incrementAndGet();
                return false;
            }
            accepted.incrementAndGet();
            return true;
        }

        private void leave(String address) {
            if (count.decrementAndGet() == 0) {
                synchronized (emptied) {
                    emptied.notifyAll();
                }
            }
            perAddress.computeIfPresent(address, (known, number) -> number == 1 ? null : number - 1);
        }
    }

    private final class Accept extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            String address = TrustedProxies.peer(channel).peer();
            if (!connections.enter(address, services)) {
                channel.close();
                return;
            }
            Worker worker = workers.get(channel.eventLoop());
            if (worker == null) {
                throw new IllegalStateException("a connection on a loop that is not the gateway's");
            }
            PrefaceCheck connection = new PrefaceCheck(services, worker);
            connections.open.put(connection, channel);
            channel.closeFuture().addListener(closed -> {
                connections.open.remove(connection);
                connections.leave(address);
            });
            if (tls != null) {
                SslHandler handler = tls.newHandler(channel.alloc());
                handler.setHandshakeTimeoutMillis(services.handshakeMillis());
                channel.pipeline().addLast(handler);
            }
            channel.pipeline().addLast(connection);
        }
    }
}
