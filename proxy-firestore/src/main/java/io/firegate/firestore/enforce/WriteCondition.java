package io.firegate.firestore.enforce;

/** A condition of the client's own on a document that does not hold, found out here: a closed vocabulary. */
public enum WriteCondition {
    /** There is no such document, or none the caller may change. */
    DOCUMENT_MISSING("the document to change does not exist"),
    /** The document exists, whether the caller may see it or not. */
    DOCUMENT_EXISTS("the document to create exists"),
    /** It was changed since. */
    DOCUMENT_CHANGED("the document was changed since the update_time the request names"),
    /** Others wrote at the same time, again and again. */
    CONTENTION("others changed the document at the same time; try again");

    private final String sentence;

    WriteCondition(String sentence) {
        this.sentence = sentence;
    }

    /** One public sentence, lower case, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
