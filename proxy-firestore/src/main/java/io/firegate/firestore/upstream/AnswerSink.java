package io.firegate.firestore.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Receives one call's answer, on the event loop the call was opened on. After {@link #trailers} or {@link #failed} nothing more
 * comes; one of the two always comes unless the call is cancelled.
 */
public interface AnswerSink {
    /** The answer has begun, and it is gRPC. Not called for an answer that is only trailers. */
    void headers();

    /**
     * A piece of the answer's body: gRPC frames, cut anywhere. The receiver owns the reference, and gives the bytes back with
     * {@link UpstreamCall#consumed} when they have gone out, which is what lets the upstream send more.
     */
    void data(ByteBuf data);

    /** The answer is over, with the upstream's status in these headers. */
    void trailers(Http2Headers trailers);

    /** There will be no (whole) answer. */
    void failed(UpstreamFailure failure);
}
