package io.firegate.e2e.streams;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;

/** A Firestore that listens as it is told to. Safe for any thread when what it says is. */
final class ScriptedListen implements AutoCloseable {
    private final Server server;

    /**
     * Starts it.
     *
     * @param says what it answers to a message
     */
    ScriptedListen(Function<ListenRequest, List<ListenResponse>> says) throws IOException {
        server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0))
                .addService(ServerServiceDefinition.builder("google.firestore.v1.Firestore")
                        .addMethod(
                                ListenClient.METHOD,
                                ServerCalls.asyncBidiStreamingCall(answers -> new StreamObserver<>() {
                                    @Override
                                    public void onNext(ListenRequest request) {
                                        says.apply(request).forEach(answers::onNext);
                                    }

                                    @Override
                                    public void onError(Throwable fault) {
                                        // The client is gone.
                                    }

                                    @Override
                                    public void onCompleted() {
                                        answers.onCompleted();
                                    }
                                }))
                        .build())
                .build()
                .start();
    }

    /** {@code 127.0.0.1:port}. */
    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
