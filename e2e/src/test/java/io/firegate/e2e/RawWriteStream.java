package io.firegate.e2e;

import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteRequest;
import com.google.firestore.v1.WriteResponse;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.MethodDescriptor;
import io.grpc.StatusException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One Write stream, message by message, as no official client lets anybody. Blocks the calling thread; used by one. */
public final class RawWriteStream implements AutoCloseable {
    static final MethodDescriptor<WriteRequest, WriteResponse> METHOD =
            MethodDescriptor.<WriteRequest, WriteResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("google.firestore.v1.Firestore/Write")
                    .setRequestMarshaller(ProtoUtils.marshaller(WriteRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(WriteResponse.getDefaultInstance()))
                    .build();

    private final BlockingClientCall<WriteRequest, WriteResponse> call;
    private final String database;
    private ByteString token = ByteString.EMPTY;

    RawWriteStream(BlockingClientCall<WriteRequest, WriteResponse> call, String database) {
        this.call = call;
        this.database = database;
    }

    /** The handshake, and its answer. */
    public WriteResponse open() throws StatusException {
        return ask(WriteRequest.newBuilder().setDatabase(database).build());
    }

    /** Writes with the token of the last answer, and waits for the next one. */
    public WriteResponse write(List<Write> writes) throws StatusException {
        return ask(WriteRequest.newBuilder()
                .setStreamToken(token)
                .addAllWrites(writes)
                .build());
    }

    /** Sends a message and waits for its answer. */
    public WriteResponse ask(WriteRequest message) throws StatusException {
        send(message);
        WriteResponse answer = read();
        if (answer == null) {
            throw new IllegalStateException("the stream ended well before its answer");
        }
        return answer;
    }

    /** Sends a message; waits only while the other side takes no more. */
    public void send(WriteRequest message) throws StatusException {
        try {
            call.write(message);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The next answer; null when the stream has ended well. */
    public @Nullable WriteResponse read() throws StatusException {
        try {
            WriteResponse answer = call.read();
            if (answer != null) {
                token = answer.getStreamToken();
            }
            return answer;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Sends no more. */
    public void halfClose() {
        call.halfClose();
    }

    /** The token of the last answer. */
    public ByteString token() {
        return token;
    }

    /** Reads on to the end: {@code OK}, or the status and firegate's reason. */
    public String end() {
        try {
            while (read() != null) {
                // Answers before the end.
            }
            return "OK";
        } catch (StatusException e) {
            return said(e);
        }
    }

    /** The status and firegate's reason. */
    public static String said(StatusException e) {
        return e.getStatus().getCode() + " " + info(e).getReason();
    }

    /** The decision an error names. */
    public static String decision(StatusException e) {
        return info(e).getMetadataOrDefault("decision", "");
    }

    private static ErrorInfo info(StatusException e) {
        com.google.rpc.@Nullable Status status = StatusProto.fromThrowable(e);
        for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    return detail.unpack(ErrorInfo.class);
                } catch (InvalidProtocolBufferException broken) {
                    throw new IllegalStateException(broken);
                }
            }
        }
        return ErrorInfo.getDefaultInstance();
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(e);
    }

    /** Gives up. */
    @Override
    public void close() {
        call.cancel("closed by the test", null);
    }
}
