package io.firegate.firestore.wire;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/**
 * One message type of Firestore's answers. Immutable; safe for any thread.
 *
 * <p>What is taken out of an answer is cut out of its bytes, so these must read the same to everybody. Those that do not are written
 * anew first, by protobuf's own parser: what it does not know is not in them then, what stood twice is there once, and what it cannot
 * read is no answer.
 */
public final class AnswerSchema {
    private final MessageSchema schema;
    private final Parser<? extends Message> known;

    /** The type of a message. */
    public AnswerSchema(Message example) {
        this.schema = MessageSchema.ofAnswer(example.getDescriptorForType());
        this.known = DiscardUnknownFieldsParser.wrap(example.getParserForType());
    }

    /** An answer whose bytes are clear: these or others that say the same; null when it is none of this type. */
    public @Nullable MessageWalk read(byte[] message) {
        MessageWalk clear = readAsItIs(message);
        try {
            return clear == null ? readAsItIs(known.parseFrom(message).toByteArray()) : clear;
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** An answer whose own bytes are clear; null when they are not. */
    public @Nullable MessageWalk readAsItIs(byte[] message) {
        MessageWalk walk = MessageWalk.of(schema, message, 0, message.length);
        return walk.problem() == null && !walk.ambiguous() ? walk : null;
    }
}
