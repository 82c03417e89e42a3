package io.firegate.e2e;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An upstream that counts what reaches it and answers every call it admits with one empty message. Safe for any thread. */
public final class CountingFirestore implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Predicate<@Nullable String> admits;
    private final AtomicInteger calls = new AtomicInteger();
    private final Server server;

    /** Starts one on a free port that admits everybody. */
    CountingFirestore() throws IOException {
        this(authorization -> true);
    }

    /**
     * Starts one on a free port.
     *
     * @param admits whether it takes a call with this authorization header
     */
    CountingFirestore(Predicate<@Nullable String> admits) throws IOException {
        this(admits, Integer.MAX_VALUE);
    }

    /** Starts one on a free port that admits everybody, but only so many calls at a time on a connection. */
    public CountingFirestore(int callsPerConnection) throws IOException {
        this(authorization -> true, callsPerConnection);
    }

    private CountingFirestore(Predicate<@Nullable String> admits, int callsPerConnection) throws IOException {
        this.admits = admits;
        server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0))
                .fallbackHandlerRegistry(new AnyMethod())
                .maxConcurrentCallsPerConnection(callsPerConnection)
                .build()
                .start();
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Calls so far. */
    public int calls() {
        return calls.get();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class AnyMethod extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<InputStream, InputStream> lookupMethod(String name, @Nullable String authority) {
            MethodDescriptor<InputStream, InputStream> method = MethodDescriptor.newBuilder(Raw.BYTES, Raw.BYTES)
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(name)
                    .build();
            return ServerMethodDefinition.create(method, (call, headers) -> {
                calls.incrementAndGet();
                if (!admits.test(headers.get(AUTHORIZATION))) {
                    call.close(Status.UNAUTHENTICATED, new Metadata());
                    return new ServerCall.Listener<>() {};
                }
                call.request(1);
                return new ServerCall.Listener<>() {
                    @Override
                    public void onHalfClose() {
                        call.sendHeaders(new Metadata());
                        call.sendMessage(InputStream.nullInputStream());
                        call.close(Status.OK, new Metadata());
                    }
                };
            });
        }
    }

    /** Messages as they are. */
    private static final class Raw implements MethodDescriptor.Marshaller<InputStream> {
        static final Raw BYTES = new Raw();

        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            try {
                return new ByteArrayInputStream(stream.readAllBytes());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
