package io.firegate.exchange;

import io.firegate.error.GrpcStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;

/** Trailers that firegate writes itself and that need no details (grpc/doc/PROTOCOL-HTTP2.md). */
final class GrpcEnd {
    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");

    /** The good end. */
    static final Http2Headers GOOD = ReadOnlyHttp2Headers.trailers(true, GRPC_STATUS, AsciiString.cached("0"));

    private GrpcEnd() {}

    /**
     * An end.
     *
     * @param text plain ASCII without a percent sign
     */
    static Http2Headers of(GrpcStatus status, String text) {
        return status == GrpcStatus.OK
                ? GOOD
                : ReadOnlyHttp2Headers.trailers(
                        true,
                        GRPC_STATUS,
                        AsciiString.of(Integer.toString(status.code())),
                        AsciiString.cached("grpc-message"),
                        AsciiString.of(text));
    }
}
