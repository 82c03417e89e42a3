package io.firegate.exchange;

import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.Failure;
import io.firegate.firestore.method.FirestoreMethod;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What the head of one request says, as far as firegate reads it. Everything else the client sends is dropped.
 *
 * @param path the path, without a query
 * @param method the RPC that is called, or null
 * @param authorization the only {@code Authorization} value, or null
 * @param credentialProblem what is wrong with how the caller sent its credentials, or null
 * @param timeoutNanos how long the caller waits; {@link Long#MAX_VALUE} when it does not say
 * @param traceparent W3C trace context, or null when absent or not well-formed
 * @param namedTier {@code x-firegate-tier}, or null
 * @param decoder how the body is read
 * @param refusal why the head alone makes the request one firegate does not take, or null. Answered when the caller is known, not
 *     before: strangers learn nothing but that they are strangers
 */
public record RequestHead(
        String path,
        @Nullable FirestoreMethod method,
        @Nullable AsciiString authorization,
        @Nullable TokenProblem credentialProblem,
        long timeoutNanos,
        @Nullable String traceparent,
        @Nullable String namedTier,
        RequestDecoder decoder,
        @Nullable Failure refusal) {
    /** The same for whoever has nothing to verify any more. */
    RequestHead withoutCredentials() {
        return new RequestHead(path, method, null, null, timeoutNanos, traceparent, namedTier, decoder, refusal);
    }

    /** The RPC's name, or the path as sent when it names none. */
    public String methodName() {
        return method == null ? path : method.rpcName();
    }
}
