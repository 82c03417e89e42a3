package io.firegate.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The documents a query could return: directly in a collection, or at any depth below a parent.
 *
 * @param parent the ids of the document that holds the collection; none for the root
 * @param deep whether collections at any depth below the parent count
 * @param collectionId the collection; empty means every one
 * @param inside whether the collection stands directly below the parent and everything below its documents counts as well;
 *     otherwise it is the one the documents are in
 */
record Reach(List<String> parent, boolean deep, String collectionId, boolean inside) {
    /** Every document of the database. */
    static final Reach EVERYTHING = new Reach(List.of(), true, "", false);

    static Reach of(Resource.Collection collection) {
        return new Reach(collection.parent().segments(), false, collection.collectionId(), false);
    }

    static Reach of(Resource.Group group) {
        return new Reach(group.parent().segments(), true, group.collectionId(), false);
    }

    /** Everything below a parent. */
    static Reach below(ResourcePath parent) {
        return new Reach(parent.segments(), true, "", false);
    }

    /** Everything in one collection and below its documents. */
    static Reach inside(ResourcePath parent, String collectionId) {
        return new Reach(parent.segments(), true, collectionId, true);
    }

    /** Whether documents with so many segments are within reach. */
    boolean hasLength(int n) {
        return deep ? n >= parent.size() + 2 : n == parent.size() + 2;
    }

    /** Whether a collection of this id may hold documents within reach. */
    boolean hasCollection(String id) {
        return inside || collectionId.isEmpty() || collectionId.equals(id);
    }

    /** The id every document with {@code n} segments within reach has at a place, or null when it is free. */
    @Nullable
    String fixed(int place, int n) {
        if (place < parent.size()) {
            return parent.get(place);
        }
        int fixedPlace = inside ? parent.size() : n - 2;
        return place == fixedPlace && !collectionId.isEmpty() ? collectionId : null;
    }

    /** The id of the collection the documents are in, or null when it is free. */
    @Nullable
    String lastCollection() {
        return inside || collectionId.isEmpty() ? null : collectionId;
    }

    /**
     * The document with {@code n} segments within reach that has a fresh id wherever one is free. What is {@link #inside} a
     * collection has one such document only, directly in it.
     */
    Route fresh(int n) {
        return new Route(parent, n, collectionId.isEmpty() ? PathPattern.FRESH : collectionId);
    }
}
