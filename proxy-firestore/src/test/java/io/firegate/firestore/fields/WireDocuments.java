package io.firegate.firestore.fields;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import io.firegate.policy.condition.FieldPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Documents as no encoder would write them: fields in any order, now and then one twice, split, unknown, of a wrong type or broken. Over
 * few names, so that paths meet them; some of the names have to be quoted.
 */
final class WireDocuments {
    private static final List<String> NAMES =
            List.of("a", "b", "c", "a.b", "`", "\\", "ü", "\uFFFD", "\uD83D\uDE00", "", "__a", "value");

    private static final List<String> RESERVED = List.of("__type__", "__a__", "____");
    private static final int DEPTH_MAX = 4;
    private static final int DELIMITED = 2;

    private final Random random;
    private final int distortedOneIn;

    /**
     * A generator.
     *
     * @param distortedOneIn how rarely a place is distorted
     */
    WireDocuments(Random random, int distortedOneIn) {
        this.random = random;
        this.distortedOneIn = distortedOneIn;
    }

    byte[] next() {
        List<byte[]> parts = new ArrayList<>();
        if (!oneIn(8)) {
            parts.add(delimited(Document.NAME_FIELD_NUMBER, text("projects/p/databases/d/documents/c/" + name())));
        }
        if (!oneIn(4)) {
            parts.add(delimited(Document.CREATE_TIME_FIELD_NUMBER, varint(1, random.nextInt(1 << 20))));
        }
        if (!oneIn(4)) {
            parts.add(delimited(Document.UPDATE_TIME_FIELD_NUMBER, varint(1, random.nextInt(1 << 20))));
        }
        entries(Document.FIELDS_FIELD_NUMBER, 0, parts);
        return message(parts);
    }

    /** Few, and some of one segment. */
    List<FieldPath> paths() {
        List<FieldPath> paths = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            List<String> segments = new ArrayList<>();
            for (int j = 1 + random.nextInt(3); j > 0; j--) {
                segments.add(NAMES.get(random.nextInt(3 + random.nextInt(NAMES.size() - 3))));
            }
            paths.add(new FieldPath(segments));
        }
        return paths;
    }

    private String name() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private void entries(int number, int depth, List<byte[]> parts) {
        List<String> names = new ArrayList<>(oneIn(100) ? many() : NAMES);
        Collections.shuffle(names, random);
        for (String name : names.subList(0, names.size() > NAMES.size() ? names.size() : random.nextInt(6))) {
            parts.add(entry(number, name, depth));
        }
        if (oneIn(20)) {
            parts.add(entry(number, RESERVED.get(random.nextInt(RESERVED.size())), depth));
        }
        if (distorts() && !names.isEmpty()) {
            // A key for the second time, when it is there already.
            parts.add(entry(number, names.get(0), depth));
        }
    }

    /** More than are compared one by one. */
    private static List<String> many() {
        List<String> names = new ArrayList<>(NAMES);
        for (int i = 0; i < 60; i++) {
            names.add("field" + i);
        }
        return names;
    }

    private byte[] entry(int number, String name, int depth) {
        byte[] key = delimited(1, text(name));
        byte[] value = delimited(2, value(depth));
        List<byte[]> parts = new ArrayList<>(List.of(key, value));
        if (distorts()) {
            switch (random.nextInt(6)) {
                case 0 -> Collections.reverse(parts);
                case 1 -> parts.remove(0);
                case 2 -> parts.remove(1);
                case 3 -> parts.add(delimited(1, text(name())));
                case 4 -> parts.add(delimited(2, value(depth)));
                default -> parts.add(unknown());
            }
        }
        return delimited(number, concat(parts));
    }

    private byte[] value(int depth) {
        List<byte[]> parts = new ArrayList<>(List.of(member(depth)));
        if (distorts()) {
            switch (random.nextInt(4)) {
                case 0 -> parts.add(member(depth));
                case 1 -> parts.add(0, unknown());
                case 2 -> parts.clear();
                default -> parts.add(parts.get(0));
            }
        }
        return concat(parts);
    }

    private byte[] member(int depth) {
        if (depth < DEPTH_MAX && !oneIn(3)) {
            List<byte[]> parts = new ArrayList<>();
            entries(MapValue.FIELDS_FIELD_NUMBER, depth + 1, parts);
            return delimited(Value.MAP_VALUE_FIELD_NUMBER, message(parts));
        }
        return switch (random.nextInt(12)) {
            case 0 -> varint(Value.NULL_VALUE_FIELD_NUMBER, distorts() ? -1 : 0);
            case 1 -> varint(Value.BOOLEAN_VALUE_FIELD_NUMBER, distorts() ? 2 : random.nextInt(2));
            case 2 -> varint(Value.INTEGER_VALUE_FIELD_NUMBER, random.nextLong());
            case 3 -> concat(List.of(tag(Value.DOUBLE_VALUE_FIELD_NUMBER, 1), new byte[Long.BYTES]));
            case 4 ->
                delimited(
                        Value.TIMESTAMP_VALUE_FIELD_NUMBER,
                        concat(List.of(varint(1, 7), varint(2, distorts() ? 1L << 40 : 9))));
            case 5 -> delimited(Value.BYTES_VALUE_FIELD_NUMBER, new byte[] {-1, -2});
            case 6 -> delimited(Value.REFERENCE_VALUE_FIELD_NUMBER, text("projects/p/databases/d/documents/c/x"));
            case 7 -> delimited(Value.GEO_POINT_VALUE_FIELD_NUMBER, new byte[0]);
            case 8, 9 ->
                delimited(
                        Value.ARRAY_VALUE_FIELD_NUMBER,
                        concat(List.of(delimited(1, value(DEPTH_MAX)), delimited(1, value(depth + 2)))));
            case 10 -> delimited(Value.FIELD_REFERENCE_VALUE_FIELD_NUMBER, text("a"));
            default -> delimited(Value.STRING_VALUE_FIELD_NUMBER, text("text"));
        };
    }

    /** The fields of a message in some order, with an accident now and then. */
    private byte[] message(List<byte[]> parts) {
        List<byte[]> order = new ArrayList<>(parts);
        if (!oneIn(3)) {
            Collections.shuffle(order, random);
        }
        if (distorts()) {
            order.add(random.nextInt(order.size() + 1), unknown());
        }
        if (distorts() && !order.isEmpty()) {
            order.add(order.get(random.nextInt(order.size())));
        }
        byte[] message = concat(order);
        return distorts() && message.length > 0 && oneIn(4)
                ? Arrays.copyOf(message, random.nextInt(message.length))
                : message;
    }

    private byte[] unknown() {
        return switch (random.nextInt(8)) {
            case 0 -> varint(1000, 5);
            case 1 -> delimited(999, text("unknown"));
            // A group, and one inside another.
            case 2 -> concat(List.of(tag(50, 3), varint(1, 1), tag(50, 4)));
            case 3 -> concat(List.of(tag(50, 3), tag(2, 3), tag(2, 4), tag(50, 4)));
            // A group without an end, and an end without a group.
            case 4 -> tag(50, 3 + random.nextInt(2));
            case 5 -> concat(List.of(tag(51, 5), new byte[Integer.BYTES]));
            // Known numbers with another type.
            case 6 -> varint(1 + random.nextInt(3), 1);
            default -> concat(List.of(tag(1 + random.nextInt(6), 5), new byte[Integer.BYTES]));
        };
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private boolean distorts() {
        return oneIn(distortedOneIn);
    }

    private byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (distorts() && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) 0xC0;
        }
        return bytes;
    }

    private byte[] delimited(int number, byte[] content) {
        return concat(List.of(tag(number, DELIMITED), number(content.length), content));
    }

    private byte[] varint(int number, long value) {
        return concat(List.of(tag(number, 0), number(value)));
    }

    private byte[] tag(int number, int wireType) {
        return number((long) number << 3 | wireType);
    }

    /** Now and then longer than it need be. */
    private byte[] number(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            bytes.write((int) rest | 0x80);
        }
        if (distorts() && oneIn(4)) {
            bytes.write((int) rest | 0x80);
            bytes.write(0);
        } else {
            bytes.write((int) rest);
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
