package io.firegate.e2e.conformance;

import com.google.firestore.v1.FirestoreProto;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import java.util.Objects;

/** The published descriptors of {@code google.firestore.v1.Firestore}, and its messages in proto JSON. */
final class FirestoreService {
    static final String NAME = "google.firestore.v1.Firestore";

    /** Where a message has fields this descriptor does not know, they stand under this key. */
    private static final String UNKNOWN = "$unknown";

    private static final TypeRegistry DETAILS = TypeRegistry.newBuilder()
            .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
            .build();

    private FirestoreService() {}

    static MethodDescriptor method(String rpc) {
        return Objects.requireNonNull(
                FirestoreProto.getDescriptor().findServiceByName("Firestore").findMethodByName(rpc), rpc);
    }

    static DynamicMessage message(Descriptor type, JsonElement json) {
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        try {
            JsonFormat.parser().merge(json.toString(), builder);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(type.getName() + ": " + json, e);
        }
        return builder.build();
    }

    static JsonObject json(Message message) {
        try {
            JsonObject json = JsonParser.parseString(
                            JsonFormat.printer().usingTypeRegistry(DETAILS).print(message))
                    .getAsJsonObject();
            if (message.getUnknownFields().getSerializedSize() > 0) {
                json.add(UNKNOWN, new JsonPrimitive(TextFormat.printer().printToString(message.getUnknownFields())));
            }
            return json;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
