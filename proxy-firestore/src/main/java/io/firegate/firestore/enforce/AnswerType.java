package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.firegate.firestore.wire.AnswerSchema;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.TailWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The type of an RPC's answers. What is rewritten loses the fields firegate does not know, because nobody has judged them. */
final class AnswerType {
    /** Most bytes of a tag and a length. */
    private static final int FRAME_BYTES = 10;

    private final Descriptor descriptor;
    private final AnswerSchema schema;

    AnswerType(Message example) {
        this.descriptor = example.getDescriptorForType();
        this.schema = new AnswerSchema(example);
    }

    /** Makes the caller's handle of Firestore's: a string or bytes, as the field is; null when that cannot be. */
    @FunctionalInterface
    interface Sealing {
        @Nullable
        Object seal(Object upstream);
    }

    /** An answer whose bytes read the same to everybody; null when it is none of this type. */
    @Nullable
    MessageWalk read(byte[] message) {
        return schema.read(message);
    }

    /** An examiner that seals one field of each message that has it. */
    AnswerExaminer sealing(String fieldName, Sealing sealing) {
        FieldDescriptor field = field(fieldName);
        return new AnswerExaminer() {
            @Override
            public Examined examine(byte[] message) {
                MessageWalk answer = read(message);
                if (answer == null) {
                    return Examined.NotAnAnswer.INSTANCE;
                }
                Field handle = find(answer, field);
                if (handle == null || handle.isEmpty()) {
                    return new Examined.Send(message);
                }
                ByteString upstream = ByteString.copyFrom(answer.data(), handle.start(), handle.end() - handle.start());
                Object sealed = sealing.seal(
                        field.getType() == FieldDescriptor.Type.STRING ? upstream.toStringUtf8() : upstream);
                return sealed == null
                        ? Examined.NotAnAnswer.INSTANCE
                        : new Examined.Send(with(answer, field, handle, sealed));
            }
        };
    }

    /**
     * An examiner that puts a value into one field of the first message, and of no other.
     *
     * @param value null when it cannot be made; then nothing is an answer
     * @param told what is done when the client is told
     */
    AnswerExaminer telling(String fieldName, @Nullable Object value, Runnable told) {
        FieldDescriptor field = field(fieldName);
        return new AnswerExaminer() {
            private boolean first = true;

            @Override
            public Examined examine(byte[] message) {
                MessageWalk answer = read(message);
                if (answer == null || value == null) {
                    return Examined.NotAnAnswer.INSTANCE;
                }
                byte[] fit = with(answer, field, find(answer, field), first ? value : null);
                if (first) {
                    told.run();
                }
                first = false;
                return new Examined.Send(fit);
            }
        };
    }

    private FieldDescriptor field(String name) {
        FieldDescriptor field = descriptor.findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException(descriptor.getFullName() + " has no " + name);
        }
        return field;
    }

    private static @Nullable Field find(MessageWalk answer, FieldDescriptor field) {
        FieldCursor fields = answer.fields();
        while (fields.next()) {
            if (fields.number() == field.getNumber()) {
                return fields.field();
            }
        }
        return null;
    }

    /**
     * The answer with another value in a field.
     *
     * @param old where the field stands, or null
     * @param value null takes it out
     */
    private static byte[] with(MessageWalk answer, FieldDescriptor field, @Nullable Field old, @Nullable Object value) {
        byte[] content = value == null
                ? new byte[0]
                : value instanceof ByteString bytes
                        ? bytes.toByteArray()
                        : ((String) value).getBytes(StandardCharsets.UTF_8);
        int from = old == null ? answer.end() : old.tagAt();
        int to = old == null ? answer.end() : old.end();
        TailWriter out = new TailWriter(answer.end() - answer.start() + content.length + FRAME_BYTES);
        out.copy(answer.data(), to, answer.end());
        if (content.length > 0) {
            int written = out.length();
            out.copy(content, 0, content.length);
            out.delimit(field.getNumber(), written);
        }
        out.copy(answer.data(), answer.start(), from);
        return out.bytes();
    }
}
