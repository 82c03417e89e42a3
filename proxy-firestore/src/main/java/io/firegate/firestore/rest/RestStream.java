package io.firegate.firestore.rest;

import io.firegate.firestore.method.FirestoreMethod;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The answer of a server-streaming RPC: one JSON array, written element by element as the messages come. For one thread.
 *
 * <p>Concatenate what it returns. An error after the first element cannot change the HTTP status any more, so it becomes the last
 * element, {@code {"error": ...}}, and the array is closed: what the caller holds stays valid JSON.
 */
public final class RestStream {
    private final RestRenderer renderer;
    private final boolean pretty;
    private boolean started;

    /** @param method a server-streaming RPC */
    public RestStream(FirestoreMethod method, boolean pretty) {
        this.renderer = RestRenderer.of(method);
        this.pretty = pretty;
    }

    /** Whether an element was returned, and the HTTP status is therefore decided. */
    public boolean started() {
        return started;
    }

    /** The next message, with what separates it from the one before. Nothing has changed when it is unreadable. */
    public RestRenderer.Rendered next(byte[] message, int from, int to) {
        return switch (renderer.render(message, from, to, pretty)) {
            case RestRenderer.Rendered.Json json -> new RestRenderer.Rendered.Json(element(json.bytes()));
            case RestRenderer.Rendered.TooLong tooLong -> tooLong;
            case RestRenderer.Rendered.Unreadable unreadable -> unreadable;
        };
    }

    /** The end of a stream that ended well. */
    public byte[] end() {
        return ascii(started ? pretty ? "\n]\n" : "]" : pretty ? "[\n\n]\n" : "[]");
    }

    /** The end of a stream that failed; before the first element it is the whole body. */
    public byte[] fail(RestError error) {
        return joined(element(error.object(pretty)), ascii(pretty ? "\n]\n" : "]"));
    }

    private byte[] element(byte[] json) {
        String before = (started ? "," : "[") + (pretty ? "\n" : "");
        started = true;
        return joined(ascii(before), json);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
