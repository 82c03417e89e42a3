package io.firegate.firestore.wire;

import java.util.Arrays;

/**
 * Where a field of a message stands, in the array the message is in.
 *
 * @param number the field's number
 * @param tagAt index of its first byte, its tag
 * @param start index of the first byte of its value
 * @param end index after the last
 */
public record Field(int number, int tagAt, int start, int end) {
    /** Its value, a copy. */
    public byte[] value(byte[] data) {
        return Arrays.copyOfRange(data, start, end);
    }

    /** Whether its value has no bytes. */
    public boolean isEmpty() {
        return start == end;
    }
}
