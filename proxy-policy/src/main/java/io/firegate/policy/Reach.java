package io.firegate.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The documents a query could return: directly in a collection, or at any depth below a parent.
 *
 * @param parent the ids of the document that holds the collection; none for the root
 * @param deep whether collections at any depth below the parent count
 * @param collectionId the collection; empty means every one
 */
record Reach(List<String> parent, boolean deep, String collectionId) {
    /** Every document of the database. */
    static final Reach EVERYTHING = new Reach(List.of(), true, "");

    static Reach of(Resource.Collection collection) {
        return new Reach(collection.parent().segments(), false, collection.collectionId());
    }

    static Reach of(Resource.Group group) {
        return new Reach(group.parent().segments(), true, group.collectionId());
    }

    /** Everything below a parent. */
    static Reach below(ResourcePath parent) {
        return new Reach(parent.segments(), true, "");
    }

    /** Whether documents with so many segments are within reach. */
    boolean hasLength(int n) {
        return deep ? n >= parent.size() + 2 : n == parent.size() + 2;
    }

    /** Whether a collection of this id may hold documents within reach. */
    boolean hasCollection(String id) {
        return collectionId.isEmpty() || collectionId.equals(id);
    }

    /** The id every document with {@code n} segments within reach has at a place, or null when it is free. */
    @Nullable
    String fixed(int place, int n) {
        if (place < parent.size()) {
            return parent.get(place);
        }
        return place == n - 2 && !collectionId.isEmpty() ? collectionId : null;
    }

    /** The document with {@code n} segments within reach that has a fresh id wherever one is free. */
    Route fresh(int n) {
        return new Route(parent, n, collectionId.isEmpty() ? PathPattern.FRESH : collectionId);
    }
}
