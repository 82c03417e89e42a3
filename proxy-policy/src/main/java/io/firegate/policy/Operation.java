package io.firegate.policy;

/** What an access does. All but {@link #UPSERT} are words of a rule's {@code allow}. */
public enum Operation {
    /** Reads one document by name. */
    GET,
    /** Reads the documents directly in one collection, by query or aggregation. */
    LIST,
    /** Reads every collection of an id at any depth below a parent ({@code all_descendants}). */
    GROUP,
    /** Writes a document that does not exist yet. */
    CREATE,
    /** Changes a document that exists. */
    UPDATE,
    /** Removes a document, or does nothing when there is none. */
    DELETE,
    /** Learns the ids of the collections below a document or the root. */
    COLLECTIONS,
    /**
     * Writes a document whether or not it exists. No rule grants it by name: it needs {@link #CREATE} and {@link #UPDATE} alike,
     * because nothing in the request tells which of the two will happen.
     */
    UPSERT
}
