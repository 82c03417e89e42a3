package io.firegate.firestore.wire;

/** Why the bytes of a message are refused. */
public enum WireProblem {
    /** Not protobuf of this message: a wrong wire type, a length beyond its parent, an overlong number, a group. */
    MALFORMED,
    /** A string that is not UTF-8. */
    NOT_UTF8,
    /** Messages nested deeper than {@link MessageWalk#DEPTH_MAX}. */
    TOO_DEEP,
    /** A field nobody has classified. */
    UNKNOWN_FIELD,
    /** An enum number the published proto does not name. */
    UNKNOWN_ENUM,
    /** A field that holds or asks for a handle, which the reader of the request does not open. */
    HANDLE,
    /** A field that has no business in a governed request. */
    REFUSED_FIELD
}
