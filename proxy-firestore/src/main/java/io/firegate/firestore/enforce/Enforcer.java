package io.firegate.firestore.enforce;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decodes a request, asks the policy and makes the permitted call. Stateless; runs on the event loop and never waits. */
public final class Enforcer {
    /**
     * Judges one whole request body.
     *
     * @param method the RPC
     * @param framed the body: a gRPC frame (Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md). Ownership of the
     *     reference passes to this call, whatever it answers
     * @param standing the caller under the snapshot that judges
     * @param namedTier the value of {@code x-firegate-tier}, or null
     * @param now when the request arrived
     */
    public Admission admit(
            FirestoreMethod method, ByteBuf framed, Standing standing, @Nullable String namedTier, Instant now) {
        framed.release();
        return new Admission.Invalid(RequestProblem.MALFORMED, null);
    }
}
