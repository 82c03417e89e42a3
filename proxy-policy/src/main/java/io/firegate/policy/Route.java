package io.firegate.policy;

import java.util.List;

/**
 * The segments a lookup follows, without copying a request's path: those of a document, or those of a parent, then fresh ids up
 * to a collection id and one fresh document id. For one thread.
 */
final class Route {
    private final List<String> given;
    private final int size;
    private final String collectionId;
    /** The keys of segments that were asked for; 0 of others. */
    private final long[] keys;

    /** A parent, fresh ids, a collection and a fresh document: {@code size} segments in all, an even number. */
    Route(List<String> parent, int size, String collectionId) {
        this.given = parent;
        this.size = size;
        this.collectionId = collectionId;
        this.keys = new long[size];
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
        return Long.MIN_VALUE | ((long) id.length() << Integer.SIZE) | Integer.toUnsignedLong(id.hashCode());
    }
}
