package io.firegate.firestore.wire;

import java.util.Arrays;

/** Writes a message from its last byte to its first, so that a length is known by the time it is written. For one thread. */
public final class TailWriter {
    private static final int DELIMITED = 2;

    private final byte[] buffer;
    /** Index of the first byte that is written. */
    private int at;

    /**
     * A writer.
     *
     * @param bytesMax most that is ever written
     */
    public TailWriter(int bytesMax) {
        this.buffer = new byte[bytesMax];
        this.at = bytesMax;
    }

    /** How much has been written. */
    public int length() {
        return buffer.length - at;
    }

    /** Writes bytes before what has been written. */
    public void copy(byte[] from, int start, int end) {
        int length = end - start;
        at -= length;
        System.arraycopy(from, start, buffer, at, length);
    }

    /**
     * Makes a field of what has been written last: a string, bytes or a message.
     *
     * @param length what {@link #length} was before that
     */
    public void delimit(int number, int length) {
        varint(length() - length);
        varint(number << 3 | DELIMITED);
    }

    private void varint(int value) {
        int bytes = 1;
        for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
            bytes++;
        }
        at -= bytes;
        int rest = value;
        for (int i = at; i < at + bytes - 1; i++) {
            buffer[i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[at + bytes - 1] = (byte) rest;
    }

    /** What has been written. */
    public byte[] bytes() {
        return at == 0 ? buffer : Arrays.copyOfRange(buffer, at, buffer.length);
    }
}
