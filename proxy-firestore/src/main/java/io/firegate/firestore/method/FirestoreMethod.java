package io.firegate.firestore.method;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The 17 RPCs of {@code google.firestore.v1.Firestore}, each one governed or refused by name. Source: {@code firestore.proto} of
 * googleapis; a test walks the service descriptor and fails on an RPC that is not here.
 */
public enum FirestoreMethod {
    GET_DOCUMENT("GetDocument", Shape.UNARY, null),
    LIST_DOCUMENTS("ListDocuments", Shape.UNARY, null),
    CREATE_DOCUMENT("CreateDocument", Shape.UNARY, null),
    UPDATE_DOCUMENT("UpdateDocument", Shape.UNARY, null),
    DELETE_DOCUMENT("DeleteDocument", Shape.UNARY, null),
    BATCH_GET_DOCUMENTS("BatchGetDocuments", Shape.SERVER_STREAM, null),
    BEGIN_TRANSACTION("BeginTransaction", Shape.UNARY, null),
    COMMIT("Commit", Shape.UNARY, null),
    ROLLBACK("Rollback", Shape.UNARY, null),
    RUN_QUERY("RunQuery", Shape.SERVER_STREAM, null),
    EXECUTE_PIPELINE(
            "ExecutePipeline",
            Shape.SERVER_STREAM,
            "ExecutePipeline is refused, because a pipeline can read and write anything in the database; use RunQuery and Commit"),
    RUN_AGGREGATION_QUERY("RunAggregationQuery", Shape.SERVER_STREAM, null),
    PARTITION_QUERY("PartitionQuery", Shape.UNARY, null),
    WRITE("Write", Shape.BIDIRECTIONAL, null),
    LISTEN("Listen", Shape.BIDIRECTIONAL, null),
    LIST_COLLECTION_IDS("ListCollectionIds", Shape.UNARY, null),
    BATCH_WRITE("BatchWrite", Shape.UNARY, null);

    /** How messages flow. */
    public enum Shape {
        UNARY,
        SERVER_STREAM,
        BIDIRECTIONAL
    }

    private static final Map<String, FirestoreMethod> BY_PATH = new HashMap<>();

    static {
        for (FirestoreMethod method : values()) {
            BY_PATH.put(method.path, method);
        }
    }

    private final String rpcName;
    private final Shape shape;
    private final @Nullable String refusal;
    private final String path;

    FirestoreMethod(String rpcName, Shape shape, @Nullable String refusal) {
        this.rpcName = rpcName;
        this.shape = shape;
        this.refusal = refusal;
        this.path = "/google.firestore.v1.Firestore/" + rpcName;
    }

    /** The RPC with this exact {@code :path}, or null. */
    public static @Nullable FirestoreMethod byPath(String path) {
        return BY_PATH.get(path);
    }

    /** The name in the proto file. */
    public String rpcName() {
        return rpcName;
    }

    /** How messages flow. */
    public Shape shape() {
        return shape;
    }

    /** The {@code :path} of the call. */
    public String path() {
        return path;
    }

    /** Why firegate refuses the RPC whatever the request: one public sentence without a full stop. Null when it is governed. */
    public @Nullable String refusal() {
        return refusal;
    }
}
