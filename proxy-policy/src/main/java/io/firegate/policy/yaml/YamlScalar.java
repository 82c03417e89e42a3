package io.firegate.policy.yaml;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * A single value. A plain one is a null, a boolean or a number where the JSON schema of YAML 1.2.2 (section 10.2) says so, and a
 * string otherwise: {@code no}, {@code on} and {@code 1_000} are strings. A quoted or block one is always a string.
 */
public final class YamlScalar extends YamlNode {
    /** Longest part of a value repeated in a message. */
    private static final int SHOWN_MAX = 80;

    /** Longest part of a value quoted to say where in it something is wrong. */
    private static final int QUOTED_MAX = 20;

    private enum Kind {
        NULL,
        BOOLEAN,
        INTEGER,
        FLOAT,
        STRING
    }

    private final String text;
    private final Kind kind;
    private final ScalarStyle style;

    YamlScalar(YamlSource source, int line, int column, String text, ScalarStyle style) {
        super(source, line, column);
        this.text = text;
        this.style = style;
        this.kind = style == ScalarStyle.PLAIN ? kindOf(text) : Kind.STRING;
    }

    /** The value's characters, whatever its type. */
    public String text() {
        return text;
    }

    /**
     * The value by its own type: a {@link String}, {@link Boolean}, {@link Long} or {@link Double}. Null for nothing, and for a number
     * that no {@code long} or finite {@code double} holds.
     */
    public @Nullable Object typed() {
        return switch (kind) {
            case NULL -> null;
            case BOOLEAN -> text.equals("true");
            case STRING -> text;
            case INTEGER -> {
                try {
                    yield Long.parseLong(text);
                } catch (NumberFormatException tooLong) {
                    yield null;
                }
            }
            case FLOAT -> {
                double value = Double.parseDouble(text);
                yield Double.isFinite(value) ? value : null;
            }
        };
    }

    /**
     * Reports that something is wrong at one character of {@link #text}. Where the file spells the value so that the character's place
     * cannot be told, the value's beginning is shown and the message quotes what stands there.
     *
     * @param index the character, or the text's length for its end
     */
    public void problemAt(int index, String message, @Nullable String fix) {
        report(Problem.Severity.ERROR, index, message, fix);
    }

    /** Reports something a person should look at, at one character of {@link #text} as {@link #problemAt} does. */
    public void warningAt(int index, String message, @Nullable String fix) {
        report(Problem.Severity.WARNING, index, message, fix);
    }

    private void report(Problem.Severity severity, int index, String message, @Nullable String fix) {
        Position start = position();
        int place = source.place(start.line(), start.column(), text, style, index);
        if (place >= 0) {
            source.add(severity, place, message, fix);
            return;
        }
        String rest = text.substring(Math.min(index, text.length())).strip();
        String at = rest.isEmpty()
                ? " (at its end)"
                : " (at `" + (rest.length() <= QUOTED_MAX ? rest : rest.substring(0, QUOTED_MAX) + "…") + "`)";
        source.add(severity, start.line(), start.column(), message + at, fix);
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
