package io.firegate.e2e.guard;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.BeginTransactionRequest;
import com.google.firestore.v1.BeginTransactionResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.RollbackRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Firestore's own gRPC calls on one database, one attempt each. Safe for any thread. */
final class PlainFirestore implements AutoCloseable {
    private static final int STUCK_SECONDS = 30;

    private final String database;
    private final ManagedChannel channel;
    private final Channel calls;

    /** A client of {@code projects/p/databases/d}. */
    PlainFirestore(String address, String token, String database) {
        this.database = database;
        channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .disableRetry()
                .build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        headers.put(Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER), database);
        calls = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** The full name of a document. */
    String name(String path) {
        return database + "/documents/" + path;
    }

    CommitResponse commit(Write... writes) {
        return commit(ByteString.EMPTY, List.of(writes));
    }

    CommitResponse commit(ByteString transaction, List<Write> writes) {
        CommitRequest request = CommitRequest.newBuilder()
                .setDatabase(database)
                .setTransaction(transaction)
                .addAllWrites(writes)
                .build();
        return unary("Commit", request, CommitResponse.getDefaultInstance());
    }

    BatchWriteResponse batchWrite(List<Write> writes) {
        BatchWriteRequest request = BatchWriteRequest.newBuilder()
                .setDatabase(database)
                .addAllWrites(writes)
                .build();
        return unary("BatchWrite", request, BatchWriteResponse.getDefaultInstance());
    }

    ByteString begin() {
        return unary(
                        "BeginTransaction",
                        BeginTransactionRequest.newBuilder()
                                .setDatabase(database)
                                .build(),
                        BeginTransactionResponse.getDefaultInstance())
                .getTransaction();
    }

    void rollback(ByteString transaction) {
        RollbackRequest request = RollbackRequest.newBuilder()
                .setDatabase(database)
                .setTransaction(transaction)
                .build();
        unary("Rollback", request, Empty.getDefaultInstance());
    }

    Optional<Document> get(String path) {
        return get(path, ByteString.EMPTY);
    }

    Optional<Document> get(String path, ByteString transaction) {
        BatchGetDocumentsRequest.Builder request =
                BatchGetDocumentsRequest.newBuilder().setDatabase(database).addDocuments(name(path));
        if (!transaction.isEmpty()) {
            request.setTransaction(transaction);
        }
        Iterator<BatchGetDocumentsResponse> answers = ClientCalls.blockingServerStreamingCall(
                calls,
                method(
                        "BatchGetDocuments",
                        MethodDescriptor.MethodType.SERVER_STREAMING,
                        BatchGetDocumentsRequest.getDefaultInstance(),
                        BatchGetDocumentsResponse.getDefaultInstance()),
                CallOptions.DEFAULT.withDeadlineAfter(STUCK_SECONDS, TimeUnit.SECONDS),
                request.build());
        Optional<Document> found = Optional.empty();
        while (answers.hasNext()) {
            BatchGetDocumentsResponse answer = answers.next();
            if (answer.hasFound()) {
                found = Optional.of(answer.getFound());
            }
        }
        return found;
    }

    <A extends Message> A unary(String rpc, Message request, A answer) {
        return ClientCalls.blockingUnaryCall(
                calls,
                method(rpc, MethodDescriptor.MethodType.UNARY, request.getDefaultInstanceForType(), answer),
                CallOptions.DEFAULT.withDeadlineAfter(STUCK_SECONDS, TimeUnit.SECONDS),
                request);
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Message, A> method(
            String rpc, MethodDescriptor.MethodType type, Q request, A answer) {
        return MethodDescriptor.<Message, A>newBuilder()
                .setType(type)
                .setFullMethodName("google.firestore.v1.Firestore/" + rpc)
                .setRequestMarshaller(ProtoUtils.marshaller((Message) request))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
