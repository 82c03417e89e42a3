package io.firegate.policy;

/** What an access touches, inside one database. */
public sealed interface Resource {
    /** One document, by its path. */
    record Document(ResourcePath path) implements Resource {
        public Document {
            if (path.isRoot()) {
                throw new IllegalArgumentException("the root is not a document");
            }
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * The documents directly in one collection.
     *
     * @param parent the document or root that holds the collection
     * @param collectionId the collection; empty means every collection directly below {@code parent}
     */
    record Collection(ResourcePath parent, String collectionId) implements Resource {
        @Override
        public String toString() {
            return (parent.isRoot() ? "" : parent.toString()) + "/" + (collectionId.isEmpty() ? "*" : collectionId);
        }
    }

    /**
     * The documents of all collections with one id, at any depth below a parent.
     *
     * @param parent the document or root below which to look
     * @param collectionId the collection id; empty means the whole subtree
     */
    record Group(ResourcePath parent, String collectionId) implements Resource {
        @Override
        public String toString() {
            return (parent.isRoot() ? "" : parent.toString()) + "/**/" + (collectionId.isEmpty() ? "*" : collectionId);
        }
    }

    /** The ids of the collections below a document or the root. */
    record CollectionIds(ResourcePath parent) implements Resource {
        @Override
        public String toString() {
            return parent.toString();
        }
    }
}
