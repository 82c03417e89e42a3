package io.firegate.firestore.fields;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The order of field names as they stand in messages: of their bytes, of which most differ in the first eight. */
final class FieldName {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private FieldName() {}

    /** The first eight bytes of a name, zeros behind a shorter one: names whose heads differ are in the unsigned order of these. */
    static long head(byte[] data, int from, int to) {
        if (from + Long.BYTES <= to) {
            return (long) LONGS.get(data, from);
        }
        long head = 0;
        for (int at = from; at < to; at++) {
            head = (head << Byte.SIZE) | (data[at] & 0xFF);
        }
        return to == from ? 0 : head << (Byte.SIZE * (Long.BYTES - (to - from)));
    }

    /** Which of two names comes first. */
    static int compare(
            long head, byte[] data, int from, int to, long otherHead, byte[] other, int otherFrom, int otherTo) {
        return head != otherHead
                ? Long.compareUnsigned(head, otherHead)
                : Arrays.compareUnsigned(data, from, to, other, otherFrom, otherTo);
    }
}
