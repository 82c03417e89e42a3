package io.firegate.exchange;

import io.firegate.audit.OutcomeLine;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.AnswerEnd;
import io.firegate.firestore.enforce.AnswerExaminer;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** How the client is told of Firestore's end of a call. */
sealed interface UpstreamEnd {
    /** As a failure of firegate's: what Firestore says is about firegate's own credential, or is not an end. */
    record Failed(Failure failure) implements UpstreamEnd {}

    /**
     * By a status.
     *
     * @param last a message that goes before it, or null
     * @param source who says it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Told(byte @Nullable [] last, GrpcStatus status, OutcomeLine.Source source, Http2Headers trailers)
            implements UpstreamEnd {}

    /**
     * What Firestore's trailers come to.
     *
     * @param examiner what the permit demands of the answer, or null when nothing is asked of it
     */
    static UpstreamEnd of(Http2Headers trailers, @Nullable AnswerExaminer examiner) {
        GrpcStatus status = GrpcStatus.parse(trailers.get("grpc-status"));
        if (status == null) {
            return new Failed(Failures.of(UpstreamFailure.PROTOCOL));
        }
        Failure ours = Failures.ofOwnCredential(status);
        if (ours != null) {
            return new Failed(ours);
        }
        CharSequence text = trailers.get("grpc-message");
        AnswerEnd own = examiner == null ? null : examiner.end(status.code(), text == null ? "" : text.toString());
        if (own == null) {
            return new Told(null, status, OutcomeLine.Source.UPSTREAM, trailers);
        }
        GrpcStatus shown = GrpcStatus.of(own.status());
        OutcomeLine.Source source = shown == status ? OutcomeLine.Source.UPSTREAM : OutcomeLine.Source.FIREGATE;
        return new Told(own.last(), shown, source, GrpcEnd.of(shown, own.text()));
    }
}
