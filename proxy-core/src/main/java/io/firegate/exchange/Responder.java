package io.firegate.exchange;

import io.firegate.error.Failure;
import io.firegate.firestore.upstream.ByteCredit;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** The client's side of one exchange: how an answer is rendered and sent. On the connection's event loop. */
public interface Responder {
    /** What {@link #message} answers when it is no message the RPC answers with. */
    int UNREADABLE = -1;

    /** What {@link #message} answers when the message would become longer than anybody should hold. */
    int TOO_LONG = -2;

    /** Whether messages are rendered one by one; otherwise frames may be relayed as they come, and messages sent as frames. */
    boolean rendersMessages();

    /** Under which rules the request is permitted: told before anything is answered, whatever that will be. */
    void permitted(Filtered filtered);

    /** Begins a good answer. */
    void start();

    /** Sends gRPC frames, cut anywhere, and tells the credit when they have gone out. Takes over the reference. */
    void frames(ByteBuf frames, ByteCredit credit);

    /**
     * Sends one whole message, and tells the credit when it has gone out.
     *
     * @param message protobuf, without a frame
     * @return how many bytes of it wait from now on, or {@link #UNREADABLE} or {@link #TOO_LONG}. Bytes that wait later only are told
     *     to {@link AnswerCredit#queued}
     */
    int message(byte[] message, AnswerCredit credit);

    /** Ends the answer with Firestore's own status. */
    void end(Http2Headers trailers);

    /** Ends the exchange with an answer of firegate's own, whatever has been sent before. */
    void fail(Failure failure);

    /** The caller is known and the body is wanted: what a client that asked before sending it waits for. */
    void bodyWanted();

    /** Returns the window of request bytes that were held back. */
    void received(int bytes);
}
