package io.firegate.firestore.wire;

import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A change of some bytes of a message, everything else kept as it is. */
public final class Edit {
    /** Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md: one byte of flag, four of length. */
    public static final int PREFIX_BYTES = 5;

    private static final byte[] NOTHING = {};
    private static final int DELIMITED = 2;

    /** Index of the first byte that goes, in the array the message is in. */
    private final int from;
    /** Index after the last that goes. */
    private final int to;
    /** What stands there instead. */
    private final byte[] with;

    private Edit(int from, int to, byte[] with) {
        this.from = from;
        this.to = to;
        this.with = with;
    }

    /** Takes a field out. */
    public static Edit remove(Field field) {
        return new Edit(field.tagAt(), field.end(), NOTHING);
    }

    /** Puts other content into a field: a string, bytes or a message. */
    public static Edit replace(Field field, byte[] content) {
        return new Edit(field.tagAt(), field.end(), delimited(field.number(), content));
    }

    /** Adds a string at a place between two fields. */
    public static Edit insert(int at, int fieldNumber, String content) {
        return new Edit(at, at, delimited(fieldNumber, content.getBytes(StandardCharsets.UTF_8)));
    }

    /** Adds bytes or a message at a place between two fields. */
    public static Edit insert(int at, int fieldNumber, byte[] content) {
        return new Edit(at, at, delimited(fieldNumber, content));
    }

    /** A message as a gRPC frame. */
    public static byte[] frame(MessageLite message) {
        byte[] encoded = message.toByteArray();
        return frame(encoded, 0, encoded.length, List.of());
    }

    /**
     * The changed message as a gRPC frame: five bytes of prefix and the message.
     *
     * @param data the array that holds the message
     * @param start index of the first byte of the message
     * @param end index after the last
     * @param edits in any order; none may overlap another
     */
    public static byte[] frame(byte[] data, int start, int end, List<Edit> edits) {
        List<Edit> inOrder = new ArrayList<>(edits);
        inOrder.sort(Comparator.comparingInt(edit -> edit.from));
        int length = end - start;
        int after = start;
        for (Edit edit : inOrder) {
            if (edit.from < after || edit.to < edit.from || edit.to > end) {
                throw new IllegalArgumentException("edits overlap or leave the message");
            }
            after = edit.to;
            length += edit.with.length - (edit.to - edit.from);
        }
        byte[] frame = new byte[PREFIX_BYTES + length];
        frame[1] = (byte) (length >> 24);
        frame[2] = (byte) (length >> 16);
        frame[3] = (byte) (length >> 8);
        frame[4] = (byte) length;
        int read = start;
        int write = PREFIX_BYTES;
        for (Edit edit : inOrder) {
            System.arraycopy(data, read, frame, write, edit.from - read);
            write += edit.from - read;
            System.arraycopy(edit.with, 0, frame, write, edit.with.length);
            write += edit.with.length;
            read = edit.to;
        }
        System.arraycopy(data, read, frame, write, end - read);
        return frame;
    }

    private static byte[] delimited(int number, byte[] content) {
        int tag = number << 3 | DELIMITED;
        byte[] field = new byte[varintBytes(tag) + varintBytes(content.length) + content.length];
        int at = varint(field, varint(field, 0, tag), content.length);
        System.arraycopy(content, 0, field, at, content.length);
        return field;
    }

    private static int varintBytes(int value) {
        int bytes = 1;
        for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
            bytes++;
        }
        return bytes;
    }

    private static int varint(byte[] into, int from, int value) {
        int at = from;
        int rest = value;
        while (rest >>> 7 != 0) {
            into[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        into[at++] = (byte) rest;
        return at;
    }
}
