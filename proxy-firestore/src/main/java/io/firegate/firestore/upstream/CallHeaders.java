package io.firegate.firestore.upstream;

import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds a call's headers anew from the judged call: none is copied from the client but the trace context. Belongs to one event loop.
 *
 * <p>The routing headers name the database the verdict is for: without one of them Firestore refuses named databases, and the
 * emulator would take the database from them rather than from the message.
 */
final class CallHeaders {
    static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");

    /** Databases whose routing headers are remembered; the oldest is forgotten. */
    private static final int DATABASES_MAX = 64;

    private static final AsciiString POST = AsciiString.cached("POST");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
    private static final AsciiString FIREGATE = AsciiString.cached("firegate");
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
    private static final AsciiString RESOURCE_PREFIX = AsciiString.cached("google-cloud-resource-prefix");
    private static final AsciiString REQUEST_PARAMS = AsciiString.cached("x-goog-request-params");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");

    private final AsciiString scheme;
    private final AsciiString authority;
    private final EnumMap<FirestoreMethod, AsciiString> paths = new EnumMap<>(FirestoreMethod.class);
    private final Map<DatabaseName, Routing> routings = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<DatabaseName, Routing> eldest) {
            return size() > DATABASES_MAX;
        }
    };

    private String lastAuthorization = "";
    private AsciiString lastEncoded = AsciiString.EMPTY_STRING;

    private record Routing(AsciiString prefix, AsciiString params) {}

    CallHeaders(boolean tls, String authority) {
        this.scheme = tls ? HTTPS : HTTP;
        this.authority = AsciiString.of(authority);
        for (FirestoreMethod method : FirestoreMethod.values()) {
            paths.put(method, AsciiString.of(method.path()));
        }
    }

    /**
     * The headers of one call.
     *
     * @param authorization the credential of the tier, not the caller's
     * @param timeoutNanos what is left of the deadline
     * @param traceparent W3C trace context to pass on, or null
     */
    Http2Headers of(PermittedCall call, String authorization, long timeoutNanos, @Nullable CharSequence traceparent) {
        Routing routing = routings.computeIfAbsent(call.database(), CallHeaders::routing);
        // A flat list: the encoder only ever goes through it once, so a table of names would be built for nothing.
        AsciiString[] others = new AsciiString[traceparent == null ? 14 : 16];
        others[0] = TE;
        others[1] = TRAILERS;
        others[2] = CONTENT_TYPE;
        others[3] = GRPC;
        others[4] = USER_AGENT;
        others[5] = FIREGATE;
        others[6] = AUTHORIZATION;
        others[7] = encoded(authorization);
        others[8] = RESOURCE_PREFIX;
        others[9] = routing.prefix;
        others[10] = REQUEST_PARAMS;
        others[11] = routing.params;
        others[12] = GRPC_TIMEOUT;
        others[13] = timeout(timeoutNanos);
        if (traceparent != null) {
            others[14] = TRACEPARENT;
            others[15] = AsciiString.of(traceparent);
        }
        return ReadOnlyHttp2Headers.clientHeaders(false, POST, paths.get(call.method()), scheme, authority, others);
    }

    /** A tier's credential is the same object for as long as it is valid, and most loops serve one tier at a time. */
    @SuppressWarnings("ReferenceEquality") // another object with the same text is converted anew, nothing worse
    private AsciiString encoded(String authorization) {
        if (authorization != lastAuthorization) {
            lastAuthorization = authorization;
            lastEncoded = AsciiString.of(authorization);
        }
        return lastEncoded;
    }

    private static Routing routing(DatabaseName database) {
        return new Routing(
                AsciiString.of(database.resourceName()),
                AsciiString.of(
                        "project_id=" + encode(database.project()) + "&database_id=" + encode(database.database())));
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** At most eight digits and a unit (PROTOCOL-HTTP2.md, Timeout); milliseconds reach more than a day. */
    private static AsciiString timeout(long nanos) {
        long millis = Math.min(Math.max(1, nanos / 1_000_000), 99_999_999);
        return new AsciiString(millis + "m");
    }
}
