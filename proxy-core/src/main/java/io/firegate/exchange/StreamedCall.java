package io.firegate.exchange;

import io.firegate.error.Failure;
import io.firegate.error.GrpcStatus;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * What is done with a call whose messages flow both ways, once its caller is known. Belongs to the event loop of its exchange; nothing in
 * it waits.
 */
interface StreamedCall {
    /**
     * The next message of the client, without its frame. Another one comes only after {@link Owner#next}, so that what a client sends
     * ahead stays within its window.
     */
    void message(byte[] message);

    /** The client sends no more; it may still read. Comes after the last message is done with. */
    void halfClosed();

    /** Comes several times a second: for what ends by the clock or by a new policy. */
    void look();

    /** The connection takes no new calls, and waits for this one to end. */
    void drain();

    /** The exchange has ended, whoever ended it: nothing may be sent any more, and what is held is let go. */
    void drop();

    /** The exchange, as far as this concerns it. */
    interface Owner {
        /** Whether it has ended, so that nothing may be done any more. */
        boolean isOver();

        /** The last message is done with: the next may come. */
        void next();

        /**
         * Sends one message to the client.
         *
         * @param credit is told how much of it waits, and when that has gone out
         */
        void send(byte[] message, AnswerCredit credit);

        /** The good end. */
        void end();

        /** Firestore's own end, with these trailers. */
        void end(GrpcStatus status, Http2Headers trailers);

        /** Any other end. */
        void fail(Failure failure);

        /** The exchange's own record. */
        ExchangeRecord record();

        /** A record of its own for what is decided within the stream, with the same caller. */
        ExchangeRecord another();
    }
}
