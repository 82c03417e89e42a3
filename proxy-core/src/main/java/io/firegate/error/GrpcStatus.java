package io.firegate.error;

import org.jspecify.annotations.Nullable;

/** The gRPC status codes (grpc/doc/statuscodes.md) and the HTTP status each has over REST (google/rpc/code.proto). */
public enum GrpcStatus {
    OK(0, 200),
    CANCELLED(1, 499),
    UNKNOWN(2, 500),
    INVALID_ARGUMENT(3, 400),
    DEADLINE_EXCEEDED(4, 504),
    NOT_FOUND(5, 404),
    ALREADY_EXISTS(6, 409),
    PERMISSION_DENIED(7, 403),
    RESOURCE_EXHAUSTED(8, 429),
    FAILED_PRECONDITION(9, 400),
    ABORTED(10, 409),
    OUT_OF_RANGE(11, 400),
    UNIMPLEMENTED(12, 501),
    INTERNAL(13, 500),
    UNAVAILABLE(14, 503),
    DATA_LOSS(15, 500),
    UNAUTHENTICATED(16, 401);

    private final int code;
    private final int http;

    GrpcStatus(int code, int http) {
        this.code = code;
        this.http = http;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The HTTP status over REST. */
    public int http() {
        return http;
    }

    /** The status with this number. */
    public static GrpcStatus of(int code) {
        return BY_CODE[code];
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

    private static final GrpcStatus[] BY_CODE = new GrpcStatus[17];

    static {
        for (GrpcStatus status : values()) {
            BY_CODE[status.code] = status;
        }
    }
}
