package io.firegate.error;

import org.jspecify.annotations.Nullable;

/** The gRPC status codes (grpc/doc/statuscodes.md) and the HTTP status each has over REST (google/rpc/code.proto). */
public enum GrpcStatus {
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

    private static final GrpcStatus[] BY_CODE = values();

    private final int http;

    GrpcStatus(int http) {
        this.http = http;
    }

    /** The number on the wire. */
    public int code() {
        return ordinal();
    }

    /** The HTTP status over REST. */
    public int http() {
        return http;
    }

    /** The status a {@code grpc-status} header names; null when it names none. */
    public static @Nullable GrpcStatus parse(@Nullable CharSequence text) {
        if (text == null || text.isEmpty() || text.length() > 2) {
            return null;
        }
        int code = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return null;
            }
            code = code * 10 + (c - '0');
        }
        return code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
