package io.firegate.policy.yaml;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A single value. A plain one is a null, a boolean or a number where the JSON schema of YAML 1.2.2 (section 10.2) says so, and a
 * string otherwise: {@code no}, {@code on} and {@code 1_000} are strings. A quoted or block one is always a string.
 */
public final class YamlScalar extends YamlNode {
    /** Longest part of a value repeated in a message. */
    private static final int SHOWN_MAX = 80;

    private enum Kind {
        NULL,
        BOOLEAN,
        INTEGER,
        FLOAT,
        STRING
    }

    private final String text;
    private final Kind kind;

    YamlScalar(YamlSource source, int line, int column, String text, boolean plain) {
        super(source, line, column);
        this.text = text;
        this.kind = plain ? kindOf(text) : Kind.STRING;
    }

    /** The value's characters, whatever its type. */
    public String text() {
        return text;
    }

    private static Kind kindOf(String text) {
        return switch (text) {
            case "", "null" -> Kind.NULL;
            case "true", "false" -> Kind.BOOLEAN;
            default -> numberKind(text);
        };
    }

    /** {@code -? ( 0 | [1-9] [0-9]* ) ( \. [0-9]* )? ( [eE] [-+]? [0-9]+ )?}, the JSON schema's numbers. */
    private static Kind numberKind(String text) {
        int i = text.startsWith("-") ? 1 : 0;
        int digits = digitsFrom(text, i);
        if (digits == 0 || (digits > 1 && text.charAt(i) == '0')) {
            return Kind.STRING;
        }
        i += digits;
        if (i == text.length()) {
            return Kind.INTEGER;
        }
        if (text.charAt(i) == '.') {
            i++;
            i += digitsFrom(text, i);
        }
        if (i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
            i++;
            if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
                i++;
            }
            int exponent = digitsFrom(text, i);
            if (exponent == 0) {
                return Kind.STRING;
            }
            i += exponent;
        }
        return i == text.length() ? Kind.FLOAT : Kind.STRING;
    }

    private static int digitsFrom(String text, int start) {
        int i = start;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i - start;
    }

    @Override
    String described() {
        String shown = text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…";
        return switch (kind) {
            case NULL -> "nothing";
            case BOOLEAN -> "the boolean `" + text + "`";
            case INTEGER, FLOAT -> "the number `" + shown + "`";
            case STRING -> "the string `" + shown + "`";
        };
    }

    @Override
    public @Nullable String asString() {
        if (kind == Kind.STRING) {
            return text;
        }
        if (kind == Kind.NULL) {
            problem("expected a string, found nothing");
        } else {
            problem("expected a string, found " + described(), "quote it: \"" + text + "\"");
        }
        return null;
    }

    @Override
    public @Nullable Boolean asBoolean() {
        if (kind == Kind.BOOLEAN) {
            return text.equals("true");
        }
        String meant = switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "y" -> "true";
            case "false", "no", "off", "n" -> "false";
            default -> null;
        };
        if (meant == null) {
            return super.asBoolean();
        }
        problem("expected `true` or `false`, found " + described(), "write " + meant);
        return null;
    }

    @Override
    public @Nullable Long asInteger(long min, long max) {
        if (kind != Kind.INTEGER) {
            return super.asInteger(min, max);
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException tooLong) {
            // Answered below: it is out of any range.
        }
        problem("`" + text + "` is not between " + min + " and " + max);
        return null;
    }

    @Override
    public @Nullable Instant asInstant() {
        if (kind != Kind.STRING) {
            return super.asInstant();
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return super.asInstant();
        }
    }
}
