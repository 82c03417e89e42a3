package io.firegate.e2e;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An emulator behind what stands before Firestore itself: every call must carry a Google token, and may do what IAM grants its account.
 * Relays gRPC of any method, byte for byte. Safe for any thread.
 */
public final class GuardedFirestore implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
    private static final List<Metadata.Key<String>> PASSED_ON =
            List.of(key("google-cloud-resource-prefix"), key("x-goog-request-params"));

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final ManagedChannel emulator;
    private final Function<@Nullable String, @Nullable String> accountOf;
    private final Map<String, Set<String>> rights;
    private final Server server;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile BiConsumer<String, byte[]> before = (method, message) -> {};
    private volatile Answered answered = (method, request, message) -> {};

    /** Looks at an answer. */
    @FunctionalInterface
    interface Answered {
        /**
         * An answer has been relayed.
         *
         * @throws StatusRuntimeException when the call is to end with that status, and not as it would
         */
        void relayed(String method, byte[] request, byte[] message);
    }

    /** A call and whose token it carried; empty for none that counts. */
    public record Call(String account, String method) {}

    /**
     * Starts one on a free port.
     *
     * @param accountOf whose token an authorization header holds, or null
     * @param rights the methods each account may call; {@code *} for any
     */
    public GuardedFirestore(
            String emulator, Function<@Nullable String, @Nullable String> accountOf, Map<String, Set<String>> rights)
            throws IOException {
        this.emulator = NettyChannelBuilder.forTarget(emulator).usePlaintext().build();
        this.accountOf = accountOf;
        this.rights = Map.copyOf(rights);
        this.server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0))
                .fallbackHandlerRegistry(new AnyMethod())
                .build()
                .start();
    }

    /**
     * What is done before a request is relayed, which waits for it: given the method and the message. Where it throws a
     * {@link StatusRuntimeException}, the call ends with that status and is not relayed.
     */
    void before(BiConsumer<String, byte[]> what) {
        before = what;
    }

    /** What is done when an answer has been relayed. */
    void answered(Answered what) {
        answered = what;
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Every call so far, refused ones too. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    @Override
    public void close() {
        server.shutdownNow();
        emulator.shutdownNow();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private final class AnyMethod extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<byte[], byte[]> lookupMethod(String name, @Nullable String authority) {
            MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(BYTES, BYTES)
                    .setType(MethodDescriptor.MethodType.UNKNOWN)
                    .setFullMethodName(name)
                    .build();
            return ServerMethodDefinition.create(method, (call, headers) -> judge(method, call, headers));
        }
    }

    private ServerCall.Listener<byte[]> judge(
            MethodDescriptor<byte[], byte[]> method, ServerCall<byte[], byte[]> call, Metadata headers) {
        String account = accountOf.apply(headers.get(AUTHORIZATION));
        String name = String.valueOf(method.getBareMethodName());
        calls.add(new Call(account == null ? "" : account, name));
        if (account == null) {
            call.close(Status.UNAUTHENTICATED.withDescription("no valid Google token"), new Metadata());
        } else if (!mayCall(account, name)) {
            call.close(Status.PERMISSION_DENIED.withDescription("IAM grants this nobody"), new Metadata());
        } else {
            return relay(method, call, headers);
        }
        return new ServerCall.Listener<>() {};
    }

    private boolean mayCall(String account, String name) {
        Set<String> methods = rights.getOrDefault(account, Set.of());
        return methods.contains(name) || methods.contains("*");
    }

    private ServerCall.Listener<byte[]> relay(
            MethodDescriptor<byte[], byte[]> method, ServerCall<byte[], byte[]> front, Metadata headers) {
        ClientCall<byte[], byte[]> back = emulator.newCall(method, CallOptions.DEFAULT);
        Metadata own = new Metadata();
        own.put(AUTHORIZATION, "Bearer owner");
        for (Metadata.Key<String> key : PASSED_ON) {
            String value = headers.get(key);
            if (value != null) {
                own.put(key, value);
            }
        }
        String name = String.valueOf(method.getBareMethodName());
        AtomicReference<byte[]> request = new AtomicReference<>(new byte[0]);
        AtomicReference<@Nullable Status> instead = new AtomicReference<>();
        back.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata answered) {
                        front.sendHeaders(answered);
                    }

                    @Override
                    public void onMessage(byte[] message) {
                        front.sendMessage(message);
                        try {
                            answered.relayed(name, request.get(), message);
                        } catch (StatusRuntimeException e) {
                            instead.set(e.getStatus());
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        Status other = instead.get();
                        front.close(other == null ? status : other, trailers);
                    }
                },
                own);
        back.request(Integer.MAX_VALUE);
        front.request(Integer.MAX_VALUE);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
                request.set(message);
                try {
                    before.accept(name, message);
                } catch (StatusRuntimeException e) {
                    instead.set(e.getStatus());
                    back.cancel("it ends otherwise", e);
                    return;
                }
                back.sendMessage(message);
            }

            @Override
            public void onHalfClose() {
                if (instead.get() == null) {
                    back.halfClose();
                }
            }

            @Override
            public void onCancel() {
                back.cancel("the caller gave up", null);
            }
        };
    }
}
