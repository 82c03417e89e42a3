package io.firegate.firestore.enforce;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/** The type of an RPC's answers. What is rewritten loses the fields firegate does not know, because nobody has judged them. */
final class AnswerType {
    private final Descriptor descriptor;
    private final Parser<? extends Message> known;

    AnswerType(Message example) {
        this.descriptor = example.getDescriptorForType();
        this.known = DiscardUnknownFieldsParser.wrap(example.getParserForType());
    }

    /** Makes the caller's handle of Firestore's: a string or bytes, as the field is; null when that cannot be. */
    @FunctionalInterface
    interface Sealing {
        @Nullable
        Object seal(Object upstream);
    }

    /** An examiner that seals one field of each message that has it. */
    AnswerExaminer sealing(String fieldName, Sealing sealing) {
        FieldDescriptor field = descriptor.findFieldByName(fieldName);
        if (field == null) {
            throw new IllegalStateException(descriptor.getFullName() + " has no " + fieldName);
        }
        return new AnswerExaminer() {
            @Override
            public Examined examine(byte[] message) {
                Message answer = parse(message);
                if (answer == null) {
                    return Examined.NotAnAnswer.INSTANCE;
                }
                if (answer.getField(field).equals(field.getDefaultValue())) {
                    return new Examined.Send(message);
                }
                Object sealed = sealing.seal(answer.getField(field));
                return sealed == null
                        ? Examined.NotAnAnswer.INSTANCE
                        : new Examined.Send(answer.toBuilder()
                                .setField(field, sealed)
                                .build()
                                .toByteArray());
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
        FieldDescriptor field = descriptor.findFieldByName(fieldName);
        if (field == null) {
            throw new IllegalStateException(descriptor.getFullName() + " has no " + fieldName);
        }
        return new AnswerExaminer() {
            private boolean first = true;

            @Override
            public Examined examine(byte[] message) {
                Message answer = parse(message);
                if (answer == null || value == null) {
                    return Examined.NotAnAnswer.INSTANCE;
                }
                Message.Builder fit = answer.toBuilder().clearField(field);
                if (first) {
                    fit.setField(field, value);
                    told.run();
                }
                first = false;
                return new Examined.Send(fit.build().toByteArray());
            }
        };
    }

    private @Nullable Message parse(byte[] message) {
        try {
            return known.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }
}
