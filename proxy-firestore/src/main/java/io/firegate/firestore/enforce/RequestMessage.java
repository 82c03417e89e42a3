package io.firegate.firestore.enforce;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A request whose bytes have passed the walk and read the same to everybody: the very bytes that will be forwarded. */
final class RequestMessage {
    private final byte[] data;
    private final MessageWalk walk;
    private final Handles handles;

    RequestMessage(byte[] data, MessageWalk walk, Handles handles) {
        this.data = data;
        this.walk = walk;
        this.handles = handles;
    }

    /** The array that holds them, not copied. */
    byte[] data() {
        return data;
    }

    /** The walk they have passed. */
    MessageWalk walk() {
        return walk;
    }

    /** The handles of whoever sent it. */
    Handles handles() {
        return handles;
    }

    /** The text of a string field. */
    String text(Field field) {
        return new String(data, field.start(), field.end() - field.start(), StandardCharsets.UTF_8);
    }

    /** The message, decoded. */
    <M extends MessageLite> M decoded(Parser<M> parser) {
        try {
            return parser.parseFrom(data, walk.start(), walk.end() - walk.start());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /** The message with some bytes of it changed, decoded. */
    <M extends MessageLite> M edited(List<Edit> edits, Parser<M> parser) {
        return edits.isEmpty()
                ? decoded(parser)
                : parsed(Edit.frame(data, walk.start(), walk.end(), edits), Edit.PREFIX_BYTES, parser);
    }

    /** A message that has passed the walk, or was made of one that has. */
    static <M extends MessageLite> M parsed(byte[] bytes, int from, Parser<M> parser) {
        try {
            return parser.parseFrom(bytes, from, bytes.length - from);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /** A refusal of a field. */
    Reading.Unreadable refuse(RequestProblem problem, Field field) {
        return new Reading.Unreadable(problem, walk.place(field.tagAt()));
    }

    /** A refusal of the field the cursor stands on. */
    Reading.Unreadable refuse(RequestProblem problem, FieldCursor field) {
        return new Reading.Unreadable(problem, walk.place(field.tagAt()));
    }
}
