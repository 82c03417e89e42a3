package io.firegate.firestore.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import org.jspecify.annotations.Nullable;

/** Requests written in protobuf's text form, {@code Write.verify} included. */
public final class TextMessages {
    private TextMessages() {}

    /** The bytes of a request of {@code firestore.proto}. */
    public static byte[] encode(String messageName, String text) {
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(RequestFields.message(messageName));
        try {
            TextFormat.merge(text, builder);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(e);
        }
        return builder.build().toByteArray();
    }

    /** The request as a decoder other than the generated one reads it. */
    public static DynamicMessage decode(String messageName, byte[] bytes) throws InvalidProtocolBufferException {
        return DynamicMessage.parseFrom(RequestFields.message(messageName), bytes);
    }

    /** The descriptor of a request, with the unpublished field. */
    public static Descriptor descriptor(String messageName) {
        return RequestFields.message(messageName);
    }

    /** What a field of a request touches, by its full name; null when it is not classified. */
    public static @Nullable Touch touch(String fullName) {
        return RequestFields.touches().get(fullName);
    }
}
