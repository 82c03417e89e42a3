package io.firegate.firestore.wire;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The keys of one map so far, where they stand in a message. No object is made of a key, however many there are. Resists chosen keys: they
 * are hashed as polynomials at a point nobody outside knows, so that few of them meet whatever they are. For one thread.
 */
final class MapKeys {
    /** Keys compared one by one before a hash table pays. */
    private static final int LINEAR = 8;

    /** A prime, 2^31 - 1: two keys have the same hash with a chance of their length in it. */
    private static final long PRIME = Integer.MAX_VALUE;

    private static final int PRIME_BITS = 31;

    private static final long POINT = new SecureRandom().nextLong(1L << 30, PRIME);

    private final byte[] data;
    /** The start and the end of each key. */
    private int[] ranges = new int[2 * LINEAR];

    private int count;
    /** In its lower half the number of a key and one, in its upper half its hash; 0 where nothing is. Half of it at most is full. */
    private long[] table = {};

    MapKeys(byte[] data) {
        this.data = data;
    }

    /**
     * Adds a key; false when it is there already.
     *
     * @param entry the first byte of an entry that has passed the walk and starts with its key
     */
    boolean add(int entry) {
        FieldCursor key = new FieldCursor(data, entry, data.length);
        key.next();
        if (count < LINEAR) {
            for (int i = 0; i < count; i++) {
                if (isAt(i, key)) {
                    return false;
                }
            }
            append(key);
            return true;
        }
        if (2 * (count + 1) > table.length) {
            grow();
        }
        long hash = hash(key.start(), key.end());
        int slot = slot(hash);
        while (table[slot] != 0) {
            if (table[slot] >>> Integer.SIZE == hash && isAt((int) table[slot] - 1, key)) {
                return false;
            }
            slot = slot + 1 & table.length - 1;
        }
        append(key);
        table[slot] = hash << Integer.SIZE | count;
        return true;
    }

    private boolean isAt(int index, FieldCursor key) {
        return Arrays.equals(data, ranges[2 * index], ranges[2 * index + 1], data, key.start(), key.end());
    }

    private void append(FieldCursor key) {
        if (ranges.length == 2 * count) {
            ranges = Arrays.copyOf(ranges, 4 * count);
        }
        ranges[2 * count] = key.start();
        ranges[2 * count + 1] = key.end();
        count++;
    }

    private void grow() {
        long[] old = table;
        table = new long[Math.max(4 * LINEAR, 4 * old.length)];
        if (old.length == 0) {
            for (int i = 0; i < count; i++) {
                put(hash(ranges[2 * i], ranges[2 * i + 1]) << Integer.SIZE | i + 1);
            }
        }
        for (long entry : old) {
            if (entry != 0) {
                put(entry);
            }
        }
    }

    private void put(long entry) {
        int slot = slot(entry >>> Integer.SIZE);
        while (table[slot] != 0) {
            slot = slot + 1 & table.length - 1;
        }
        table[slot] = entry;
    }

    private int slot(long hash) {
        return (int) hash & table.length - 1;
    }

    private long hash(int from, int to) {
        long hash = 1;
        for (int i = from; i < to; i++) {
            long next = hash * POINT + (data[i] & 0xFF);
            next = (next & PRIME) + (next >>> PRIME_BITS);
            hash = next >= PRIME ? next - PRIME : next;
        }
        return hash;
    }
}
