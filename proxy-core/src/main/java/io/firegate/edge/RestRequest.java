package io.firegate.edge;

import io.firegate.audit.TraceParent;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.ErrorCode;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.exchange.RequestDecoder;
import io.firegate.exchange.RequestHead;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rest.RestContentType;
import io.firegate.firestore.rest.RestProblem;
import io.firegate.firestore.rest.RestTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a REST request, over either version of HTTP.
 *
 * @param head what the exchange needs to know
 * @param target what is asked, or null when it cannot be read
 */
record RestRequest(RequestHead head, @Nullable RestTarget target) {
    /** What is recorded of a path nobody knows. */
    private static final int PATH_CHARS_MAX = 200;

    private static final RequestDecoder NOTHING = body -> {
        body.release();
        return new RequestDecoder.Decoded.Invalid(unknownPath());
    };

    /**
     * Reads the headers.
     *
     * @param hasBody whether a body follows
     * @param declaredLength its {@code Content-Length}, negative when there is none
     */
    static RestRequest of(Http2Headers headers, boolean hasBody, long declaredLength, int requestBytesMax) {
        String pathAndQuery = String.valueOf(headers.path());
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        Fields fields = Fields.of(headers);
        TokenProblem misplaced = null;
        if (mark >= 0 && holdsToken(pathAndQuery.substring(mark + 1))) {
            misplaced = TokenProblem.IN_URL;
        } else if (fields.authorizations > 1) {
            misplaced = TokenProblem.REPEATED;
        }
        RestTarget target = null;
        Failure refusal = switch (RestTarget.parse(String.valueOf(headers.method()), pathAndQuery)) {
            case RestTarget.Parsed.NotFound ignored -> unknownPath();
            case RestTarget.Parsed.Invalid(var problem, var place) -> Failures.of(problem, place);
            case RestTarget.Parsed.Matched(RestTarget matched) -> {
                target = matched;
                yield fields.refusal(matched, hasBody);
            }
        };
        if (refusal == null && declaredLength > requestBytesMax) {
            refusal = Failure.of(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "firegate: the request is larger than requestBytes (" + requestBytesMax + ")");
        }
        RestTarget called = target;
        if (refusal == null
                && called != null
                && called.method().refusal() == null
                && called.method().shape() == FirestoreMethod.Shape.BIDIRECTIONAL) {
            refusal = Failure.of(
                    ErrorCode.METHOD_REFUSED,
                    "firegate: " + called.method().rpcName() + " is a stream in both directions, which only gRPC has");
        }
        RequestHead head = new RequestHead(
                path.length() <= PATH_CHARS_MAX ? path : path.substring(0, PATH_CHARS_MAX),
                called == null ? null : called.method(),
                fields.authorization,
                misplaced,
                fields.timeoutNanos < 0 ? Long.MAX_VALUE : fields.timeoutNanos,
                fields.traceparent,
                fields.tier,
                called == null ? NOTHING : body -> decode(called, body),
                refusal);
        return new RestRequest(head, called);
    }

    private static Failure unknownPath() {
        return Failure.of(ErrorCode.PATH_UNKNOWN, "firegate: no REST binding of google.firestore.v1.Firestore");
    }

    /** Whether a token stands in the query; written with escapes it is refused later, as any parameter nobody knows. */
    private static boolean holdsToken(String query) {
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith("access_token=") || parameter.startsWith("oauth_token=")) {
                return true;
            }
        }
        return false;
    }

    private static RequestDecoder.Decoded decode(RestTarget target, ByteBuf body) {
        try {
            byte[] bytes = ByteBufUtil.getBytes(body);
            return switch (target.encode(bytes, 0, bytes.length)) {
                case RestTarget.Encoded.Frame frame ->
                    new RequestDecoder.Decoded.Frame(Unpooled.wrappedBuffer(frame.framed()));
                case RestTarget.Encoded.Invalid(var problem, var place) ->
                    new RequestDecoder.Decoded.Invalid(Failures.of(problem, place));
            };
        } finally {
            body.release();
        }
    }

    /** The few headers that are read. */
    private static final class Fields {
        private @Nullable AsciiString authorization;
        private int authorizations;
        private @Nullable String traceparent;
        private @Nullable String tier;
        private int tiers;
        private long timeoutNanos = Long.MAX_VALUE;
        private @Nullable String contentType;
        private int contentTypes;
        private boolean encoded;
        private boolean overrides;
        private boolean partial;

        static Fields of(Http2Headers headers) {
            Fields fields = new Fields();
            for (Map.Entry<CharSequence, CharSequence> header : headers) {
                fields.read(header.getKey().toString(), header.getValue());
            }
            return fields;
        }

        private void read(String name, CharSequence value) {
            switch (name) {
                case "authorization" -> {
                    authorization = AsciiString.of(value);
                    authorizations++;
                }
                case "traceparent" -> traceparent = TraceParent.passedOn(value);
                case "x-firegate-tier" -> {
                    tier = value.toString();
                    tiers++;
                }
                case "x-server-timeout" -> timeoutNanos = secondsAsNanos(value);
                case "content-type" -> {
                    contentType = value.toString();
                    contentTypes++;
                }
                case "content-encoding" -> encoded |= !AsciiString.contentEqualsIgnoreCase("identity", value);
                case "x-http-method-override", "x-http-method", "x-method-override" -> overrides = true;
                case "x-goog-fieldmask" -> partial = true;
                default -> {
                    // Not read, and not passed on.
                }
            }
        }

        @Nullable
        Failure refusal(RestTarget target, boolean hasBody) {
            if (tiers > 1) {
                return Failure.of(ErrorCode.REQUEST_INVALID, "firegate: more than one x-firegate-tier header");
            }
            if (timeoutNanos < 0) {
                return Failure.of(ErrorCode.REQUEST_INVALID, "firegate: x-server-timeout is not a number of seconds");
            }
            if (overrides) {
                return Failures.of(RestProblem.TUNNEL, null);
            }
            if (partial) {
                return Failures.of(RestProblem.FIELDS, null);
            }
            if (encoded) {
                return Failure.of(
                        ErrorCode.ENCODING_UNSUPPORTED,
                        "firegate: compressed requests are not taken; leave out content-encoding");
            }
            if (hasBody && target.takesBody() && (contentTypes > 1 || !RestContentType.isJson(contentType))) {
                return Failure.of(
                        ErrorCode.CONTENT_TYPE_UNSUPPORTED,
                        "firegate: a body must have one content-type, application/json in UTF-8");
            }
            return null;
        }
    }

    /** Up to six digits and a fraction of up to nine; negative when the text is anything else. */
    static long secondsAsNanos(CharSequence text) {
        long nanos = 0;
        long unit = 0;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && unit == 0 && digits > 0) {
                unit = 1_000_000_000L;
                digits = 0;
                continue;
            }
            if (c < '0' || c > '9' || ++digits > (unit == 0 ? 6 : 9)) {
                return -1;
            }
            if (unit == 0) {
                nanos = nanos * 10 + (c - '0') * 1_000_000_000L;
            } else {
                unit /= 10;
                nanos += (c - '0') * unit;
            }
        }
        return digits == 0 ? -1 : nanos;
    }
}
