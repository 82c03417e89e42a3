package io.firegate.policy;

import java.util.List;

/**
 * The segments a lookup follows, without copying a request's path: those of a document, or those of a parent, then fresh ids up
 * to a collection id and one fresh document id.
 */
final class Route {
    private final List<String> given;
    private final int size;
    private final String collectionId;

    /** A parent, fresh ids, a collection and a fresh document: {@code size} segments in all. */
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
}
