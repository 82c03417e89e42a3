package io.firegate.firestore.rest;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;

/** Texts of protobuf's JSON mapping as values, and values as fields. */
final class Scalars {
    private static final int NANO_DIGITS = 9;
    /** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what a Timestamp may hold. */
    static final long SECONDS_MIN = -62_135_596_800L;

    static final long SECONDS_MAX = 253_402_300_799L;

    private Scalars() {}

    /**
     * Writes one value given as text, tag included; a default that a field without presence does not carry is left out.
     *
     * @param always write defaults too: elements of lists and values of maps
     */
    static void write(ProtoBytes out, JsonSchema.Field field, String text, boolean always) throws Refusal {
        boolean all = always || field.presence;
        switch (field.kind) {
            case BOOL ->
                varint(
                        out,
                        field,
                        switch (text) {
                            case "true" -> 1;
                            case "false" -> 0;
                            default -> throw new Refusal(RestProblem.BAD_BOOLEAN);
                        },
                        all);
            case INT32 -> {
                long value = integer(text);
                if (value != (int) value) {
                    throw new Refusal(RestProblem.BAD_INTEGER);
                }
                varint(out, field, value, all);
            }
            case INT64 -> varint(out, field, integer(text), all);
            case ENUM -> {
                Integer number = field.enumNumbers.get(text);
                if (number == null) {
                    throw new Refusal(RestProblem.BAD_ENUM);
                }
                varint(out, field, number, all);
            }
            case DOUBLE -> {
                long bits = Double.doubleToLongBits(number(text));
                if (all || bits != 0) {
                    out.tag(field.tag());
                    out.fixed64(bits);
                }
            }
            case STRING -> {
                if (all || !text.isEmpty()) {
                    out.tag(field.tag());
                    if (!out.text(text)) {
                        throw new Refusal(RestProblem.LONE_SURROGATE);
                    }
                }
            }
            case BYTES -> {
                byte[] value = base64(text);
                if (all || value.length > 0) {
                    out.tag(field.tag());
                    out.bytes(value);
                }
            }
            case MESSAGE -> message(out, field, text);
            case MAP -> throw new Refusal(RestProblem.WRONG_TYPE);
        }
    }

    /** An enum value given by its number. */
    static void enumNumber(ProtoBytes out, JsonSchema.Field field, String text, boolean always) throws Refusal {
        long value = integer(text);
        if (value != (int) value || !field.enumNames.containsKey((int) value)) {
            throw new Refusal(RestProblem.BAD_ENUM);
        }
        varint(out, field, value, always || field.presence);
    }

    static void varint(ProtoBytes out, JsonSchema.Field field, long value, boolean always) {
        if (always || value != 0) {
            out.tag(field.tag());
            out.varint(value);
        }
    }

    private static void message(ProtoBytes out, JsonSchema.Field field, String text) throws Refusal {
        JsonSchema type = field.message();
        out.tag(field.tag());
        int start = out.open();
        switch (type.form()) {
            case WRAPPER -> write(out, type.required(1), text, false);
            case TIMESTAMP -> timestamp(out, type, text);
            case OBJECT, DURATION, STRUCT, STRUCT_VALUE, STRUCT_LIST, ANY -> throw new Refusal(RestProblem.WRONG_TYPE);
        }
        out.close(start);
    }

    /** An integer, also in the forms {@code 5.0} and {@code 1e2}. */
    static long integer(String text) throws Refusal {
        if (!isNumber(text)) {
            throw new Refusal(RestProblem.BAD_INTEGER);
        }
        try {
            return text.length() < 18 && isDigits(text) ? Long.parseLong(text) : new BigDecimal(text).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new Refusal(RestProblem.BAD_INTEGER);
        }
    }

    private static double number(String text) throws Refusal {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                double value = isNumber(text) ? Double.parseDouble(text) : Double.NaN;
                if (Double.isNaN(value) || Double.isInfinite(value)) {
                    throw new Refusal(RestProblem.BAD_NUMBER);
                }
                yield value;
            }
        };
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text, i)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** JSON's grammar of a number; Java's own readers take more. */
    private static boolean isNumber(String text) {
        if (text.length() > JsonReader.NUMBER_CHARS_MAX) {
            return false;
        }
        int at = text.startsWith("-") ? 1 : 0;
        int whole = digits(text, at);
        if (whole == at || (text.charAt(at) == '0' && whole > at + 1)) {
            return false;
        }
        at = whole;
        if (at < text.length() && text.charAt(at) == '.') {
            int fraction = digits(text, at + 1);
            if (fraction == at + 1) {
                return false;
            }
            at = fraction;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = digits(text, at);
            if (exponent == at) {
                return false;
            }
            at = exponent;
        }
        return at == text.length();
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && isDigit(text, at)) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(String text, int at) {
        return text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private static byte[] base64(String text) throws Refusal {
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw new Refusal(RestProblem.BAD_BASE64);
        }
    }

    /** {@code 2026-01-31T12:00:00[.123456789](Z|+01:00)}: the profile of RFC 3339 that protobuf reads. */
    private static void timestamp(ProtoBytes out, JsonSchema type, String text) throws Refusal {
        boolean shaped = text.length() >= 20
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(13) == ':'
                && text.charAt(16) == ':';
        if (!shaped) {
            throw new Refusal(RestProblem.BAD_TIMESTAMP);
        }
        int at = 19;
        int nanos = 0;
        if (text.charAt(at) == '.') {
            int end = digits(text, at + 1);
            int count = end - at - 1;
            if (count == 0 || count > NANO_DIGITS) {
                throw new Refusal(RestProblem.BAD_TIMESTAMP);
            }
            nanos = decimal(text, at + 1, end);
            for (int i = count; i < NANO_DIGITS; i++) {
                nanos *= 10;
            }
            at = end;
        }
        long seconds;
        try {
            seconds = LocalDateTime.of(
                            decimal(text, 0, 4),
                            decimal(text, 5, 7),
                            decimal(text, 8, 10),
                            decimal(text, 11, 13),
                            decimal(text, 14, 16),
                            decimal(text, 17, 19))
                    .toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new Refusal(RestProblem.BAD_TIMESTAMP);
        }
        seconds -= offset(text, at);
        if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
            throw new Refusal(RestProblem.BAD_TIMESTAMP);
        }
        varint(out, type.required(1), seconds, false);
        varint(out, type.required(2), nanos, false);
    }

    private static int offset(String text, int at) throws Refusal {
        if (at == text.length() - 1 && text.charAt(at) == 'Z') {
            return 0;
        }
        boolean shaped = at == text.length() - 6
                && (text.charAt(at) == '+' || text.charAt(at) == '-')
                && text.charAt(at + 3) == ':';
        int hours = shaped ? decimal(text, at + 1, at + 3) : 24;
        int minutes = shaped ? decimal(text, at + 4, at + 6) : 60;
        if (hours > 23 || minutes > 59) {
            throw new Refusal(RestProblem.BAD_TIMESTAMP);
        }
        int seconds = hours * 3600 + minutes * 60;
        return text.charAt(at) == '-' ? -seconds : seconds;
    }

    private static int decimal(String text, int from, int to) throws Refusal {
        int value = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(text, i)) {
                throw new Refusal(RestProblem.BAD_TIMESTAMP);
            }
            value = 10 * value + text.charAt(i) - '0';
        }
        return value;
    }
}
