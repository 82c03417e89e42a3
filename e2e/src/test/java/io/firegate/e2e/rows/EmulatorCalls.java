package io.firegate.e2e.rows;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.RunAggregationQueryRequest;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.StructuredAggregationQuery;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Write;
import com.google.protobuf.Message;
import io.firegate.policy.DatabaseName;
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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Calls to the emulator itself, in one database, in Firestore's own messages. */
final class EmulatorCalls implements AutoCloseable {
    private final DatabaseName database;
    private final ManagedChannel connection;
    private final Channel channel;

    EmulatorCalls(String endpoint, DatabaseName database) {
        this.database = database;
        connection = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer owner");
        headers.put(
                Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER),
                database.resourceName());
        channel = ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** What every name of the database starts with. */
    String root() {
        return database.resourceName() + "/documents";
    }

    void write(List<Document> documents) {
        CommitRequest.Builder commit = CommitRequest.newBuilder().setDatabase(database.resourceName());
        for (Document document : documents) {
            commit.addWrites(Write.newBuilder().setUpdate(document));
        }
        call("Commit", commit.build(), CommitResponse.getDefaultInstance());
    }

    /** The documents a query returns, in its order. */
    List<Document> query(StructuredQuery query) {
        List<Document> found = new ArrayList<>();
        call(
                        "RunQuery",
                        RunQueryRequest.newBuilder()
                                .setParent(root())
                                .setStructuredQuery(query)
                                .build(),
                        RunQueryResponse.getDefaultInstance())
                .forEach(answer -> {
                    if (answer.hasDocument()) {
                        found.add(answer.getDocument());
                    }
                });
        return found;
    }

    /** How many documents a query returns. */
    long count(StructuredQuery query, StructuredAggregationQuery.Aggregation count) {
        return call(
                        "RunAggregationQuery",
                        RunAggregationQueryRequest.newBuilder()
                                .setParent(root())
                                .setStructuredAggregationQuery(StructuredAggregationQuery.newBuilder()
                                        .setStructuredQuery(query)
                                        .addAggregations(count))
                                .build(),
                        RunAggregationQueryResponse.getDefaultInstance())
                .get(0)
                .getResult()
                .getAggregateFieldsMap()
                .values()
                .iterator()
                .next()
                .getIntegerValue();
    }

    /** A document as a mask shows it. */
    Document get(String name, List<String> mask) {
        return call(
                        "BatchGetDocuments",
                        BatchGetDocumentsRequest.newBuilder()
                                .setDatabase(database.resourceName())
                                .addDocuments(name)
                                .setMask(DocumentMask.newBuilder().addAllFieldPaths(mask))
                                .build(),
                        BatchGetDocumentsResponse.getDefaultInstance())
                .get(0)
                .getFound();
    }

    private <A extends Message> List<A> call(String rpc, Message request, A answer) {
        MethodDescriptor<Message, A> method = MethodDescriptor.<Message, A>newBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .setFullMethodName("google.firestore.v1.Firestore/" + rpc)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
        List<A> answers = new ArrayList<>();
        Iterator<A> stream = ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request);
        stream.forEachRemaining(answers::add);
        return answers;
    }

    @Override
    public void close() {
        connection.shutdownNow();
    }
}
