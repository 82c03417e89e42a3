package io.firegate.firestore.status;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import java.util.Map;

/** Writes the rich error model (google/rpc/status.proto, error_details.proto). */
public final class StatusDetails {
    private StatusDetails() {}

    /**
     * A serialised {@code google.rpc.Status} holding one {@code ErrorInfo}.
     *
     * @param code the gRPC status code, repeated from the trailers
     * @param message the gRPC message, repeated from the trailers
     * @param reason UPPER_SNAKE_CASE, at most 63 characters (error_details.proto)
     * @param domain who speaks
     * @param metadata further facts; none that tells of stored data
     */
    public static byte[] encode(int code, String message, String reason, String domain, Map<String, String> metadata) {
        ErrorInfo info = ErrorInfo.newBuilder()
                .setReason(reason)
                .setDomain(domain)
                .putAllMetadata(metadata)
                .build();
        return Status.newBuilder()
                .setCode(code)
                .setMessage(message)
                .addDetails(Any.pack(info))
                .build()
                .toByteArray();
    }
}
