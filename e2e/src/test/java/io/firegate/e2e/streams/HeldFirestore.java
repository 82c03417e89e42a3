package io.firegate.e2e.streams;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Firestore that commits when it is told to. Safe for any thread. */
final class HeldFirestore implements AutoCloseable {
    private static final MethodDescriptor<CommitRequest, CommitResponse> COMMIT =
            MethodDescriptor.<CommitRequest, CommitResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("google.firestore.v1.Firestore/Commit")
                    .setRequestMarshaller(ProtoUtils.marshaller(CommitRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(CommitResponse.getDefaultInstance()))
                    .build();

    private static final long COMES_WITHIN_SECONDS = 30;

    private final BlockingQueue<Commit> commits = new LinkedBlockingQueue<>();
    private final Map<String, CommitResponse> answers = new ConcurrentHashMap<>();
    private final Map<String, Integer> answered = new ConcurrentHashMap<>();
    private final Server server;

    /** A Commit that waits for its answer. */
    record Commit(CommitRequest request, StreamObserver<CommitResponse> answers) {
        void answer(CommitResponse answer) {
            answers.onNext(answer);
            answers.onCompleted();
        }
    }

    HeldFirestore() throws IOException {
        server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0))
                .addService(ServerServiceDefinition.builder("google.firestore.v1.Firestore")
                        .addMethod(
                                COMMIT,
                                ServerCalls.asyncUnaryCall((request, answers) -> arrived(new Commit(request, answers))))
                        .build())
                .build()
                .start();
    }

    private void arrived(Commit commit) {
        String name = commit.request().getWrites(0).getUpdate().getName();
        CommitResponse known = answers.get(name);
        if (known == null) {
            commits.add(commit);
        } else {
            answered.merge(name, 1, Integer::sum);
            commit.answer(known);
        }
    }

    /** From now on what writes this document first is answered at once. */
    void answer(String name, CommitResponse answer) {
        answers.put(name, answer);
    }

    /** How many of them were. */
    int answered(String name) {
        return answered.getOrDefault(name, 0);
    }

    /** {@code 127.0.0.1:port}. */
    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** The next Commit. */
    Commit next() throws InterruptedException {
        @Nullable Commit next = commits.poll(COMES_WITHIN_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no Commit came");
        }
        return next;
    }

    /** How many Commits wait and were not asked for. */
    int waiting() {
        return commits.size();
    }

    /** Is gone, whatever waits. */
    void vanish() {
        server.shutdownNow();
    }

    @Override
    public void close() {
        vanish();
    }
}
