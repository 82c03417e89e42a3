package io.firegate.edge;

import io.firegate.audit.TraceParent;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.exchange.RequestDecoder;
import io.firegate.exchange.RequestHead;
import io.firegate.firestore.method.FirestoreMethod;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads the headers of a gRPC request (grpc/doc/PROTOCOL-HTTP2.md). */
final class GrpcRequest {
    private static final AsciiString POST = AsciiString.cached("POST");
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
    private static final AsciiString GRPC_ENCODING = AsciiString.cached("grpc-encoding");
    private static final AsciiString IDENTITY = AsciiString.cached("identity");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TIER = AsciiString.cached("x-firegate-tier");

    private GrpcRequest() {}

    /** Whether these headers begin a gRPC call at all. */
    static boolean isGrpc(Http2Headers headers) {
        CharSequence type = headers.get(CONTENT_TYPE);
        if (type == null || headers.method() == null || !POST.contentEquals(headers.method())) {
            return false;
        }
        AsciiString text = AsciiString.of(type);
        return text.startsWith(GRPC)
                && (text.length() == GRPC.length()
                        || text.charAt(GRPC.length()) == '+'
                        || text.charAt(GRPC.length()) == ';');
    }

    static RequestHead head(Http2Headers headers) {
        AsciiString authorization = null;
        int authorizations = 0;
        long timeout = Long.MAX_VALUE;
        String traceparent = null;
        String tier = null;
        int tiers = 0;
        boolean encoded = false;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            CharSequence name = header.getKey();
            switch (name.length()) {
                case 11 -> {
                    if (TRACEPARENT.contentEquals(name)) {
                        traceparent = TraceParent.passedOn(header.getValue());
                    }
                }
                case 12 -> {
                    if (GRPC_TIMEOUT.contentEquals(name)) {
                        timeout = timeoutNanos(header.getValue());
                    }
                }
                case 13 -> {
                    if (AUTHORIZATION.contentEquals(name)) {
                        authorization = AsciiString.of(header.getValue());
                        authorizations++;
                    } else if (GRPC_ENCODING.contentEquals(name)) {
                        encoded = !IDENTITY.contentEquals(header.getValue());
                    }
                }
                case 15 -> {
                    if (TIER.contentEquals(name)) {
                        tier = header.getValue().toString();
                        tiers++;
                    }
                }
                default -> {
                    // Not read, and not passed on.
                }
            }
        }
        CharSequence path = headers.path();
        String pathText = path == null ? "" : path.toString();
        FirestoreMethod method = FirestoreMethod.byPath(pathText);
        Failure refusal = null;
        if (method == null) {
            refusal = Failure.of(ErrorCode.METHOD_UNKNOWN, "firegate: not a method of google.firestore.v1.Firestore");
        } else if (tiers > 1) {
            refusal = Failure.of(ErrorCode.REQUEST_INVALID, "firegate: more than one x-firegate-tier header");
        } else if (timeout < 0) {
            refusal = Failure.of(ErrorCode.REQUEST_INVALID, "firegate: grpc-timeout cannot be read");
        } else if (encoded) {
            refusal = Failure.of(
                    ErrorCode.ENCODING_UNSUPPORTED,
                    "firegate: compressed requests are not taken; use grpc-encoding identity");
        }
        return new RequestHead(
                method == null ? pathText : method.path(),
                method,
                authorization,
                authorizations > 1 ? TokenProblem.REPEATED : null,
                timeout < 0 ? Long.MAX_VALUE : timeout,
                traceparent,
                tier,
                RequestDecoder.GRPC,
                refusal);
    }

    /** TimeoutValue: 1 to 8 digits; TimeoutUnit: one of H M S m u n. Negative when the text is neither. */
    static long timeoutNanos(CharSequence text) {
        int digits = text.length() - 1;
        if (digits < 1 || digits > 8) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < digits; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return switch (text.charAt(digits)) {
            // Eight digits of hours are more nanoseconds than a long holds.
            case 'H' -> TimeUnit.HOURS.toNanos(value);
            case 'M' -> value * 60_000_000_000L;
            case 'S' -> value * 1_000_000_000L;
            case 'm' -> value * 1_000_000L;
            case 'u' -> value * 1_000L;
            case 'n' -> value;
            default -> -1;
        };
    }
}
