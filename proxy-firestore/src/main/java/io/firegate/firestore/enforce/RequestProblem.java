package io.firegate.firestore.enforce;

import io.firegate.firestore.wire.WireProblem;

/**
 * Why a request is refused before the policy is asked: a closed vocabulary, safe to show to the caller. None of them goes away
 * when the same request is sent again, so none has a status that official clients retry.
 */
public enum RequestProblem {
    /** The RPC is refused by name; {@code FirestoreMethod.refusal} says why. */
    METHOD_NOT_GOVERNED(Status.UNIMPLEMENTED, "firegate does not govern this method"),
    /** Not one whole gRPC message. */
    BAD_FRAME(Status.INVALID_ARGUMENT, "the body is not exactly one gRPC message"),
    /** The compressed flag of the frame is set. */
    COMPRESSED(Status.UNIMPLEMENTED, "the message is compressed; send grpc-encoding identity"),
    /** The protobuf does not parse. */
    MALFORMED(Status.INVALID_ARGUMENT, "the message is not valid protobuf for this method"),
    /** A string that is not UTF-8. */
    NOT_UTF8(Status.INVALID_ARGUMENT, "a string is not valid UTF-8"),
    /** Nested beyond any limit of Firestore. */
    TOO_DEEP(Status.INVALID_ARGUMENT, "the message is nested too deeply"),
    /** A field firegate cannot judge. */
    UNKNOWN_FIELD(Status.INVALID_ARGUMENT, "firegate does not know this field and forwards nothing it has not judged"),
    /** An enum value firegate cannot judge. */
    UNKNOWN_ENUM(
            Status.INVALID_ARGUMENT, "firegate does not know this enum value and forwards nothing it has not judged"),
    /** A field that belongs to another method. */
    REFUSED_FIELD(Status.INVALID_ARGUMENT, "this kind of value is valid in pipelines only"),
    /** Two readings of one message, and no way to choose. */
    AMBIGUOUS(Status.INVALID_ARGUMENT, "the message can be read in two ways"),
    /** The request holds a handle where no reader opens one. */
    HANDLE(Status.UNIMPLEMENTED, "firegate does not govern this handle"),
    /** A transaction id that was not given to this caller for this database. Firestore's words for an id it does not know. */
    BAD_TRANSACTION("Invalid transaction."),
    /** A page token that was not given to this caller for this listing. Firestore's words. */
    BAD_PAGE_TOKEN("invalid page token"),
    /** A Write stream's first message without a database. Firestore's words. */
    NO_DATABASE("'database' must be set on an initial write request."),
    /** Writes before a Write stream is open. Firestore's words. */
    WRITES_ON_FIRST("'writes' must not be set on an initial write request."),
    /** The name of a Write stream, to go on with it. Firestore's words. */
    STREAM_RESUMED("Resuming streams is not supported, do not set stream ID."),
    /** A stream token before a Write stream is open. Firestore's words. */
    TOKEN_ON_FIRST("Resuming streams is not supported, 'stream_token' must not be set on an initial write request."),
    /** A stream token that was not given on this Write stream, or one from before the last that was sent back. */
    BAD_STREAM_TOKEN(
            Status.INVALID_ARGUMENT, "not the token of an answer of this stream that is still to be acknowledged"),
    /** Another database than the Write stream was opened for. */
    OTHER_DATABASE(Status.INVALID_ARGUMENT, "not the database the stream was opened for"),
    /** Labels on a Write stream. */
    STREAM_LABELS(
            Status.INVALID_ARGUMENT,
            "labels of a Write stream would be lost, because each message becomes a Commit, which has none; leave them out"),
    /** Less than no documents. Firestore's words. */
    BAD_PAGE_SIZE("Page size must be nonnegative."),
    /** A name in the document to create. Firestore's words. */
    NAME_SET("document.name must not be set"),
    /** Two writes of one document in one BatchWrite. Firestore's words. */
    SAME_DOCUMENT("the same document cannot be written more than once in a single request"),
    /** Not {@code projects/P/databases/D}. */
    BAD_DATABASE(Status.INVALID_ARGUMENT, "not a database name of the form projects/P/databases/D"),
    /** Not the full name of a document. */
    BAD_NAME(
            Status.INVALID_ARGUMENT,
            "not a document name: below projects/P/databases/D/documents, pairs of collection and document ids that Firestore allows"),
    /** Not the full name of a document or the root. */
    BAD_PARENT(
            Status.INVALID_ARGUMENT,
            "not a parent: projects/P/databases/D/documents, alone or followed by pairs of collection and document ids"),
    /** A name in another database than the one the request is for. */
    FOREIGN_DATABASE(Status.PERMISSION_DENIED, "the name is in another database than the request"),
    /** More documents than one request may name. */
    TOO_MANY_DOCUMENTS(Status.INVALID_ARGUMENT, "more than 1000 documents in one request; split it"),
    /** More writes, each judged and answered for itself, than one request may hold. */
    TOO_MANY_WRITES(Status.INVALID_ARGUMENT, "more than 1000 writes in one batch; split it"),
    /** A longer mask than is worked through under a condition. */
    TOO_MANY_PATHS(Status.INVALID_ARGUMENT, "more than 1000 paths in a mask; split it, or leave the mask out"),
    /** More to decode than one request may be, where it is decoded: under a limit, of a listener, or when it is ambiguous. */
    TOO_MANY_PARTS(
            Status.INVALID_ARGUMENT,
            "more texts, messages and map entries than requestParts allows in a request that firegate has to take apart; split it"),
    /** Writes that depend on more stored documents than are read for one request. */
    TOO_MANY_GUARDED(
            Status.INVALID_ARGUMENT,
            "what is stored decides about this request, and it names more than 1000 documents or writes one more than 100 times; split it"),
    /** A query RPC without a query. */
    NO_QUERY(Status.INVALID_ARGUMENT, "the request has no query"),
    /** More than one {@code from}. */
    SEVERAL_COLLECTIONS(Status.INVALID_ARGUMENT, "a query has one collection selector at most"),
    /** A path in a mask that leads to no field. */
    BAD_FIELD_PATH(
            Status.INVALID_ARGUMENT,
            "not a field path: at most 20 names joined by dots, in backticks unless they are letters, digits and underscores"),
    /** An order of a listing that says none. */
    BAD_ORDER_BY(
            Status.INVALID_ARGUMENT,
            "not an order firegate can read: at most 100 field paths joined by commas, each alone or with asc or desc, nothing behind __name__"),
    /** A document id Firestore could not store. */
    BAD_DOCUMENT_ID(Status.INVALID_ARGUMENT, "not a document id"),
    /** A collection id Firestore could not store. */
    BAD_COLLECTION_ID(Status.INVALID_ARGUMENT, "not a collection id"),
    /** A write that does nothing. */
    NO_OPERATION(Status.INVALID_ARGUMENT, "the write has no operation: one of update, delete, verify, transform"),
    /** {@code update_mask} or {@code update_transforms} without an update. */
    NOT_AN_UPDATE(Status.INVALID_ARGUMENT, "update_mask and update_transforms go with update only"),
    /** A message of a Listen stream that does nothing. */
    NO_TARGET(Status.INVALID_ARGUMENT, "the message adds no target of a query or of documents, and removes none"),
    /** A target a client could not be told of. */
    BAD_TARGET_ID(Status.INVALID_ARGUMENT, "a target id is a positive number that the stream does not use yet"),
    /** More targets than a stream may have. */
    TOO_MANY_TARGETS(Status.INVALID_ARGUMENT, "more targets on one stream than listenTargets allows; open another");

    /** The gRPC status of the answer. */
    public enum Status {
        INVALID_ARGUMENT,
        PERMISSION_DENIED,
        UNIMPLEMENTED
    }

    private final Status status;
    private final String sentence;
    private final boolean verbatim;

    RequestProblem(Status status, String sentence) {
        this.status = status;
        this.sentence = sentence;
        this.verbatim = false;
    }

    /** A problem Firestore itself would have found, in its own words. */
    RequestProblem(String firestoresWords) {
        this.status = Status.INVALID_ARGUMENT;
        this.sentence = firestoresWords;
        this.verbatim = true;
    }

    /** What the walk found. */
    static RequestProblem of(WireProblem problem) {
        return switch (problem) {
            case MALFORMED -> MALFORMED;
            case NOT_UTF8 -> NOT_UTF8;
            case TOO_DEEP -> TOO_DEEP;
            case UNKNOWN_FIELD -> UNKNOWN_FIELD;
            case UNKNOWN_ENUM -> UNKNOWN_ENUM;
            case HANDLE -> HANDLE;
            case REFUSED_FIELD -> REFUSED_FIELD;
        };
    }

    /** The gRPC status of the answer. */
    public Status status() {
        return status;
    }

    /** Whether the sentence is Firestore's own and must be the whole message: what clients know how to read. */
    public boolean verbatim() {
        return verbatim;
    }

    /** One public sentence, lower case, without a full stop, unless it is {@link #verbatim}. */
    public String sentence() {
        return sentence;
    }
}
