package io.firegate.firestore.enforce;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A request that may be forwarded. Only {@link Enforcer} makes one, and it carries the verdict it was made by, so that forwarding
 * without a decision does not compile.
 *
 * <p>Owns the bytes to forward until {@link #takeBody} hands them over; {@link #release} gives them back if nobody took them. For
 * the thread of its exchange.
 */
public final class PermittedCall {
    private final FirestoreMethod method;
    private final DatabaseName database;
    private final Decision.Permit permit;
    private final int items;
    private final boolean reencoded;
    private final AnswerExaminer answers;
    private @Nullable ByteBuf body;

    PermittedCall(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            int items,
            boolean reencoded,
            AnswerExaminer answers,
            ByteBuf body) {
        this.method = method;
        this.database = database;
        this.permit = permit;
        this.items = items;
        this.reencoded = reencoded;
        this.answers = answers;
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

    /** The verdict, with one grant per distinct access. */
    public Decision.Permit permit() {
        return permit;
    }

    /** How many documents or writes the request names, repetitions counted; 1 for a query. */
    public int items() {
        return items;
    }

    /** What every message of the answer must pass before the client sees it. */
    public AnswerExaminer answers() {
        return answers;
    }

    /** Whether the client's bytes could be read in two ways, so that what was judged is forwarded in new ones. */
    public boolean reencoded() {
        return reencoded;
    }

    /**
     * The gRPC frame to forward: five bytes of prefix and the message. The caller owns the reference.
     *
     * @throws IllegalStateException when it was taken or released before
     */
    public ByteBuf takeBody() {
        ByteBuf taken = body;
        if (taken == null) {
            throw new IllegalStateException("the body is gone");
        }
        body = null;
        return taken;
    }

    /** Gives the bytes back when the call is not forwarded after all; does nothing once they are taken or given back. */
    public void release() {
        ByteBuf left = body;
        body = null;
        if (left != null) {
            left.release();
        }
    }
}
