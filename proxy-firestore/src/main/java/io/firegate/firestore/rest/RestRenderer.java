package io.firegate.firestore.rest;

import com.google.firestore.v1.FirestoreProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.rpc.ErrorDetailsProto;
import io.firegate.firestore.method.FirestoreMethod;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The answers of one RPC as Google's JSON: defaults left out, 64-bit integers as strings, bytes as base64, times as RFC 3339. Stateless;
 * safe for any thread.
 *
 * <p>Only published fields are shown. The emulator also shows {@code done} of {@code RunAggregationQueryResponse}, a field of its own
 * newer proto; to firegate it is an unknown field, and what firegate does not know it cannot judge.
 */
public final class RestRenderer {
    private static final Map<FirestoreMethod, RestRenderer> RENDERERS = new EnumMap<>(FirestoreMethod.class);

    /** What may stand in the details of a status and in explain statistics. */
    static final Map<String, JsonSchema> DETAILS = new HashMap<>();

    static {
        for (Descriptor type : ErrorDetailsProto.getDescriptor().getMessageTypes()) {
            DETAILS.put(type.getFullName(), JsonSchema.of(type));
        }
        DETAILS.put("google.protobuf.StringValue", JsonSchema.of(StringValue.getDescriptor()));
        DETAILS.put("google.protobuf.Struct", JsonSchema.of(Struct.getDescriptor()));
        for (FirestoreMethod method : FirestoreMethod.values()) {
            // The two bidirectional streams have no REST form.
            if (method.shape() != FirestoreMethod.Shape.BIDIRECTIONAL) {
                RENDERERS.put(method, new RestRenderer(method));
            }
        }
    }

    private final Descriptor type;
    private final JsonSchema schema;

    private RestRenderer(FirestoreMethod method) {
        MethodDescriptor rpc =
                FirestoreProto.getDescriptor().findServiceByName("Firestore").findMethodByName(method.rpcName());
        if (rpc == null) {
            throw new IllegalStateException("google.firestore.v1 has no RPC " + method.rpcName());
        }
        type = rpc.getOutputType();
        schema = JsonSchema.of(type);
    }

    /** What became of a message. */
    public sealed interface Rendered {
        /** The message as JSON. */
        final class Json implements Rendered {
            private final byte[] bytes;

            Json(byte[] bytes) {
                this.bytes = bytes;
            }

            /** UTF-8; not copied. */
            public byte[] bytes() {
                return bytes;
            }
        }

        /** Its JSON would be longer than anybody should hold. */
        record TooLong() implements Rendered {}

        /** Not a message of this RPC, or one that can be read in two ways. */
        record Unreadable() implements Rendered {}
    }

    /**
     * The renderer of an RPC's answers.
     *
     * @throws IllegalArgumentException for a bidirectional stream, which has no REST form
     */
    public static RestRenderer of(FirestoreMethod method) {
        RestRenderer renderer = RENDERERS.get(method);
        if (renderer == null) {
            throw new IllegalArgumentException(method + " has no REST form");
        }
        return renderer;
    }

    /**
     * Renders one message. Total: answers every sequence of bytes.
     *
     * @param message the array that holds it
     * @param from index of its first byte
     * @param to index after the last
     * @param pretty whether it is for people
     */
    public Rendered render(byte[] message, int from, int to, boolean pretty) {
        try {
            return new Rendered.Json(json(message, from, to, pretty));
        } catch (MessageJson.Unreadable e) {
            return e.ambiguous() ? settle(message, from, to, pretty) : failed(e);
        }
    }

    /** Renders what protobuf's own rules make of a message that leaves a choice: last wins, submessages merge. */
    private Rendered settle(byte[] message, int from, int to, boolean pretty) {
        try {
            byte[] settled = DynamicMessage.newBuilder(type)
                    .mergeFrom(message, from, to - from)
                    .build()
                    .toByteArray();
            return new Rendered.Json(json(settled, 0, settled.length, pretty));
        } catch (MessageJson.Unreadable e) {
            return failed(e);
        } catch (InvalidProtocolBufferException e) {
            return new Rendered.Unreadable();
        }
    }

    private static Rendered failed(MessageJson.Unreadable because) {
        return because.tooLong() ? new Rendered.TooLong() : new Rendered.Unreadable();
    }

    private byte[] json(byte[] message, int from, int to, boolean pretty) throws MessageJson.Unreadable {
        JsonBytes out = new JsonBytes(pretty);
        new MessageJson(message, out, DETAILS).write(schema, from, to, 0);
        return out.toByteArray();
    }
}
