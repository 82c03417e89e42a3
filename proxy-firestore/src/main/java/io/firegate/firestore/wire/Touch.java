package io.firegate.firestore.wire;

/** What a request field touches; the vocabulary of {@code request-fields.txt}, which explains each word. */
public enum Touch {
    /** Names a database, a document or a collection, or holds what does. */
    PATH,
    /** Names or holds content of documents. */
    DOCUMENT,
    /** Given out by Firestore to be handed back, or a request for such a thing. */
    HANDLE,
    /** Changes neither what is reached nor what is shown of it. */
    HARMLESS,
    /** Has no business in a governed request. */
    REFUSED
}
