package io.firegate.firestore.enforce;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.WireProblem;
import org.jspecify.annotations.Nullable;

/** One message of a client, walked: written anew first where two decoders could read it in two ways. */
sealed interface WalkedMessage {
    /**
     * Every field is known, well-formed and reads the same to everybody.
     *
     * @param rewritten the frame it was written anew in, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Clear(RequestMessage message, byte @Nullable [] rewritten) implements WalkedMessage {}

    /** It cannot be judged. */
    record Unclear(RequestProblem problem, @Nullable String place) implements WalkedMessage {}

    /**
     * Walks a message.
     *
     * @param parser settles what an ambiguous one says
     * @param partsMax most parts of one that is ambiguous
     */
    static WalkedMessage of(
            byte[] message, MessageSchema schema, Parser<? extends MessageLite> parser, int partsMax, Handles handles) {
        return of(message, 0, message.length, schema, parser, partsMax, handles);
    }

    /**
     * Walks a message that stands in an array.
     *
     * @param start index of its first byte
     * @param end index after the last
     */
    static WalkedMessage of(
            byte[] array,
            int start,
            int end,
            MessageSchema schema,
            Parser<? extends MessageLite> parser,
            int partsMax,
            Handles handles) {
        byte[] data = array;
        byte[] rewritten = null;
        MessageWalk walk = MessageWalk.of(schema, data, start, end);
        if (walk.problem() == null && walk.ambiguous()) {
            if (walk.parts() > partsMax) {
                return new Unclear(RequestProblem.TOO_MANY_PARTS, null);
            }
            try {
                rewritten = Edit.frame(parser.parseFrom(array, start, end - start));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("what passed the walk does not parse", e);
            }
            data = rewritten;
            walk = MessageWalk.of(schema, data, Edit.PREFIX_BYTES, data.length);
            if (walk.problem() == null && walk.ambiguous()) {
                return new Unclear(RequestProblem.AMBIGUOUS, null);
            }
        }
        WireProblem problem = walk.problem();
        return problem == null
                ? new Clear(new RequestMessage(data, walk, handles), rewritten)
                : new Unclear(RequestProblem.of(problem), walk.problemPlace());
    }
}
