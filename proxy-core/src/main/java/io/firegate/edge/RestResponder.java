package io.firegate.edge;

import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.exchange.AnswerCredit;
import io.firegate.exchange.Filtered;
import io.firegate.exchange.Responder;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rest.RestError;
import io.firegate.firestore.rest.RestRenderer;
import io.firegate.firestore.rest.RestStream;
import io.firegate.firestore.rest.RestTarget;
import io.firegate.firestore.upstream.ByteCredit;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Renders one exchange's answer as Google's JSON over HTTP. Belongs to the connection's event loop.
 *
 * <p>The status line waits for the first message or the end, so that an error before it gets its own HTTP status. The one message of
 * a unary answer waits for Firestore's status. A stream that fails after its first message ends with an error as its last element: the
 * array of an answer that is not whole is either left open or says so.
 */
final class RestResponder implements Responder {
    private static final int SERVICE_UNAVAILABLE = 503;

    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString JSON = AsciiString.cached("application/json; charset=UTF-8");
    private static final AsciiString CACHE_CONTROL = AsciiString.cached("cache-control");
    private static final AsciiString NO_STORE = AsciiString.cached("no-store");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");
    private static final AsciiString WWW_AUTHENTICATE = AsciiString.cached("www-authenticate");
    private static final AsciiString RETRY_AFTER = AsciiString.cached("retry-after");

    /** When nobody knows better. */
    private static final String RETRY_SECONDS = "1";

    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    private static final AsciiString GRPC_DETAILS = AsciiString.cached("grpc-status-details-bin");

    private final RestWire wire;
    private final @Nullable FirestoreMethod method;
    private final boolean pretty;
    private final @Nullable RestRenderer renderer;
    private final @Nullable RestStream elements;
    private byte @Nullable [] message;
    private AnswerCredit messageCredit = AnswerCredit.NONE;
    private Filtered filtered = Filtered.NOT;
    private boolean ended;

    /** @param target what is asked, or null when it cannot be read: then only a failure is ever rendered */
    RestResponder(RestWire wire, @Nullable RestTarget target) {
        this.wire = wire;
        this.method = target == null ? null : target.method();
        this.pretty = target == null || target.pretty();
        FirestoreMethod.Shape shape = method == null ? FirestoreMethod.Shape.BIDIRECTIONAL : method.shape();
        this.renderer = method != null && shape == FirestoreMethod.Shape.UNARY ? RestRenderer.of(method) : null;
        this.elements =
                method != null && shape == FirestoreMethod.Shape.SERVER_STREAM ? new RestStream(method, pretty) : null;
    }

    @Override
    public boolean rendersMessages() {
        return true;
    }

    @Override
    public void permitted(Filtered by) {
        filtered = by;
    }

    @Override
    public void start() {
        // The status is not known before the first message.
    }

    @Override
    public void frames(ByteBuf frames, ByteCredit credit) {
        frames.release();
        throw new IllegalStateException("frames for an answer that is rendered");
    }

    @Override
    public int message(byte[] bytes, AnswerCredit credit) {
        if (ended) {
            return 0;
        }
        if (elements != null) {
            boolean first = !elements.started();
            return switch (elements.next(bytes, 0, bytes.length)) {
                case RestRenderer.Rendered.Json element -> {
                    if (first) {
                        wire.begin(head(GrpcStatus.OK.http()));
                    }
                    wire.piece(element.bytes(), credit);
                    yield element.bytes().length;
                }
                case RestRenderer.Rendered.TooLong ignored -> TOO_LONG;
                case RestRenderer.Rendered.Unreadable ignored -> UNREADABLE;
            };
        }
        if (renderer == null || message != null) {
            return UNREADABLE;
        }
        return switch (renderer.render(bytes, 0, bytes.length, pretty)) {
            case RestRenderer.Rendered.Json json -> {
                message = json.bytes();
                messageCredit = credit;
                yield 0;
            }
            case RestRenderer.Rendered.TooLong ignored -> TOO_LONG;
            case RestRenderer.Rendered.Unreadable ignored -> UNREADABLE;
        };
    }

    @Override
    public void end(Http2Headers trailers) {
        GrpcStatus status = GrpcStatus.parse(trailers.get(GRPC_STATUS));
        if (ended || status == null) {
            return;
        }
        if (status != GrpcStatus.OK) {
            CharSequence text = trailers.get(GRPC_MESSAGE);
            error(
                    RestError.ofStatus(
                            status.code(),
                            text == null ? "" : GrpcResponder.percentDecode(text),
                            decoded(trailers.get(GRPC_DETAILS))),
                    null,
                    RETRY_SECONDS);
        } else if (elements != null) {
            ended = true;
            boolean started = elements.started();
            byte[] last = elements.end();
            if (started) {
                wire.end(last);
            } else {
                wire.whole(head(GrpcStatus.OK.http()), last, AnswerCredit.NONE);
            }
        } else if (message != null) {
            ended = true;
            messageCredit.queued(message.length);
            wire.whole(head(GrpcStatus.OK.http()), message, messageCredit);
        } else {
            fail(Failures.of(UpstreamFailure.PROTOCOL));
        }
    }

    private static byte @Nullable [] decoded(@Nullable CharSequence details) {
        try {
            return details == null ? null : Base64.getDecoder().decode(details.toString());
        } catch (IllegalArgumentException e) {
            // The code and the message stand beside them.
            return null;
        }
    }

    @Override
    public void fail(Failure failure) {
        if (!ended) {
            RestError error = RestError.of(
                            failure.status().code(),
                            failure.message(),
                            failure.reason().name(),
                            Failure.DOMAIN,
                            failure.metadata())
                    .answeredWith(failure.code().httpStatus());
            error(
                    error,
                    failure.challenge(),
                    failure.metadata().getOrDefault(Failure.RETRY_AFTER_SECONDS, RETRY_SECONDS));
        }
    }

    /** @param retrySeconds when to come back, in the answer only if it is one to come back after */
    private void error(RestError error, @Nullable String challenge, String retrySeconds) {
        ended = true;
        if (elements != null && elements.started()) {
            wire.end(elements.fail(error));
            return;
        }
        Http2Headers head = head(error.httpStatus());
        if (challenge != null) {
            head.add(WWW_AUTHENTICATE, challenge);
        }
        if (error.httpStatus() == SERVICE_UNAVAILABLE) {
            head.add(RETRY_AFTER, retrySeconds);
        }
        wire.whole(head, error.body(method, pretty), AnswerCredit.NONE);
    }

    private Http2Headers head(int status) {
        Http2Headers head = new DefaultHttp2Headers(false, 8)
                .status(Integer.toString(status))
                .add(CONTENT_TYPE, JSON)
                .add(CACHE_CONTROL, NO_STORE)
                .add(CONTENT_TYPE_OPTIONS, NOSNIFF);
        if (filtered != Filtered.NOT) {
            head.add(FilteredHeader.NAME, FilteredHeader.value(filtered));
        }
        return head;
    }

    @Override
    public void bodyWanted() {
        wire.bodyWanted();
    }

    @Override
    public void received(int bytes) {
        wire.received(bytes);
    }
}
