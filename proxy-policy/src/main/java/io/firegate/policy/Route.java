package io.firegate.policy;

import java.util.List;
import java.util.SplittableRandom;

/**
 * The segments a lookup follows, without copying a request's path: those of a document, or those of a parent, then fresh ids up
 * to a collection id and one fresh document id. For one thread.
 */
final class Route {
    private static final long[] NONE = {};
    /** Another in each process, so that nobody can choose ids that have one hash. Odd, so that each character has its say in full. */
    private static final long BASE = new SplittableRandom().nextLong() | 1;

    private final List<String> given;
    private final int size;
    private final String collectionId;
    /** The keys of segments that were asked for, 0 of others; empty until the first is. */
    private long[] keys = NONE;

    /** A parent, fresh ids, a collection and a fresh document: {@code size} segments in all, an even number. */
    Route(List<String> parent, int size, String collectionId) {
        this.given = parent;
        this.size = size;
        this.collectionId = collectionId;
    }

    static Route of(List<String> path) {
        return new Route(path, path.size(), PathPattern.FRESH);
    }

    int size() {
        return size;
    }

    String at(int place) {
        if (place < given.size()) {
            return given.get(place);
        }
        return place == size - 2 ? collectionId : PathPattern.FRESH;
    }

    /** The {@link #key(String)} of a segment. */
    long key(int place) {
        if (keys.length == 0) {
            keys = new long[size];
        }
        long key = keys[place];
        if (key == 0) {
            key = key(at(place));
            keys[place] = key;
        }
        return key;
    }

    /**
     * What tells ids apart: one of up to eight ASCII characters is its own key, so that a match needs no look at its text. Any other has its
     * hash, which is negative and no proof. Only the empty id, which is none, has 0.
     */
    static long key(String id) {
        int length = id.length();
        if (length > Long.BYTES) {
            return hashed(id);
        }
        long key = 0;
        for (int i = 0; i < length; i++) {
            char c = id.charAt(i);
            if (c == 0 || c >= 0x80) {
                return hashed(id);
            }
            key = (key << Byte.SIZE) | c;
        }
        return key;
    }

    private static long hashed(String id) {
        long hash = 0;
        for (int i = 0; i < id.length(); i++) {
            hash = hash * BASE + id.charAt(i);
        }
        return Long.MIN_VALUE | hash;
    }
}
