package io.firegate.firestore.upstream;

import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.method.FirestoreMethod;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One forwarded call. Belongs to the event loop it was opened on.
 *
 * <p>A call whose messages flow both ways stays open for more of them until it is given up or Firestore ends it: firegate never
 * half-closes one.
 */
public final class UpstreamCall implements ByteCredit {
    final AnswerSink sink;
    private final boolean streamed;
    private @Nullable Http2Headers requestHeaders;
    private @Nullable PermittedCall request;
    private @Nullable ArrayDeque<ByteBuf> unsent;
    private @Nullable UpstreamConnection connection;
    private @Nullable Http2Stream stream;
    private boolean answering;
    private boolean over;

    UpstreamCall(PermittedCall request, Http2Headers requestHeaders, AnswerSink sink) {
        this.request = request;
        this.requestHeaders = requestHeaders;
        this.sink = sink;
        this.streamed = request.method().shape() == FirestoreMethod.Shape.BIDIRECTIONAL;
    }

    /**
     * Sends another message on a call whose messages flow both ways; waits while there is no connection. How many may wait is for the
     * caller to bound. Takes over the message's bytes.
     */
    public void send(PermittedCall more) {
        UpstreamConnection on = connection;
        Http2Stream as = stream;
        if (!streamed || over) {
            more.release();
        } else if (on == null || as == null) {
            if (unsent == null) {
                unsent = new ArrayDeque<>();
            }
            unsent.add(more.takeBody());
        } else {
            on.send(as, more.takeBody());
        }
    }

    /** Gives back bytes that were handed to {@link AnswerSink#data}, so that as many more may come. */
    @Override
    public void consumed(int bytes) {
        if (connection != null && stream != null && !over) {
            connection.consumed(stream, bytes);
        }
    }

    /** Gives the call up: nothing more reaches the sink, and the upstream is told to stop. */
    public void cancel() {
        if (over) {
            return;
        }
        over = true;
        dropRequest();
        if (connection != null && stream != null) {
            connection.reset(stream);
        }
    }

    /** Whether the call waits for a connection no longer: it was cancelled or has ended. */
    boolean isOver() {
        return over;
    }

    /** The request, once; the caller owns it. Null when it was already taken or dropped. */
    @Nullable
    PermittedCall takeRequest() {
        PermittedCall taken = request;
        request = null;
        return taken;
    }

    /** The headers to send, once: a stream outlives them by hours. */
    @Nullable
    Http2Headers takeHeaders() {
        Http2Headers taken = requestHeaders;
        requestHeaders = null;
        return taken;
    }

    void opened(UpstreamConnection on, Http2Stream as) {
        connection = on;
        stream = as;
    }

    /** Sends what has waited, now that the first message is out. */
    void sendUnsent() {
        UpstreamConnection on = connection;
        Http2Stream as = stream;
        ArrayDeque<ByteBuf> waiting = unsent;
        unsent = null;
        if (waiting == null) {
            return;
        }
        for (ByteBuf body : waiting) {
            if (on == null || as == null) {
                body.release();
            } else {
                on.send(as, body);
            }
        }
    }

    /** Whether more messages may follow the first. */
    boolean isStreamed() {
        return streamed;
    }

    void answerHeaders() {
        if (!over) {
            answering = true;
            sink.headers();
        }
    }

    boolean isAnswering() {
        return answering;
    }

    void answerTrailers(Http2Headers trailers) {
        if (!over) {
            over = true;
            dropRequest();
            sink.trailers(trailers);
        }
    }

    void fail(UpstreamFailure failure) {
        if (!over) {
            over = true;
            dropRequest();
            sink.failed(failure);
        }
    }

    private void dropRequest() {
        PermittedCall taken = takeRequest();
        if (taken != null) {
            taken.release();
        }
        requestHeaders = null;
        ArrayDeque<ByteBuf> waiting = unsent;
        unsent = null;
        if (waiting != null) {
            waiting.forEach(ByteBuf::release);
        }
    }
}
