package io.firegate.exchange;

import io.firegate.error.Failure;
import io.firegate.firestore.upstream.UpstreamCall;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** The client's side of one exchange: how an answer is rendered and sent. On the connection's event loop. */
public interface Responder {
    /** Begins a good answer. */
    void start();

    /** Sends a piece of the answer, and tells the call when it has gone out. Takes over the reference. */
    void data(ByteBuf data, UpstreamCall from);

    /** Ends the answer with Firestore's own status. */
    void end(Http2Headers trailers);

    /** Ends the exchange with an answer of firegate's own, whatever has been sent before. */
    void fail(Failure failure);

    /** Returns the window of request bytes that were held back. */
    void received(int bytes);
}
