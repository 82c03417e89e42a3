package io.firegate.firestore.rest;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.status.StatusDetails;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as Google's APIs write it: {@code {"error": {"code", "message", "status", "details"}}}. Immutable; safe for any thread.
 */
public final class RestError {
    private static final int UNKNOWN = 2;

    private static final JsonSchema STATUS = JsonSchema.of(Status.getDescriptor());
    private static final byte[] ERROR_KEY = ascii("\"error\"");
    private static final byte[] CODE_KEY = ascii("\"code\"");
    private static final byte[] MESSAGE_KEY = ascii("\"message\"");
    private static final byte[] STATUS_KEY = ascii("\"status\"");

    private final int code;
    private final String message;
    /** A {@code google.rpc.Status} with nothing but details. */
    private final byte[] details;

    private final int httpStatus;

    private RestError(int code, String message, byte[] details) {
        this.code = code < 1 || code >= Code.BY_NUMBER.length ? UNKNOWN : code;
        this.message = message;
        this.details = details;
        this.httpStatus = Code.BY_NUMBER[this.code].http;
    }

    private RestError(RestError error, int httpStatus) {
        this.code = error.code;
        this.message = error.message;
        this.details = error.details;
        this.httpStatus = httpStatus;
    }

    /** The gRPC status codes and the HTTP status each becomes (google/rpc/code.proto). */
    private enum Code {
        OK(200),
        CANCELLED(499),
        UNKNOWN(500),
        INVALID_ARGUMENT(400),
        DEADLINE_EXCEEDED(504),
        NOT_FOUND(404),
        ALREADY_EXISTS(409),
        PERMISSION_DENIED(403),
        RESOURCE_EXHAUSTED(429),
        FAILED_PRECONDITION(400),
        ABORTED(409),
        OUT_OF_RANGE(400),
        UNIMPLEMENTED(501),
        INTERNAL(500),
        UNAVAILABLE(503),
        DATA_LOSS(500),
        UNAUTHENTICATED(401);

        private static final Code[] BY_NUMBER = values();

        private final int http;

        Code(int http) {
            this.http = http;
        }
    }

    /**
     * An error of firegate's own, with one {@code ErrorInfo}.
     *
     * @param code the gRPC status code
     * @param reason UPPER_SNAKE_CASE
     * @param metadata further facts; none that tells of stored data
     */
    public static RestError of(int code, String message, String reason, String domain, Map<String, String> metadata) {
        return ofStatus(code, message, StatusDetails.encode(code, message, reason, domain, metadata));
    }

    /**
     * The error a gRPC answer ended with.
     *
     * @param code {@code grpc-status}; one that is not a status code counts as UNKNOWN
     * @param message {@code grpc-message}, decoded
     * @param status {@code grpc-status-details-bin}, decoded, or null; one that does not parse or speaks of another code adds nothing
     */
    public static RestError ofStatus(int code, String message, byte @Nullable [] status) {
        byte[] details = {};
        if (status != null) {
            try {
                Status parsed = Status.parseFrom(status);
                if (parsed.getCode() == code) {
                    details = Status.newBuilder()
                            .addAllDetails(parsed.getDetailsList())
                            .build()
                            .toByteArray();
                }
            } catch (InvalidProtocolBufferException e) {
                // The code and the message stand in the trailers too.
                details = new byte[0];
            }
        }
        return new RestError(code, message, details);
    }

    /** The same error with an HTTP status that says more than its code does. */
    public RestError answeredWith(int status) {
        return new RestError(this, status);
    }

    /** The HTTP status. */
    public int httpStatus() {
        return httpStatus;
    }

    /**
     * The whole body of an answer that is nothing but this error.
     *
     * @param method the RPC, or null when there is none: the errors of a server stream stand in an array
     */
    public byte[] body(@Nullable FirestoreMethod method, boolean pretty) {
        if (method != null && method.shape() == FirestoreMethod.Shape.SERVER_STREAM) {
            return new RestStream(method, pretty).fail(this);
        }
        return object(pretty);
    }

    /** The error as a JSON object. */
    byte[] object(boolean pretty) {
        try {
            return object(pretty, details);
        } catch (MessageJson.Unreadable e) {
            // Details that cannot be shown do not take the error with them.
            return withoutDetails(pretty);
        }
    }

    private byte[] withoutDetails(boolean pretty) {
        try {
            return object(pretty, new byte[0]);
        } catch (MessageJson.Unreadable e) {
            throw new IllegalStateException("an empty message is readable", e);
        }
    }

    private byte[] object(boolean pretty, byte[] shown) throws MessageJson.Unreadable {
        JsonBytes out = new JsonBytes(pretty);
        out.openObject();
        out.key(ERROR_KEY);
        out.openObject();
        out.key(CODE_KEY);
        out.plain(Integer.toString(httpStatus()));
        out.key(MESSAGE_KEY);
        out.text(message);
        out.key(STATUS_KEY);
        out.quoted(Code.BY_NUMBER[code].name());
        new MessageJson(shown, out, RestRenderer.DETAILS).members(STATUS, 0, shown.length, 0);
        out.closeObject();
        out.closeObject();
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
