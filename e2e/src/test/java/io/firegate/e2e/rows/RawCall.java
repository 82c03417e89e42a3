package io.firegate.e2e.rows;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Document;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** One gRPC call with everything that comes back on it: headers or none, messages, status and trailers. */
public final class RawCall implements AutoCloseable {
    private static final int STUCK_SECONDS = 60;

    private final ManagedChannel channel;
    private final String token;

    public RawCall(String address, String token) {
        this.channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .disableRetry()
                .build();
        this.token = token;
    }

    /** What comes back, in its order, as text. */
    public String events(String rpc, Message request) {
        Message answer = rpc.equals("GetDocument")
                ? Document.getDefaultInstance()
                : BatchGetDocumentsResponse.getDefaultInstance();
        MethodDescriptor<Message, Message> method = MethodDescriptor.<Message, Message>newBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .setFullMethodName("google.firestore.v1.Firestore/" + rpc)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
        List<String> events = new CopyOnWriteArrayList<>();
        CompletableFuture<String> closed = new CompletableFuture<>();
        ClientCall<Message, Message> call = channel.newCall(method, CallOptions.DEFAULT);
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata answered) {
                        events.add("headers " + answered);
                    }

                    @Override
                    public void onMessage(Message message) {
                        events.add("message " + message);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        closed.complete(status + " " + trailers);
                    }
                },
                headers);
        call.request(Integer.MAX_VALUE);
        call.sendMessage(request);
        call.halfClose();
        String end = closed.orTimeout(STUCK_SECONDS, TimeUnit.SECONDS).join();
        return String.join("\n", events) + "\n" + end;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
