package io.firegate.firestore.enforce;

/** Why a request is refused before the policy is asked: a closed vocabulary, safe to show to the caller. */
public enum RequestProblem {
    /** Not one whole, uncompressed gRPC message. */
    BAD_FRAME("the body is not exactly one uncompressed gRPC message"),
    /** The protobuf does not parse. */
    MALFORMED("the message is not valid protobuf for this method");

    private final String sentence;

    RequestProblem(String sentence) {
        this.sentence = sentence;
    }

    /** One public sentence, lower case, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
