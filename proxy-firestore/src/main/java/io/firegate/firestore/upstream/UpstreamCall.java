package io.firegate.firestore.upstream;

import io.firegate.firestore.enforce.PermittedCall;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One forwarded call. Belongs to the event loop it was opened on. */
public final class UpstreamCall implements ByteCredit {
    final Http2Headers requestHeaders;
    final AnswerSink sink;
    private @Nullable PermittedCall request;
    private @Nullable UpstreamConnection connection;
    private @Nullable Http2Stream stream;
    private boolean answering;
    private boolean over;

    UpstreamCall(PermittedCall request, Http2Headers requestHeaders, AnswerSink sink) {
        this.request = request;
        this.requestHeaders = requestHeaders;
        this.sink = sink;
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

    void opened(UpstreamConnection on, Http2Stream as) {
        connection = on;
        stream = as;
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
    }
}
