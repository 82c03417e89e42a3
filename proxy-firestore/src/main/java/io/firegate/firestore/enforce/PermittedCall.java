package io.firegate.firestore.enforce;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.netty.buffer.ByteBuf;

/**
 * A request that may be forwarded. Only {@link Enforcer} makes one, and it carries the verdict it was made by, so that forwarding
 * without a decision does not compile.
 *
 * <p>Owns the bytes to forward: whoever takes them with {@link #takeBody} releases them, else {@link #release} does.
 */
public final class PermittedCall {
    private final FirestoreMethod method;
    private final DatabaseName database;
    private final Decision.Permit permit;
    private final ByteBuf body;

    PermittedCall(FirestoreMethod method, DatabaseName database, Decision.Permit permit, ByteBuf body) {
        this.method = method;
        this.database = database;
        this.permit = permit;
        this.body = body;
    }

    /** The RPC. */
    public FirestoreMethod method() {
        return method;
    }

    /** The database the verdict is for; routing headers are built from it. */
    public DatabaseName database() {
        return database;
    }

    /** The verdict. */
    public Decision.Permit permit() {
        return permit;
    }

    /** The gRPC frame to forward: five bytes of prefix and the message. The caller owns the reference. */
    public ByteBuf takeBody() {
        return body.retain();
    }

    /** Gives the bytes back when the call is not forwarded after all. */
    public void release() {
        body.release();
    }
}
