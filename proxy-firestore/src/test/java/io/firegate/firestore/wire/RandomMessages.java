package io.firegate.firestore.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Well-formed requests drawn from the descriptors: classified fields only, one member of a oneof, distinct map keys. */
public final class RandomMessages {
    private static final String[] TEXTS = {
        "",
        "a",
        "é😀",
        "projects/p/databases/d/documents/c/d",
        "projects/p/databases/d",
        "a long enough text to pass by eights"
    };

    private final Random random;

    public RandomMessages(long seed) {
        this.random = new Random(seed);
    }

    /** One request. */
    public DynamicMessage next(String messageName) {
        return message(RequestFields.message(messageName), 0);
    }

    private DynamicMessage message(Descriptor type, int depth) {
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            Touch touch = RequestFields.touch(field);
            boolean allowed =
                    touch == null ? type.getOptions().getMapEntry() : touch != Touch.HANDLE && touch != Touch.REFUSED;
            boolean taken = field.getRealContainingOneof() != null && builder.hasOneof(field.getRealContainingOneof());
            boolean deep = depth > 8 && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (!allowed || taken || deep || random.nextInt(3) == 0) {
                continue;
            }
            if (field.isMapField()) {
                Set<Object> keys = new HashSet<>();
                for (int i = random.nextInt(12); i > 0; i--) {
                    Descriptor entry = field.getMessageType();
                    String key = "k" + random.nextInt(100);
                    if (keys.add(key)) {
                        builder.addRepeatedField(
                                field,
                                DynamicMessage.newBuilder(entry)
                                        .setField(entry.findFieldByNumber(1), key)
                                        .setField(
                                                entry.findFieldByNumber(2),
                                                value(entry.findFieldByNumber(2), depth + 2))
                                        .build());
                    }
                }
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    builder.addRepeatedField(field, value(field, depth));
                }
            } else {
                builder.setField(field, value(field, depth));
            }
        }
        return builder.build();
    }

    private Object value(FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> random.nextBoolean() ? random.nextInt() : random.nextInt(100);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case DOUBLE -> random.nextGaussian();
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
            case FLOAT -> throw new IllegalStateException("no request has a float");
        };
    }
}
