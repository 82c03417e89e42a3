package io.firegate.firestore.wire;

import com.google.protobuf.UnsafeByteOperations;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the bytes of a message: is every field, at every depth, one we know and well-formed, and would every decoder read
 * the same from it?
 *
 * <p>Decoders differ where the encoding leaves a choice: a singular field twice (last wins, or merged), two members of a oneof, a
 * map key twice, a number written longer than needed or wider than its type. Such a message is <em>ambiguous</em>: what one
 * decoder judged is not what another obeys, so its bytes must not be forwarded. An ambiguous message is still checked to its end.
 *
 * <p>One walk is one object, for one thread. It never throws, whatever the bytes; its time is linear in their number.
 */
public final class MessageWalk {
    /** Deepest nesting of messages, the request itself not counted. Firestore stores 20 levels of maps, two messages each. */
    public static final int DEPTH_MAX = 64;

    /** The same of an answer: what protobuf's own parsers read. */
    static final int ANSWER_DEPTH_MAX = 100;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int DELIMITED = 2;
    private static final int FAILED = -1;

    /** By kind; that of a kind no field may have is one no tag has. */
    private static final byte[] WIRE_TYPES = new byte[MessageSchema.REFUSED + 1];

    static {
        for (byte kind = 0; kind < WIRE_TYPES.length; kind++) {
            WIRE_TYPES[kind] = (byte)
                    switch (kind) {
                        case MessageSchema.UNKNOWN, MessageSchema.HANDLE, MessageSchema.REFUSED -> FAILED;
                        case MessageSchema.BOOL, MessageSchema.INT32, MessageSchema.INT64, MessageSchema.ENUM -> VARINT;
                        case MessageSchema.DOUBLE -> FIXED64;
                        default -> DELIMITED;
                    };
        }
    }

    private static final int VARINT32_BYTES_MAX = 5;
    private static final int VARINT64_BYTES_MAX = 10;
    private static final int MAP_KEY_TAG = 1 << 3 | DELIMITED;
    private static final long MAP_KEY_AND_VALUE = 1L << 1 | 1L << 2;
    /** Tag, start and end of each reference. */
    private static final int REFERENCE_INTS = 3;

    private final MessageSchema schema;
    private final byte[] data;
    private final int start;
    private final int end;

    private boolean ambiguous;
    private @Nullable WireProblem problem;
    private int problemAt;
    /** Where the varint just read ended, or {@link #FAILED}. */
    private int after;

    private int parts;
    private int[] references = {};
    private int referenceCount;

    private MessageWalk(MessageSchema schema, byte[] data, int start, int end) {
        this.schema = schema;
        this.data = data;
        this.start = start;
        this.end = end;
    }

    /**
     * Walks one message.
     *
     * @param data the array that holds it; must not change while the walk is in use
     * @param start index of the first byte of the message
     * @param end index after the last
     */
    public static MessageWalk of(MessageSchema schema, byte[] data, int start, int end) {
        MessageWalk walk = new MessageWalk(schema, data, start, end);
        walk.message(schema, start, end, 0);
        return walk;
    }

    /** What is wrong, or null when every field is known and well-formed. */
    public @Nullable WireProblem problem() {
        return problem;
    }

    /** Where {@link #problem} is, as {@link #place} writes it; null for the message as a whole. */
    public @Nullable String problemPlace() {
        return problem == null ? null : place(problemAt);
    }

    /** Whether another decoder could read something else from these bytes. Says nothing when there is a problem. */
    public boolean ambiguous() {
        return ambiguous;
    }

    /**
     * How many texts, byte strings, messages and map entries the message holds, at any depth: about how many objects it is when it is
     * decoded, whatever their size. Counts to the end when there is no problem.
     */
    public int parts() {
        return parts;
    }

    /** How many {@code reference_value} fields the message holds, at any depth. */
    public int references() {
        return referenceCount;
    }

    /** Index of the first byte of a reference's field, its tag: what {@link #place} takes. */
    public int referenceAt(int index) {
        return references[REFERENCE_INTS * index];
    }

    /** Index of the first byte of a reference's text. */
    public int referenceStart(int index) {
        return references[REFERENCE_INTS * index + 1];
    }

    /** Index after the last byte of a reference's text. */
    public int referenceEnd(int index) {
        return references[REFERENCE_INTS * index + 2];
    }

    /** Index of the first byte of the message. */
    public int start() {
        return start;
    }

    /** Index after the last byte of the message. */
    public int end() {
        return end;
    }

    /** The array that holds the message, not copied. */
    public byte[] data() {
        return data;
    }

    /** The fields of the message, for reading. Only when there is no problem. */
    public FieldCursor fields() {
        return fields(start, end);
    }

    /**
     * The fields of a message inside the message. Only when there is no problem.
     *
     * @param from index of its first byte
     * @param to index after the last
     */
    public FieldCursor fields(int from, int to) {
        if (problem != null) {
            throw new IllegalStateException("the message has not passed the walk");
        }
        return new FieldCursor(data, from, to);
    }

    /** @return {@code end}, or {@link #FAILED} */
    private int message(MessageSchema s, int from, int to, int depth) {
        byte[] kinds = s.kinds;
        long seen = 0;
        @Nullable MapKeys keys = null;
        int at = from;
        while (at < to) {
            int fieldAt = at;
            int tag = data[at++];
            if (tag < 0) {
                tag = longTag(fieldAt, to);
                at = after;
                if (at == FAILED) {
                    return fail(WireProblem.MALFORMED, fieldAt);
                }
            }
            int number = tag >>> 3;
            byte kind = number < kinds.length ? kinds[number] : MessageSchema.UNKNOWN;
            int wireType = tag & 7;
            if (wireType != WIRE_TYPES[kind]) {
                return fail(WIRE_TYPES[kind] == FAILED ? refusal(kind, number) : WireProblem.MALFORMED, fieldAt);
            }
            if ((seen & s.conflicts[number]) != 0) {
                ambiguous = true;
            }
            seen |= 1L << number;
            if (wireType == VARINT) {
                long value = varint(at, to, VARINT64_BYTES_MAX);
                at = after;
                if (at == FAILED) {
                    return fail(WireProblem.MALFORMED, fieldAt);
                }
                if (kind == MessageSchema.ENUM && !isKnown(s, number, value)) {
                    return fail(WireProblem.UNKNOWN_ENUM, fieldAt);
                }
                // Decoders cut a wide number down to the field's type, and not all in the same way.
                if (kind == MessageSchema.INT32
                        ? value != (int) value
                        : kind == MessageSchema.BOOL && value >>> 1 != 0) {
                    ambiguous = true;
                }
            } else if (wireType == FIXED64) {
                at += Long.BYTES;
                if (at > to) {
                    return fail(WireProblem.MALFORMED, fieldAt);
                }
            } else {
                long length;
                if (at < to && data[at] >= 0) {
                    length = data[at++];
                } else {
                    length = varint(at, to, VARINT32_BYTES_MAX);
                    at = after;
                }
                if (at == FAILED || length > to - at) {
                    return fail(WireProblem.MALFORMED, fieldAt);
                }
                int contentEnd = at + (int) length;
                parts++;
                if (kind == MessageSchema.STRING) {
                    if (!isUtf8(at, contentEnd)) {
                        return fail(WireProblem.NOT_UTF8, fieldAt);
                    }
                    if (number == s.referenceField) {
                        reference(fieldAt, at, contentEnd);
                    }
                } else if (kind != MessageSchema.BYTES) {
                    MessageSchema child = s.children[number];
                    if (child == null) {
                        throw new IllegalStateException("a message field without a schema");
                    }
                    if (depth == schema.depthMax) {
                        return fail(WireProblem.TOO_DEEP, fieldAt);
                    }
                    if (message(child, at, contentEnd, depth + 1) == FAILED) {
                        return FAILED;
                    }
                    if (kind == MessageSchema.MAP && !ambiguous) {
                        keys = keys == null ? new MapKeys(data) : keys;
                        ambiguous = !keys.add(at);
                    }
                }
                at = contentEnd;
            }
        }
        // Encoders write both, key first; what stands for a missing one differs when the value is a message.
        if (s.mapEntry && (seen != MAP_KEY_AND_VALUE || data[from] != MAP_KEY_TAG)) {
            ambiguous = true;
        }
        return to;
    }

    private int fail(WireProblem what, int at) {
        problem = what;
        problemAt = at;
        return FAILED;
    }

    private static WireProblem refusal(byte kind, int number) {
        if (kind == MessageSchema.HANDLE) {
            return WireProblem.HANDLE;
        }
        if (kind == MessageSchema.REFUSED) {
            return WireProblem.REFUSED_FIELD;
        }
        return number == 0 ? WireProblem.MALFORMED : WireProblem.UNKNOWN_FIELD;
    }

    private static boolean isKnown(MessageSchema s, int number, long value) {
        boolean[] known = s.enums[number];
        return known != null && value >= 0 && value < known.length && known[(int) value];
    }

    private void reference(int fieldAt, int from, int to) {
        int next = REFERENCE_INTS * referenceCount;
        if (references.length == next) {
            references = Arrays.copyOf(references, Math.max(4 * REFERENCE_INTS, 2 * next));
        }
        references[next] = fieldAt;
        references[next + 1] = from;
        references[next + 2] = to;
        referenceCount++;
    }

    /** A tag of more than one byte. A field number has 29 bits, so none is above {@code Integer.MAX_VALUE} as a number. */
    private int longTag(int at, int to) {
        long tag = varint(at, to, VARINT32_BYTES_MAX);
        if (after != FAILED && tag >>> 3 > 0x1FFFFFFF) {
            after = FAILED;
        }
        return (int) tag;
    }

    /** Reads a varint of at most {@code bytesMax} bytes and sets {@link #after}. */
    private long varint(int from, int to, int bytesMax) {
        if (from < to && data[from] >= 0) {
            after = from + 1;
            return data[from];
        }
        long value = 0;
        int limit = Math.min(to, from + bytesMax);
        for (int at = from, shift = 0; at < limit; at++, shift += 7) {
            byte b = data[at];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                // Bits above the 64th would be dropped by one decoder and refused by another.
                after = shift == 63 && b > 1 ? FAILED : at + 1;
                if (b == 0) {
                    ambiguous = true;
                }
                return value;
            }
        }
        after = FAILED;
        return 0;
    }

    private boolean isUtf8(int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to && ((long) LONGS.get(data, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < to && data[at] >= 0) {
            at++;
        }
        return at == to || UnsafeByteOperations.unsafeWrap(data, at, to - at).isValidUtf8();
    }

    /**
     * The field at a byte, as names and positions from the top: {@code writes[2].update.fields[0].value}. An unknown field is its
     * number in parentheses. Never a value: the key of a map entry is its position.
     *
     * @param target the index of a field's tag; everything before it must have passed the walk
     */
    public @Nullable String place(int target) {
        StringBuilder place = new StringBuilder();
        MessageSchema at = schema;
        int from = start;
        int to = end;
        while (at != null && from < to) {
            FieldCursor cursor = new FieldCursor(data, from, to);
            int[] counts = new int[MessageSchema.FIELD_NUMBER_MAX + 1];
            MessageSchema inner = null;
            while (cursor.next(target)) {
                int number = cursor.number();
                boolean known = number < at.kinds.length && at.kinds[number] != MessageSchema.UNKNOWN;
                if (cursor.holds(target)) {
                    place.append(place.isEmpty() ? "" : ".").append(known ? at.names[number] : "(" + number + ")");
                    if (known && at.repeated[number]) {
                        place.append('[').append(counts[number]).append(']');
                    }
                    inner = known && cursor.isInside(target) ? at.children[number] : null;
                    break;
                }
                counts[number]++;
            }
            at = inner;
            from = cursor.start();
            to = cursor.end();
        }
        return place.isEmpty() ? null : place.toString();
    }
}
