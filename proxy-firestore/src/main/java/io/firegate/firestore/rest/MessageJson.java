package io.firegate.firestore.rest;

import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the bytes of a message, driven by its schema, that writes them as JSON. Fields the schema does not know stay out. For
 * one thread.
 */
final class MessageJson {
    /** Deepest nesting of messages. Documents of 20 levels take 60, three a level; the emulator stores 40 levels. */
    static final int DEPTH_MAX = 200;
    /**
     * Longest JSON of one message, give or take its last value. Indented, the four bytes of a null in a deep list take 250, so that a
     * document of 1 MiB becomes one of 64 and a page of documents would become a gigabyte.
     */
    static final int JSON_BYTES_MAX = 72 * 1024 * 1024;

    private static final int VARINT_BYTES_MAX = 10;
    private static final byte[] TYPE_KEY = "\"@type\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE_KEY = "\"value\"".getBytes(StandardCharsets.US_ASCII);
    /** 10 000 years, the longest Duration. */
    private static final long DURATION_SECONDS_MAX = 315_576_000_000L;

    private static final int NANOS = 1_000_000_000;

    private final byte[] data;
    private final JsonBytes out;
    /** The types an {@code Any} is written out for, by full name; of others only the name is told. */
    private final Map<String, JsonSchema> known;

    /** Where the varint just read ended. */
    private int after;

    MessageJson(byte[] data, JsonBytes out, Map<String, JsonSchema> known) {
        this.data = data;
        this.out = out;
        this.known = known;
    }

    /** Leaves the pass. Never leaves the package. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean ambiguous;
        private final boolean tooLong;

        private Unreadable(boolean ambiguous) {
            this(ambiguous, false);
        }

        private Unreadable(boolean ambiguous, boolean tooLong) {
            super(tooLong ? "too long" : ambiguous ? "ambiguous" : "malformed", null, false, false);
            this.ambiguous = ambiguous;
            this.tooLong = tooLong;
        }

        /** Whether it can be read, but nobody would want to hold what becomes of it. */
        boolean tooLong() {
            return tooLong;
        }

        /** Whether it is protobuf, but with a choice: a decoder's rules may settle it. */
        boolean ambiguous() {
            return ambiguous;
        }
    }

    /** Steps through one message. */
    private final class Cursor {
        private final int limit;
        private int at;
        int number;
        int wireType;
        int start;
        int end;
        long value;

        Cursor(int from, int to) {
            at = from;
            limit = to;
        }

        boolean next() throws Unreadable {
            if (at >= limit) {
                return false;
            }
            long tag = varint(at, limit);
            at = after;
            number = (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
            wireType = (int) tag & 7;
            if (number == 0) {
                throw new Unreadable(false);
            }
            start = at;
            switch (wireType) {
                case 0 -> {
                    value = varint(at, limit);
                    end = after;
                }
                case 1 -> end = at + Long.BYTES;
                case 2 -> {
                    long length = varint(at, limit);
                    start = after;
                    if (length < 0 || length > limit - start) {
                        throw new Unreadable(false);
                    }
                    end = start + (int) length;
                }
                case 5 -> end = at + Integer.BYTES;
                default -> throw new Unreadable(false);
            }
            if (end > limit) {
                throw new Unreadable(false);
            }
            at = end;
            return true;
        }

        void expect(JsonSchema.Field field) throws Unreadable {
            if (wireType != field.kind.wireType()) {
                throw new Unreadable(false);
            }
        }

        boolean isDefault() {
            return switch (wireType) {
                case 0 -> value == 0;
                case 1 -> fixed64(start) == 0;
                default -> start == end;
            };
        }
    }

    private long varint(int from, int to) throws Unreadable {
        long value = 0;
        int limit = Math.min(to, from + VARINT_BYTES_MAX);
        for (int at = from, shift = 0; at < limit; at++, shift += 7) {
            byte b = data[at];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                after = at + 1;
                return value;
            }
        }
        throw new Unreadable(false);
    }

    private long fixed64(int at) {
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = (value << Byte.SIZE) | (data[at + i] & 0xFF);
        }
        return value;
    }

    /** Writes a message in the form its type has. */
    void write(JsonSchema schema, int from, int to, int depth) throws Unreadable {
        if (depth > DEPTH_MAX) {
            throw new Unreadable(false);
        }
        switch (schema.form()) {
            case OBJECT -> {
                out.openObject();
                members(schema, from, to, depth);
                out.closeObject();
            }
            case TIMESTAMP -> timestamp(from, to);
            case DURATION -> duration(from, to);
            case WRAPPER -> single(schema.required(1), from, to, depth);
            case STRUCT -> {
                out.openObject();
                entries(schema.required(1), from, to, depth);
                out.closeObject();
            }
            case STRUCT_LIST -> {
                out.openArray();
                Cursor cursor = new Cursor(from, to);
                while (cursor.next()) {
                    if (cursor.number == 1) {
                        cursor.expect(schema.required(1));
                        out.element();
                        write(schema.required(1).message(), cursor.start, cursor.end, depth + 1);
                    }
                }
                out.closeArray();
            }
            case STRUCT_VALUE -> structValue(schema, from, to, depth);
            case ANY -> any(from, to, depth);
        }
    }

    /** Writes the fields of a message into an object that is open. */
    void members(JsonSchema schema, int from, int to, int depth) throws Unreadable {
        long seen = 0;
        JsonSchema.Field open = null;
        Keys keys = null;
        Cursor cursor = new Cursor(from, to);
        while (cursor.next()) {
            JsonSchema.Field field = schema.field(cursor.number);
            if (field == null) {
                continue;
            }
            cursor.expect(field);
            if (field != open) {
                close(open);
                open = null;
                boolean again = (seen & (field.conflicts | 1L << field.number)) != 0;
                if (again) {
                    throw new Unreadable(true);
                }
                seen |= 1L << field.number;
                if (!field.repeated && !field.presence && cursor.isDefault()) {
                    continue;
                }
                out.key(field.jsonKey);
                if (field.kind == JsonSchema.Kind.MAP) {
                    open = field;
                    keys = new Keys();
                    out.openObject();
                } else if (field.repeated) {
                    open = field;
                    out.openArray();
                }
            }
            if (open == null) {
                value(field, cursor, depth);
            } else if (keys != null && field.kind == JsonSchema.Kind.MAP) {
                entry(field, cursor.start, cursor.end, depth, keys);
            } else {
                out.element();
                value(field, cursor, depth);
            }
        }
        close(open);
    }

    private void close(JsonSchema.@Nullable Field open) {
        if (open != null) {
            if (open.kind == JsonSchema.Kind.MAP) {
                out.closeObject();
            } else {
                out.closeArray();
            }
        }
    }

    /** The entries of a map that is a message's only field. */
    private void entries(JsonSchema.Field field, int from, int to, int depth) throws Unreadable {
        Keys keys = new Keys();
        Cursor cursor = new Cursor(from, to);
        while (cursor.next()) {
            if (cursor.number == field.number) {
                cursor.expect(field);
                entry(field, cursor.start, cursor.end, depth, keys);
            }
        }
    }

    private void entry(JsonSchema.Field field, int from, int to, int depth, Keys keys) throws Unreadable {
        JsonSchema.Field key = field.message().required(1);
        JsonSchema.Field value = field.message().required(2);
        int keyStart = from;
        int keyEnd = from;
        int valueStart = -1;
        int valueEnd = -1;
        long seen = 0;
        Cursor cursor = new Cursor(from, to);
        while (cursor.next()) {
            if (cursor.number == 1 || cursor.number == 2) {
                cursor.expect(cursor.number == 1 ? key : value);
                if ((seen & 1L << cursor.number) != 0) {
                    throw new Unreadable(true);
                }
                seen |= 1L << cursor.number;
            }
            if (cursor.number == 1) {
                keyStart = cursor.start;
                keyEnd = cursor.end;
            } else if (cursor.number == 2) {
                valueStart = cursor.start;
                valueEnd = cursor.end;
            }
        }
        checkUtf8(keyStart, keyEnd);
        if (!keys.add(data, keyStart, keyEnd)) {
            throw new Unreadable(true);
        }
        out.key(data, keyStart, keyEnd);
        switch (value.kind) {
            case STRING -> text(Math.max(valueStart, 0), Math.max(valueEnd, 0));
            case MESSAGE -> write(value.message(), Math.max(valueStart, 0), Math.max(valueEnd, 0), depth + 1);
            case BOOL, INT32, INT64, ENUM, DOUBLE, BYTES, MAP ->
                throw new IllegalStateException(field.name + ": no map had such values before");
        }
    }

    private void value(JsonSchema.Field field, Cursor cursor, int depth) throws Unreadable {
        if (out.size() > JSON_BYTES_MAX) {
            throw new Unreadable(false, true);
        }
        switch (field.kind) {
            case BOOL -> out.plain(cursor.value != 0 ? "true" : "false");
            case INT32 -> out.plain(Integer.toString((int) cursor.value));
            case INT64 -> out.quoted(Long.toString(cursor.value));
            case ENUM -> enumeration(field, (int) cursor.value);
            case DOUBLE -> number(Double.longBitsToDouble(fixed64(cursor.start)));
            case STRING -> text(cursor.start, cursor.end);
            case BYTES ->
                out.quoted(Base64.getEncoder().encodeToString(Arrays.copyOfRange(data, cursor.start, cursor.end)));
            case MESSAGE -> write(field.message(), cursor.start, cursor.end, depth + 1);
            case MAP -> throw new IllegalStateException("a map is written entry by entry");
        }
    }

    private void enumeration(JsonSchema.Field field, int number) {
        String name = field.enumNames.get(number);
        if (field.isNull) {
            out.plain("null");
        } else if (name == null) {
            out.plain(Integer.toString(number));
        } else {
            out.quoted(name);
        }
    }

    private void number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            out.quoted(Double.toString(value));
        } else {
            out.plain(Double.toString(value));
        }
    }

    private void text(int from, int to) throws Unreadable {
        checkUtf8(from, to);
        out.text(data, from, to);
    }

    private void checkUtf8(int from, int to) throws Unreadable {
        for (int i = from; i < to; i++) {
            if (data[i] < 0) {
                if (!UnsafeByteOperations.unsafeWrap(data, i, to - i).isValidUtf8()) {
                    throw new Unreadable(false);
                }
                return;
            }
        }
    }

    /** The value of a message with one field, or the default it stands for when it is not there. */
    private void single(JsonSchema.Field field, int from, int to, int depth) throws Unreadable {
        Cursor cursor = new Cursor(from, to);
        boolean written = false;
        while (cursor.next()) {
            if (cursor.number == field.number) {
                cursor.expect(field);
                if (written) {
                    throw new Unreadable(true);
                }
                value(field, cursor, depth);
                written = true;
            }
        }
        if (!written) {
            switch (field.kind) {
                case BOOL -> out.plain("false");
                case INT32 -> out.plain("0");
                case INT64 -> out.quoted("0");
                case DOUBLE -> out.plain("0.0");
                case STRING, BYTES -> out.quoted("");
                case ENUM, MESSAGE, MAP -> throw new IllegalStateException("no wrapper holds such a field");
            }
        }
    }

    private void structValue(JsonSchema schema, int from, int to, int depth) throws Unreadable {
        Cursor cursor = new Cursor(from, to);
        boolean written = false;
        while (cursor.next()) {
            JsonSchema.Field field = schema.field(cursor.number);
            if (field != null) {
                cursor.expect(field);
                if (written) {
                    throw new Unreadable(true);
                }
                value(field, cursor, depth);
                written = true;
            }
        }
        if (!written) {
            out.plain("null");
        }
    }

    /** A message of a known type with its type's name; of any other the name alone. */
    private void any(int from, int to, int depth) throws Unreadable {
        int[] ranges = new int[4];
        Cursor cursor = new Cursor(from, to);
        while (cursor.next()) {
            if (cursor.number == 1 || cursor.number == 2) {
                if (cursor.wireType != 2) {
                    throw new Unreadable(false);
                }
                ranges[2 * cursor.number - 2] = cursor.start;
                ranges[2 * cursor.number - 1] = cursor.end;
            }
        }
        checkUtf8(ranges[0], ranges[1]);
        String url = new String(data, ranges[0], ranges[1] - ranges[0], StandardCharsets.UTF_8);
        JsonSchema schema = known.get(url.substring(url.lastIndexOf('/') + 1));
        out.openObject();
        out.key(TYPE_KEY);
        out.text(url);
        if (schema != null && schema.form() == JsonSchema.Form.OBJECT) {
            if (depth >= DEPTH_MAX) {
                throw new Unreadable(false);
            }
            members(schema, ranges[2], ranges[3], depth + 1);
        } else if (schema != null) {
            out.key(VALUE_KEY);
            write(schema, ranges[2], ranges[3], depth + 1);
        }
        out.closeObject();
    }

    /** Seconds and nanoseconds, the two fields of Timestamp and Duration. */
    private long[] secondsAndNanos(int from, int to) throws Unreadable {
        long[] values = new long[2];
        int seen = 0;
        Cursor cursor = new Cursor(from, to);
        while (cursor.next()) {
            if (cursor.number == 1 || cursor.number == 2) {
                if (cursor.wireType != 0) {
                    throw new Unreadable(false);
                }
                if ((seen & cursor.number) != 0) {
                    throw new Unreadable(true);
                }
                seen |= cursor.number;
                values[cursor.number - 1] = cursor.number == 1 ? cursor.value : (int) cursor.value;
            }
        }
        return values;
    }

    private void timestamp(int from, int to) throws Unreadable {
        long[] values = secondsAndNanos(from, to);
        int nanos = (int) values[1];
        if (values[0] < Scalars.SECONDS_MIN || values[0] > Scalars.SECONDS_MAX || nanos < 0 || nanos >= NANOS) {
            throw new Unreadable(false);
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(values[0], 0, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(30);
        digits(text, time.getYear(), 4).append('-');
        digits(text, time.getMonthValue(), 2).append('-');
        digits(text, time.getDayOfMonth(), 2).append('T');
        digits(text, time.getHour(), 2).append(':');
        digits(text, time.getMinute(), 2).append(':');
        digits(text, time.getSecond(), 2);
        out.quoted(fraction(text, nanos).append('Z').toString());
    }

    private void duration(int from, int to) throws Unreadable {
        long[] values = secondsAndNanos(from, to);
        long seconds = values[0];
        int nanos = (int) values[1];
        boolean negative = seconds < 0 || nanos < 0;
        boolean mixed = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0);
        if (mixed
                || Math.abs((long) nanos) >= NANOS
                || Math.abs(seconds) > DURATION_SECONDS_MAX
                || seconds == Long.MIN_VALUE) {
            throw new Unreadable(false);
        }
        StringBuilder text = new StringBuilder(24);
        text.append(negative ? "-" : "").append(Math.abs(seconds));
        out.quoted(fraction(text, Math.abs(nanos)).append('s').toString());
    }

    /** No digits, or 3, 6 or 9, whatever is exact. */
    private static StringBuilder fraction(StringBuilder text, int nanos) {
        if (nanos == 0) {
            return text;
        }
        text.append('.');
        if (nanos % 1_000_000 == 0) {
            return digits(text, nanos / 1_000_000, 3);
        }
        return nanos % 1_000 == 0 ? digits(text, nanos / 1_000, 6) : digits(text, nanos, 9);
    }

    private static StringBuilder digits(StringBuilder text, int value, int count) {
        String digits = Integer.toString(value);
        text.repeat('0', count - digits.length());
        return text.append(digits);
    }

    /** The keys of one map so far. Resists chosen keys: a hash set of strings falls back to order, not to a list. */
    private static final class Keys {
        /** Keys compared one by one before a hash set pays. */
        private static final int LINEAR = 8;

        private final int[] ranges = new int[2 * LINEAR];
        private int count;
        private @Nullable Set<String> all;

        boolean add(byte[] data, int from, int to) {
            if (all == null) {
                for (int i = 0; i < count; i++) {
                    if (Arrays.equals(data, ranges[2 * i], ranges[2 * i + 1], data, from, to)) {
                        return false;
                    }
                }
                if (count < LINEAR) {
                    ranges[2 * count] = from;
                    ranges[2 * count + 1] = to;
                    count++;
                    return true;
                }
                all = new HashSet<>();
                for (int i = 0; i < count; i++) {
                    all.add(text(data, ranges[2 * i], ranges[2 * i + 1]));
                }
            }
            return all.add(text(data, from, to));
        }

        /** One character a byte: equal texts are equal bytes, and making one is a copy. */
        private static String text(byte[] data, int from, int to) {
            return new String(data, from, to - from, StandardCharsets.ISO_8859_1);
        }
    }
}
