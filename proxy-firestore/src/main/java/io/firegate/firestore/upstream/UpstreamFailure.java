package io.firegate.firestore.upstream;

/** Why an answer did not come, or not whole: a closed vocabulary for the record and the metrics. */
public enum UpstreamFailure {
    /** No connection could be made in time. */
    CONNECT("no connection to Firestore"),
    /** Too many calls already wait for a connection. */
    OVERLOADED("too many calls wait for a connection to Firestore"),
    /** The connection went away before the answer was whole. */
    CONNECTION_LOST("the connection to Firestore was lost"),
    /** Firestore ended the single stream. */
    RESET("Firestore reset the stream"),
    /** The answer was not gRPC, was compressed though we cannot ask for that, or ended without a status. */
    PROTOCOL("Firestore's answer was not understood");

    private final String sentence;

    UpstreamFailure(String sentence) {
        this.sentence = sentence;
    }

    /** One public sentence without a full stop. */
    public String sentence() {
        return sentence;
    }
}
