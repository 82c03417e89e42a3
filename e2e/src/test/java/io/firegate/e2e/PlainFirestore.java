package io.firegate.e2e;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.BeginTransactionRequest;
import com.google.firestore.v1.BeginTransactionResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.RollbackRequest;
import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.StructuredAggregationQuery;
import com.google.firestore.v1.StructuredQuery;
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
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Firestore's own gRPC calls on one database, of the emulator or through firegate, one attempt each. Safe for any thread. */
public final class PlainFirestore implements AutoCloseable {
    private static final int STUCK_SECONDS = 30;

    private final String database;
    private final String token;
    private final ManagedChannel channel;
    private final Channel calls;

    /** A client of {@code projects/p/databases/d}. */
    public PlainFirestore(String address, String token, String database) {
        this(
                NettyChannelBuilder.forTarget(address)
                        .usePlaintext()
                        .disableRetry()
                        .build(),
                token,
                database);
    }

    private PlainFirestore(ManagedChannel channel, String token, String database) {
        this.database = database;
        this.token = token;
        this.channel = channel;
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        headers.put(Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER), database);
        calls = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** The same of another database, over the same connection, which ends with either. */
    public PlainFirestore in(String other) {
        return new PlainFirestore(channel, token, other);
    }

    /** Opens a Listen stream that goes on until the connection ends, and sends a message on it. */
    public void listen(ListenRequest request, Consumer<Status> ended) {
        ClientCalls.<ListenRequest, ListenResponse>asyncBidiStreamingCall(
                        calls.newCall(
                                MethodDescriptor.<ListenRequest, ListenResponse>newBuilder()
                                        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                                        .setFullMethodName("google.firestore.v1.Firestore/Listen")
                                        .setRequestMarshaller(ProtoUtils.marshaller(ListenRequest.getDefaultInstance()))
                                        .setResponseMarshaller(
                                                ProtoUtils.marshaller(ListenResponse.getDefaultInstance()))
                                        .build(),
                                CallOptions.DEFAULT),
                        new StreamObserver<ListenResponse>() {
                            @Override
                            public void onNext(ListenResponse response) {
                                // Whoever only holds a stream looks at nothing.
                            }

                            @Override
                            public void onError(Throwable fault) {
                                ended.accept(Status.fromThrowable(fault));
                            }

                            @Override
                            public void onCompleted() {
                                ended.accept(Status.OK);
                            }
                        })
                .onNext(request);
    }

    /** The same with another token, over the same connection, which ends with either. */
    public PlainFirestore as(String other) {
        return new PlainFirestore(channel, other, database);
    }

    /** {@code projects/p/databases/d}. */
    public String database() {
        return database;
    }

    /** What every name of the database starts with. */
    public String root() {
        return database + "/documents";
    }

    /** The full name of a document. */
    public String name(String path) {
        return database + "/documents/" + path;
    }

    public CommitResponse commit(Write... writes) {
        return commit(ByteString.EMPTY, List.of(writes));
    }

    public CommitResponse commit(ByteString transaction, List<Write> writes) {
        CommitRequest request = CommitRequest.newBuilder()
                .setDatabase(database)
                .setTransaction(transaction)
                .addAllWrites(writes)
                .build();
        return unary("Commit", request, CommitResponse.getDefaultInstance());
    }

    public BatchWriteResponse batchWrite(List<Write> writes) {
        BatchWriteRequest request = BatchWriteRequest.newBuilder()
                .setDatabase(database)
                .addAllWrites(writes)
                .build();
        return unary("BatchWrite", request, BatchWriteResponse.getDefaultInstance());
    }

    /** A Write stream without a handshake. */
    public RawWriteStream writeStream() {
        return new RawWriteStream(
                ClientCalls.blockingBidiStreamingCall(
                        calls,
                        RawWriteStream.METHOD,
                        CallOptions.DEFAULT.withDeadlineAfter(STUCK_SECONDS, TimeUnit.SECONDS)),
                database);
    }

    public ByteString begin() {
        return unary(
                        "BeginTransaction",
                        BeginTransactionRequest.newBuilder()
                                .setDatabase(database)
                                .build(),
                        BeginTransactionResponse.getDefaultInstance())
                .getTransaction();
    }

    public void rollback(ByteString transaction) {
        RollbackRequest request = RollbackRequest.newBuilder()
                .setDatabase(database)
                .setTransaction(transaction)
                .build();
        unary("Rollback", request, Empty.getDefaultInstance());
    }

    public Optional<Document> get(String path) {
        return get(path, ByteString.EMPTY);
    }

    public Optional<Document> get(String path, ByteString transaction) {
        BatchGetDocumentsRequest.Builder request =
                BatchGetDocumentsRequest.newBuilder().setDatabase(database).addDocuments(name(path));
        if (!transaction.isEmpty()) {
            request.setTransaction(transaction);
        }
        Optional<Document> found = Optional.empty();
        for (BatchGetDocumentsResponse answer :
                stream("BatchGetDocuments", request.build(), BatchGetDocumentsResponse.getDefaultInstance())) {
            if (answer.hasFound()) {
                found = Optional.of(answer.getFound());
            }
        }
        return found;
    }

    /** A document as a mask shows it; empty where there is none. */
    public Document get(String name, List<String> mask) {
        BatchGetDocumentsRequest request = BatchGetDocumentsRequest.newBuilder()
                .setDatabase(database)
                .addDocuments(name)
                .setMask(DocumentMask.newBuilder().addAllFieldPaths(mask))
                .build();
        return stream("BatchGetDocuments", request, BatchGetDocumentsResponse.getDefaultInstance())
                .get(0)
                .getFound();
    }

    /** The documents a query below the root returns, in its order. */
    public List<Document> query(StructuredQuery query) {
        RunQueryRequest request = RunQueryRequest.newBuilder()
                .setParent(root())
                .setStructuredQuery(query)
                .build();
        return stream("RunQuery", request, RunQueryResponse.getDefaultInstance()).stream()
                .filter(RunQueryResponse::hasDocument)
                .map(RunQueryResponse::getDocument)
                .toList();
    }

    /** How many documents a query returns. */
    public long count(StructuredQuery query, StructuredAggregationQuery.Aggregation count) {
        RunAggregationQueryRequest request = RunAggregationQueryRequest.newBuilder()
                .setParent(root())
                .setStructuredAggregationQuery(StructuredAggregationQuery.newBuilder()
                        .setStructuredQuery(query)
                        .addAggregations(count))
                .build();
        return stream("RunAggregationQuery", request, RunAggregationQueryResponse.getDefaultInstance())
                .get(0)
                .getResult()
                .getAggregateFieldsMap()
                .values()
                .iterator()
                .next()
                .getIntegerValue();
    }

    /** Makes a call of any kind; a unary answer is a stream of one. */
    public <A extends Message> List<A> stream(String rpc, Message request, A answer) {
        List<A> answers = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(
                        calls,
                        method(
                                rpc,
                                MethodDescriptor.MethodType.SERVER_STREAMING,
                                request.getDefaultInstanceForType(),
                                answer),
                        CallOptions.DEFAULT.withDeadlineAfter(STUCK_SECONDS, TimeUnit.SECONDS),
                        request)
                .forEachRemaining(answers::add);
        return answers;
    }

    public <A extends Message> A unary(String rpc, Message request, A answer) {
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
