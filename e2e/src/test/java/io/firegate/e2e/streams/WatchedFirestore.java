package io.firegate.e2e.streams;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.TargetChange;
import com.google.firestore.v1.TargetChange.TargetChangeType;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Passes Listen streams on to the emulator, and knows which of them have named a moment at which all is consistent. A change that the
 * emulator takes in while it still tells the first set of a target is lost, or told amidst that set. Safe for any thread.
 */
final class WatchedFirestore implements AutoCloseable {
    /** By which the emulator knows an administrator, and the database. */
    private static final List<Metadata.Key<String>> PASSED = List.of(
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
            Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER));

    private static final Context.Key<Metadata> HEADERS = Context.key("headers");
    private static final long COMES_WITHIN_SECONDS = 90;

    private final ManagedChannel emulator;
    private final Server server;
    private int opened;
    private int lastConsistent;

    /**
     * Starts one on a free port.
     *
     * @param emulator {@code host:port}
     */
    WatchedFirestore(String emulator) throws IOException {
        this.emulator = NettyChannelBuilder.forTarget(emulator)
                .usePlaintext()
                .directExecutor()
                .build();
        this.server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0))
                .addService(ServerServiceDefinition.builder("google.firestore.v1.Firestore")
                        .addMethod(ListenClient.METHOD, ServerCalls.asyncBidiStreamingCall(this::listen))
                        .build())
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        return Contexts.interceptCall(
                                Context.current().withValue(HEADERS, headers), call, headers, next);
                    }
                })
                .build()
                .start();
    }

    int port() {
        return server.getPort();
    }

    /** How many streams have been opened. */
    synchronized int opened() {
        return opened;
    }

    /** Waits until a stream that was opened after so many has named a moment. */
    synchronized void awaitConsistentAfter(int streams) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMES_WITHIN_SECONDS);
        while (lastConsistent <= streams) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("no stream has named a moment within " + COMES_WITHIN_SECONDS + " s");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private synchronized int open() {
        return ++opened;
    }

    private synchronized void consistent(int stream) {
        lastConsistent = Math.max(lastConsistent, stream);
        notifyAll();
    }

    private StreamObserver<ListenRequest> listen(StreamObserver<ListenResponse> answers) {
        Metadata came = HEADERS.get();
        Metadata passed = new Metadata();
        for (Metadata.Key<String> key : PASSED) {
            passed.put(key, Objects.requireNonNull(came.get(key)));
        }
        return ClientCalls.asyncBidiStreamingCall(
                ClientInterceptors.intercept(emulator, MetadataUtils.newAttachHeadersInterceptor(passed))
                        .newCall(ListenClient.METHOD, CallOptions.DEFAULT),
                new Answers(open(), answers));
    }

    @Override
    public void close() {
        server.shutdownNow();
        emulator.shutdownNow();
    }

    /** Passes on what the emulator says. */
    private final class Answers implements ClientResponseObserver<ListenRequest, ListenResponse> {
        private final int stream;
        private final ServerCallStreamObserver<ListenResponse> to;

        Answers(int stream, StreamObserver<ListenResponse> to) {
            this.stream = stream;
            this.to = (ServerCallStreamObserver<ListenResponse>) to;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ListenRequest> call) {
            to.setOnCancelHandler(() -> call.cancel("nobody listens any more", null));
        }

        @Override
        public void onNext(ListenResponse answer) {
            to.onNext(answer);
            TargetChange change = answer.getTargetChange();
            if (answer.hasTargetChange()
                    && change.getTargetChangeType() == TargetChangeType.NO_CHANGE
                    && change.getTargetIdsCount() == 0
                    && change.hasReadTime()) {
                consistent(stream);
            }
        }

        @Override
        public void onError(Throwable cause) {
            if (!to.isCancelled()) {
                to.onError(Status.fromThrowable(cause).asRuntimeException());
            }
        }

        @Override
        public void onCompleted() {
            to.onCompleted();
        }
    }
}
