package io.firegate.firestore.rest;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import java.util.List;
import java.util.Random;

/** Answers drawn from the published descriptors: messages JSON can show, one member of a oneof, distinct map keys. */
final class RandomAnswers {
    private static final String[] TEXTS = {
        "", "a", "é😀", "<&>'\"\\/\n\r\t\b\f\u0001\u007f\u2028\u2029", "a longer text of plain letters"
    };
    private static final int NANOS = 1_000_000_000;

    private final Random random;

    RandomAnswers(long seed) {
        random = new Random(seed);
    }

    /** One message. */
    Message next(Descriptor type) {
        return possible(message(type, 0));
    }

    /** The same message with times that exist: protobuf's JSON has no others. */
    static Message possible(Message message) {
        Descriptor type = message.getDescriptorForType();
        Message.Builder builder = message.toBuilder();
        String name = type.getFullName();
        if (name.equals("google.protobuf.Timestamp") || name.equals("google.protobuf.Duration")) {
            FieldDescriptor seconds = type.findFieldByNumber(1);
            FieldDescriptor nanos = type.findFieldByNumber(2);
            int digits = Math.floorMod((int) message.getField(nanos), NANOS);
            int cut = digits % 4 == 0 ? NANOS : digits % 4 == 1 ? 1_000_000 : digits % 4 == 2 ? 1_000 : 1;
            return builder.setField(seconds, Math.floorMod((long) message.getField(seconds), 250_000_000_000L))
                    .setField(nanos, digits / cut * cut)
                    .build();
        }
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                if (field.isRepeated()) {
                    List<?> elements = (List<?>) message.getField(field);
                    for (int i = 0; i < elements.size(); i++) {
                        builder.setRepeatedField(field, i, possible((Message) elements.get(i)));
                    }
                } else {
                    builder.setField(field, possible((Message) message.getField(field)));
                }
            }
        }
        return builder.build();
    }

    private Message message(Descriptor type, int depth) {
        if (type.getFullName().equals("google.protobuf.Any")) {
            return Any.pack(ErrorInfo.newBuilder()
                    .setReason("R" + depth)
                    .putMetadata("k", TEXTS[random.nextInt(TEXTS.length)])
                    .build());
        }
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        boolean mustBeSet = type.getFullName().equals("google.protobuf.Value");
        for (FieldDescriptor field : type.getFields()) {
            boolean taken = field.getRealContainingOneof() != null && builder.hasOneof(field.getRealContainingOneof());
            boolean deep = depth > 9 && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (taken || deep || (!mustBeSet && random.nextInt(4) == 0) || (mustBeSet && random.nextInt(3) != 0)) {
                continue;
            }
            if (field.isMapField()) {
                int count = random.nextInt(12);
                for (int i = 0; i < count; i++) {
                    Descriptor entry = field.getMessageType();
                    builder.addRepeatedField(
                            field,
                            DynamicMessage.newBuilder(entry)
                                    .setField(entry.findFieldByNumber(1), i + TEXTS[random.nextInt(TEXTS.length)])
                                    .setField(entry.findFieldByNumber(2), value(entry.findFieldByNumber(2), depth + 2))
                                    .build());
                }
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    builder.addRepeatedField(field, value(field, depth));
                }
            } else {
                builder.setField(field, value(field, depth));
            }
        }
        if (mustBeSet && builder.getAllFields().isEmpty()) {
            builder.setField(type.findFieldByName("bool_value"), true);
        }
        return builder.build();
    }

    private Object value(FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> random.nextBoolean() ? random.nextInt() : 0;
            case LONG -> random.nextLong() >> random.nextInt(64);
            case DOUBLE -> number(field);
            case BOOLEAN -> random.nextBoolean();
            case STRING -> TEXTS[random.nextInt(TEXTS.length)];
            case BYTE_STRING -> ByteString.copyFromUtf8(TEXTS[random.nextInt(TEXTS.length)]);
            case ENUM -> {
                var values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> {
                Message message = message(field.getMessageType(), depth + 1);
                yield message;
            }
            case FLOAT -> throw new IllegalStateException("no answer has a float");
        };
    }

    private double number(FieldDescriptor field) {
        boolean finite = field.getContainingType().getFullName().equals("google.protobuf.Value");
        return switch (random.nextInt(finite ? 3 : 6)) {
            case 0 -> random.nextGaussian();
            case 1 -> 1e100;
            case 2 -> random.nextInt(10);
            case 3 -> Double.NaN;
            case 4 -> Double.NEGATIVE_INFINITY;
            default -> -0.0;
        };
    }
}
