package io.firegate.edge;

import io.firegate.firestore.upstream.ByteCredit;
import io.netty.handler.codec.http2.Http2Headers;

/** How the bytes of one REST answer leave: one of {@link #whole}, or {@link #begin}, pieces and {@link #end}. On the event loop. */
interface RestWire {
    /** Sends an answer that is all there, and tells the credit the length of its body when it has gone out. */
    void whole(Http2Headers head, byte[] body, ByteCredit credit);

    /** Begins an answer whose length nobody knows yet. */
    void begin(Http2Headers head);

    /** Sends a piece that is not empty, and tells the credit its length when it has gone out. */
    void piece(byte[] bytes, ByteCredit credit);

    /** Sends the last piece; without it an answer is not whole for whoever reads it. */
    void end(byte[] bytes);

    /** Tells a client that asked that its body is wanted. */
    void bodyWanted();

    /** Returns the window of request bytes that were held back. */
    void received(int bytes);
}
