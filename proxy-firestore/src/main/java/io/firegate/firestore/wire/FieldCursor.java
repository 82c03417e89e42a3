package io.firegate.firestore.wire;

/**
 * Steps through the fields of one message whose bytes have passed a {@link MessageWalk}. For one thread; checks nothing the walk
 * has checked.
 */
public final class FieldCursor {
    private final byte[] data;
    private final int limit;
    private int at;
    private int tagAt;
    private int number;
    private int wireType;
    private int start;
    private int end;
    private long value;

    FieldCursor(byte[] data, int start, int end) {
        this.data = data;
        this.at = start;
        this.limit = end;
    }

    /** Moves to the next field; false when there is none. */
    public boolean next() {
        if (at >= limit) {
            return false;
        }
        tagAt = at;
        readTag();
        switch (wireType) {
            case 0 -> {
                start = at;
                value = varint();
                end = at;
            }
            case 1 -> {
                start = at;
                end = at + Long.BYTES;
            }
            default -> {
                int length = (int) varint();
                start = at;
                end = start + length;
            }
        }
        at = end;
        return true;
    }

    /** As {@link #next}, but of the field at {@code target} reads the number alone, 0 when even that is broken. */
    boolean next(int target) {
        if (at != target) {
            return next();
        }
        tagAt = at;
        int tag = 0;
        for (int shift = 0; at < limit && shift <= 28; shift += 7) {
            byte b = data[at++];
            tag |= (b & 0x7F) << shift;
            if (b >= 0) {
                break;
            }
        }
        number = tag >>> 3;
        start = at;
        end = at;
        return true;
    }

    private void readTag() {
        int tag = (int) varint();
        number = tag >>> 3;
        wireType = tag & 7;
    }

    boolean holds(int target) {
        return tagAt == target || isInside(target);
    }

    boolean isInside(int target) {
        return target >= start && target < end;
    }

    /** The field's number. */
    public int number() {
        return number;
    }

    /** The index of the field's first byte, its tag: what {@link MessageWalk#place} takes. */
    public int tagAt() {
        return tagAt;
    }

    /** Index of the first byte of a string, bytes or message. */
    public int start() {
        return start;
    }

    /** Index after the last byte of a string, bytes or message. */
    public int end() {
        return end;
    }

    /** Where the field stands, for later. */
    public Field field() {
        return new Field(number, tagAt, start, end);
    }

    /** The value of a bool, an enum or an integer. */
    public long varint64() {
        return value;
    }

    /** The fields of the message the cursor stands on. */
    public FieldCursor fields() {
        return new FieldCursor(data, start, end);
    }

    private long varint() {
        long result = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = data[at++];
            result |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return result;
            }
        }
    }
}
