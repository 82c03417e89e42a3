package io.firegate.firestore.enforce;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.WireProblem;
import org.jspecify.annotations.Nullable;

/** One message of a client's stream, walked: written anew first where two decoders could read it in two ways. */
sealed interface WalkedMessage {
    /** Every field is known, well-formed and reads the same to everybody. */
    record Clear(RequestMessage message) implements WalkedMessage {}

    /** It cannot be judged. */
    record Unclear(RequestProblem problem, @Nullable String place) implements WalkedMessage {}

    /**
     * Walks a message.
     *
     * @param parser settles what an ambiguous one says
     */
    static WalkedMessage of(
            byte[] message, MessageSchema schema, Parser<? extends MessageLite> parser, Handles handles) {
        byte[] data = message;
        MessageWalk walk = MessageWalk.of(schema, data, 0, data.length);
        if (walk.problem() == null && walk.ambiguous()) {
            try {
                data = parser.parseFrom(message).toByteArray();
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("what passed the walk does not parse", e);
            }
            walk = MessageWalk.of(schema, data, 0, data.length);
            if (walk.problem() == null && walk.ambiguous()) {
                return new Unclear(RequestProblem.AMBIGUOUS, null);
            }
        }
        WireProblem problem = walk.problem();
        return problem == null
                ? new Clear(new RequestMessage(data, walk, handles))
                : new Unclear(RequestProblem.of(problem), walk.problemPlace());
    }
}
