package io.firegate.auth.federation;

import java.util.Map;

/** A JSON object of texts, whole numbers and lists of texts, without blanks. */
final class CompactJson {
    private CompactJson() {}

    /** In the order of the map. */
    static String object(Map<String, Object> members) {
        StringBuilder json = new StringBuilder("{");
        members.forEach((name, value) -> {
            separate(json, '{');
            text(json, name);
            json.append(':');
            value(json, value);
        });
        return json.append('}').toString();
    }

    private static void value(StringBuilder json, Object value) {
        switch (value) {
            case String text -> text(json, text);
            case Long number -> json.append(number);
            case Iterable<?> list -> {
                json.append('[');
                for (Object element : list) {
                    separate(json, '[');
                    text(json, (String) element);
                }
                json.append(']');
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private static void separate(StringBuilder json, char opening) {
        if (json.charAt(json.length() - 1) != opening) {
            json.append(',');
        }
    }

    private static void text(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
