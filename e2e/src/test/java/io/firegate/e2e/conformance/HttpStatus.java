package io.firegate.e2e.conformance;

import com.google.rpc.Code;

/** Google's mapping of gRPC status codes to HTTP. */
final class HttpStatus {
    private HttpStatus() {}

    /** The HTTP status of a gRPC status, by its name. */
    static int of(String status) {
        return switch (Code.valueOf(status)) {
            case OK -> 200;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, ABORTED -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case CANCELLED -> 499;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
            case UNKNOWN, INTERNAL, DATA_LOSS, UNRECOGNIZED -> 500;
        };
    }
}
