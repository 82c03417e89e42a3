package io.firegate.e2e.differential;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryResponse;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import java.util.ArrayList;
import java.util.List;

/** Firestore's messages between JSON and protobuf, and without what two equal databases differ in. */
final class Messages {
    private static final TypeRegistry DETAILS = TypeRegistry.newBuilder()
            .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
            .build();

    private Messages() {}

    /** {@code GetDocument} for a {@code GetDocumentRequest}. */
    static String rpc(Message request) {
        String name = request.getDescriptorForType().getName();
        return name.substring(0, name.length() - "Request".length());
    }

    /** A request in a database of this name. */
    static JsonObject json(Message message, String database) {
        try {
            return JsonParser.parseString(
                            JsonFormat.printer().print(message).replace(RandomRequests.DATABASE, database))
                    .getAsJsonObject();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    static <M extends Message> M read(JsonElement json, M like) {
        Message.Builder builder = like.newBuilderForType();
        // The emulator answers a field that no published message has.
        json.getAsJsonObject().remove("$unknown");
        try {
            JsonFormat.parser().usingTypeRegistry(DETAILS).merge(json.toString(), builder);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(json.toString(), e);
        }
        return (M) builder.build();
    }

    /** A request in a database of this name. */
    static <M extends Message> M in(M message, String database) {
        return read(json(message, database), message);
    }

    /** What an answer says of documents: no times, tokens and transactions. */
    static List<Object> content(List<? extends Message> messages) {
        List<Object> content = new ArrayList<>();
        for (Message message : messages) {
            switch (message) {
                case Document document -> content.add(plain(document));
                case BatchGetDocumentsResponse answer when answer.hasFound() -> content.add(plain(answer.getFound()));
                case BatchGetDocumentsResponse answer
                when !answer.getMissing().isEmpty() -> content.add("missing " + relative(answer.getMissing()));
                case BatchGetDocumentsResponse answer -> {
                    // The transaction, or the time.
                }
                case RunQueryResponse answer -> {
                    if (answer.hasDocument()) {
                        content.add(plain(answer.getDocument()));
                    }
                }
                case RunAggregationQueryResponse answer -> {
                    if (answer.hasResult()) {
                        content.add(answer.getResult().getAggregateFieldsMap());
                    }
                }
                case ListDocumentsResponse answer ->
                    answer.getDocumentsList().forEach(document -> content.add(plain(document)));
                default ->
                    throw new IllegalArgumentException(
                            message.getDescriptorForType().getName());
            }
        }
        return content;
    }

    private static List<Object> plain(Document document) {
        return List.of(relative(document.getName()), document.getFieldsMap());
    }

    static String relative(String name) {
        return name.substring(name.indexOf("/documents/") + "/documents/".length());
    }
}
