package io.firegate.firestore.rest;

import java.util.Arrays;

/**
 * A protobuf message being written, byte for byte as protobuf's own encoders write it: fields in the order of their numbers, each
 * number and length in its shortest form. For one thread.
 */
final class ProtoBytes {
    private static final int FIRST_BYTES = 256;

    private byte[] data;
    private int size;

    /** @param head bytes to leave free before the message */
    ProtoBytes(int head) {
        data = new byte[Math.max(FIRST_BYTES, head)];
        size = head;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(data, size);
    }

    /** The fields of one message while it is written; they may come in any order, each once. */
    final class Fields {
        private int[] numbers = new int[4];
        private int[] starts = new int[4];
        private int count;
        private boolean ordered = true;

        /** What is written from here on is this field. */
        void begin(int number) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
                starts = Arrays.copyOf(starts, 2 * count);
            }
            ordered &= count == 0 || numbers[count - 1] < number;
            numbers[count] = number;
            starts[count++] = size;
        }

        /** Puts the fields in order. */
        void end() {
            if (ordered) {
                return;
            }
            int from = starts[0];
            byte[] written = Arrays.copyOfRange(data, from, size);
            int end = size;
            size = from;
            for (int previous = -1, done = 0; done < count; done++) {
                int next = -1;
                for (int i = 0; i < count; i++) {
                    if (numbers[i] > previous && (next < 0 || numbers[i] < numbers[next])) {
                        next = i;
                    }
                }
                int to = next + 1 < count ? starts[next + 1] : end;
                System.arraycopy(written, starts[next] - from, data, size, to - starts[next]);
                size += to - starts[next];
                previous = numbers[next];
            }
            ordered = true;
        }
    }

    Fields fields() {
        return new Fields();
    }

    void tag(int tag) {
        varint(tag);
    }

    void varint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            data[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        data[size++] = (byte) rest;
    }

    void fixed64(long value) {
        ensure(Long.BYTES);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            data[size++] = (byte) (value >>> shift);
        }
    }

    void bytes(byte[] value) {
        varint(value.length);
        ensure(value.length);
        System.arraycopy(value, 0, data, size, value.length);
        size += value.length;
    }

    /** Begins something with a length before it; {@link #close} takes the answer. */
    int open() {
        ensure(1);
        return ++size;
    }

    /** Writes the length of what was written since {@link #open}. */
    void close(int start) {
        int length = size - start;
        int more = (31 - Integer.numberOfLeadingZeros(length | 1)) / 7;
        if (more > 0) {
            ensure(more);
            System.arraycopy(data, start, data, start + more, length);
        }
        size = start - 1;
        varint(length);
        size += length;
    }

    /**
     * Writes a text with its length.
     *
     * @return false when it holds half of a surrogate pair; the bytes are then useless
     */
    boolean text(String value) {
        int start = open();
        ensure(3 * value.length());
        byte[] to = data;
        int at = size;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                to[at++] = (byte) c;
            } else if (c < 0x800) {
                to[at++] = (byte) (0xC0 | c >> 6);
                to[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                to[at++] = (byte) (0xE0 | c >> 12);
                to[at++] = (byte) (0x80 | (c >> 6 & 0x3F));
                to[at++] = (byte) (0x80 | (c & 0x3F));
            } else {
                if (Character.isLowSurrogate(c)
                        || i + 1 == value.length()
                        || !Character.isLowSurrogate(value.charAt(i + 1))) {
                    return false;
                }
                int point = Character.toCodePoint(c, value.charAt(++i));
                to[at++] = (byte) (0xF0 | point >> 18);
                to[at++] = (byte) (0x80 | (point >> 12 & 0x3F));
                to[at++] = (byte) (0x80 | (point >> 6 & 0x3F));
                to[at++] = (byte) (0x80 | (point & 0x3F));
            }
        }
        size = at;
        close(start);
        return true;
    }

    private void ensure(int more) {
        // A request is bounded far below this; text takes three bytes for each character of a body that is.
        if (more > data.length - size) {
            data = Arrays.copyOf(data, Math.max(Math.addExact(size, more), (int)
                    Math.min(2L * data.length, Integer.MAX_VALUE - 8)));
        }
    }
}
