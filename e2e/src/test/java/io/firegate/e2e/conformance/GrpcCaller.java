package io.firegate.e2e.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A bare gRPC client: no retries, no defaults, one attempt for each call. */
final class GrpcCaller implements Caller {
    /** A call that takes longer is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final ManagedChannel channel;
    private final io.grpc.Channel calls;

    /**
     * A client of one database.
     *
     * @param database {@code projects/p/databases/d}, for the routing header the emulator goes by
     */
    GrpcCaller(String address, String token, String database) {
        channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        headers.put(Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER), database);
        calls = io.grpc.ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    @Override
    public Optional<Answer> call(Step.Request request, Variables variables) {
        return switch (request) {
            case Step.Request.Rpc rpc when rpc.only().equals("rest") -> Optional.empty();
            case Step.Request.Rpc rpc ->
                Optional.of(call(
                        rpc.method(),
                        variables.json(rpc.message()).getAsJsonObject(),
                        rpc.gzip() ? CallOptions.DEFAULT.withCompression("gzip") : CallOptions.DEFAULT));
            case Step.Request.Stream stream -> Optional.of(stream(stream, variables));
            case Step.Request.Path path ->
                Optional.of(call(
                        path.path(),
                        Empty.getDescriptor(),
                        Empty.getDescriptor(),
                        DynamicMessage.getDefaultInstance(Empty.getDescriptor()),
                        CallOptions.DEFAULT));
            case Step.Request.Http http -> Optional.empty();
            case Step.Request.Finish finish -> throw new IllegalStateException(finish.label());
        };
    }

    @Override
    public Answer call(String method, JsonObject message) {
        return call(method, message, CallOptions.DEFAULT);
    }

    private Answer call(String rpc, JsonObject message, CallOptions options) {
        Descriptors.MethodDescriptor method = FirestoreService.method(rpc);
        return call(
                FirestoreService.NAME + "/" + rpc,
                method.getInputType(),
                method.getOutputType(),
                FirestoreService.message(method.getInputType(), message),
                options);
    }

    private Answer call(
            String path,
            Descriptors.Descriptor input,
            Descriptors.Descriptor output,
            DynamicMessage message,
            CallOptions options) {
        // One shape for every call: a unary answer is a stream of one message.
        MethodDescriptor<DynamicMessage, DynamicMessage> method =
                method(MethodDescriptor.MethodType.SERVER_STREAMING, path, input, output);
        List<JsonElement> messages = new ArrayList<>();
        try {
            Iterator<DynamicMessage> answers = ClientCalls.blockingServerStreamingCall(
                    calls, method, options.withDeadlineAfter(STUCK.toMillis(), TimeUnit.MILLISECONDS), message);
            while (answers.hasNext()) {
                messages.add(FirestoreService.json(answers.next()));
            }
            return new Answer("OK", 0, messages, "", "", "");
        } catch (StatusRuntimeException e) {
            return failed(e, e.getStatus(), messages);
        }
    }

    private static MethodDescriptor<DynamicMessage, DynamicMessage> method(
            MethodDescriptor.MethodType type,
            String path,
            Descriptors.Descriptor input,
            Descriptors.Descriptor output) {
        return MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(type)
                .setFullMethodName(path)
                .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(input)))
                .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(output)))
                .build();
    }

    private Answer stream(Step.Request.Stream stream, Variables variables) {
        Descriptors.MethodDescriptor rpc = FirestoreService.method(stream.method());
        BlockingClientCall<DynamicMessage, DynamicMessage> call = ClientCalls.blockingBidiStreamingCall(
                calls,
                method(
                        MethodDescriptor.MethodType.BIDI_STREAMING,
                        FirestoreService.NAME + "/" + stream.method(),
                        rpc.getInputType(),
                        rpc.getOutputType()),
                CallOptions.DEFAULT.withDeadlineAfter(STUCK.toMillis(), TimeUnit.MILLISECONDS));
        List<JsonElement> messages = new ArrayList<>();
        try {
            for (Object message : stream.messages()) {
                call.write(FirestoreService.message(
                        rpc.getInputType(), variables.json(message).getAsJsonObject()));
                if (!stream.ahead()) {
                    DynamicMessage answer = call.read();
                    if (answer == null) {
                        return new Answer("OK", 0, messages, "", "", "");
                    }
                    messages.add(FirestoreService.json(answer));
                    variables.save("token", messages, (messages.size() - 1) + ".streamToken");
                }
            }
            call.halfClose();
            for (DynamicMessage answer = call.read(); answer != null; answer = call.read()) {
                messages.add(FirestoreService.json(answer));
            }
            return new Answer("OK", 0, messages, "", "", "");
        } catch (StatusException e) {
            return failed(e, e.getStatus(), messages);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Answer failed(Throwable e, io.grpc.Status ended, List<JsonElement> messages) {
        String domain = "";
        String reason = "";
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    ErrorInfo info = detail.unpack(ErrorInfo.class);
                    domain = info.getDomain();
                    reason = info.getReason();
                } catch (InvalidProtocolBufferException broken) {
                    throw new IllegalStateException(broken);
                }
            }
        }
        return new Answer(
                ended.getCode().name(),
                0,
                messages,
                Objects.requireNonNullElse(ended.getDescription(), ""),
                domain,
                reason);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
