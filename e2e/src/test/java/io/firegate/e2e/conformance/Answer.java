package io.firegate.e2e.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * What came back.
 *
 * @param status the name of the gRPC status; over REST of the one in the error body, empty when the body holds none
 * @param httpStatus 0 over gRPC
 * @param messages the messages, one for a unary call
 * @param text the error's text; over REST the whole body when it is no error of Google's form
 * @param domain {@code ErrorInfo.domain}, empty when there is none
 * @param reason {@code ErrorInfo.reason}, empty when there is none
 */
public record Answer(
        String status, int httpStatus, List<JsonElement> messages, String text, String domain, String reason) {
    public Answer {
        messages = List.copyOf(messages);
    }

    /** One line for the report of a failure. */
    public String brief() {
        String head = (httpStatus == 0 ? "" : "HTTP " + httpStatus + " ")
                + status
                + (reason.isEmpty() ? "" : " " + domain + "/" + reason)
                + (text.isEmpty() ? "" : " \"" + text + "\"");
        return head + (messages.isEmpty() ? "" : " " + messages);
    }

    /** The names of the documents in the messages, whichever call they answer, relative to the database. */
    List<String> names() {
        return messages.stream()
                .filter(JsonElement::isJsonObject)
                .map(JsonElement::getAsJsonObject)
                .flatMap(message -> {
                    if (message.has("documents")) {
                        return message.getAsJsonArray("documents").asList().stream()
                                .map(each -> each.getAsJsonObject().get("name"));
                    }
                    for (String key : List.of("document", "found")) {
                        if (message.has(key)) {
                            return java.util.stream.Stream.of(
                                    message.getAsJsonObject(key).get("name"));
                        }
                    }
                    return java.util.stream.Stream.ofNullable(message.get("name"));
                })
                .map(JsonElement::getAsString)
                .map(name -> name.substring(name.indexOf("/documents/") + "/documents/".length()))
                .toList();
    }

    /** An object of one message, for answers that hold exactly one. */
    public JsonObject only() {
        return messages.get(0).getAsJsonObject();
    }
}
