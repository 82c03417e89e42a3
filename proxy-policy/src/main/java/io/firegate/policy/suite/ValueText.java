package io.firegate.policy.suite;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.stream.Collectors;

/** Says values as {@link GivenValues} reads them. For the files of whoever asks; never for what is stored. */
public final class ValueText {
    private ValueText() {}

    /** One value. */
    public static String of(PolicyValue value) {
        return switch (value) {
            case PolicyValue.Null.NULL -> "null";
            case PolicyValue.Bool(var bool) -> String.valueOf(bool);
            case PolicyValue.Int(var number) -> String.valueOf(number);
            case PolicyValue.Real(var number) -> "{double: " + number + "}";
            case PolicyValue.Text(var text) -> quoted(text);
            case PolicyValue.Time(var seconds, var nanos) ->
                "{timestamp: " + Instant.ofEpochSecond(seconds, nanos) + "}";
            case PolicyValue.Bytes bytes -> "{bytes: …}";
            case PolicyValue.Reference(var name) -> "{reference: " + name + "}";
            case PolicyValue.Point(var latitude, var longitude) ->
                "{geoPoint: {latitude: " + latitude + ", longitude: " + longitude + "}}";
            case PolicyValue.Vector(var elements) -> "{vector: " + elements + "}";
            case PolicyValue.Array(var elements) ->
                elements.stream().map(ValueText::of).collect(Collectors.joining(", ", "[", "]"));
            case PolicyValue.Fields map ->
                map.entries().entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + of(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').appendCodePoint(c);
            } else {
                out.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c);
            }
        });
        return out.append('"').toString();
    }
}
