package io.firegate.firestore.enforce;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.netty.buffer.ByteBuf;
import java.util.List;
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
    private final List<Decision.Deny> refused;
    private final AnswerExaminer answers;
    private final @Nullable QueryForm form;
    private @Nullable ByteBuf body;

    PermittedCall(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            int items,
            boolean reencoded,
            List<Decision.Deny> refused,
            AnswerExaminer answers,
            ByteBuf body) {
        this(method, database, permit, items, reencoded, refused, answers, null, body);
    }

    PermittedCall(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            int items,
            boolean reencoded,
            List<Decision.Deny> refused,
            AnswerExaminer answers,
            @Nullable QueryForm form,
            ByteBuf body) {
        this.method = method;
        this.database = database;
        this.permit = permit;
        this.items = items;
        this.reencoded = reencoded;
        this.refused = List.copyOf(refused);
        this.answers = answers;
        this.form = form;
        this.body = body;
    }

    /** The RPC that is made: not always the one the client called. */
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

    /** How many documents or writes the request names, repetitions counted; 1 for a query, 0 for a call without a path. */
    public int items() {
        return items;
    }

    /** The writes that were taken out because each is judged for itself and these are refused; usually none. */
    public List<Decision.Deny> refused() {
        return refused;
    }

    /** What the client's query asks, before anything of the policy's was put in it; null for what is no query. */
    public @Nullable QueryForm form() {
        return form;
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

    /** Whether it is these very bytes that will be forwarded, and not others in their place. */
    @SuppressWarnings("ReferenceEquality") // buffers with the same content are not the same reference to release
    boolean owns(ByteBuf bytes) {
        return body == bytes;
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
