package io.firegate.edge;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** The answer to a peer whose request never became an exchange, in Google's JSON error shape. */
final class PlainAnswer {
    private PlainAnswer() {}

    /**
     * A JSON error body.
     *
     * @param sentence a constant of this package: no quotes, no control characters
     */
    static byte[] json(int status, String sentence) {
        return ("{\"error\":{\"code\":" + status + ",\"message\":\"firegate: " + sentence + "\",\"status\":\""
                        + word(status) + "\"}}\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A whole HTTP/1.1 response that ends the connection. */
    static byte[] http1(int status, String sentence) {
        byte[] body = json(status, sentence);
        byte[] head = ("HTTP/1.1 " + status + " "
                        + HttpResponseStatus.valueOf(status).reasonPhrase()
                        + "\r\ncontent-type: application/json; charset=UTF-8\r\ncontent-length: " + body.length
                        + "\r\nconnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[head.length + body.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return whole;
    }

    private static String word(int status) {
        return switch (status) {
            case 505 -> "UNIMPLEMENTED";
            case 408 -> "DEADLINE_EXCEEDED";
            case 431 -> "RESOURCE_EXHAUSTED";
            default -> "INVALID_ARGUMENT";
        };
    }
}
