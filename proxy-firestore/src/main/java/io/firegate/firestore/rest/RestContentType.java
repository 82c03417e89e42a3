package io.firegate.firestore.rest;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which {@code Content-Type} a JSON body may have: {@code application/json}, or the {@code text/plain} of Firebase's JavaScript client. */
public final class RestContentType {
    private RestContentType() {}

    /**
     * Whether a body of this type is read as JSON. UTF-8 is the only charset, and no other parameter has a meaning.
     *
     * @param value the header's value, null when it was not sent
     */
    public static boolean isJson(@Nullable String value) {
        if (value == null) {
            return false;
        }
        String[] parts = value.toLowerCase(Locale.ROOT).split(";", -1);
        String type = parts[0].strip();
        if (parts.length > 2 || !(type.equals("application/json") || type.equals("text/plain"))) {
            return false;
        }
        if (parts.length == 1) {
            return true;
        }
        String parameter = parts[1].strip();
        return parameter.isEmpty() || parameter.equals("charset=utf-8") || parameter.equals("charset=\"utf-8\"");
    }
}
