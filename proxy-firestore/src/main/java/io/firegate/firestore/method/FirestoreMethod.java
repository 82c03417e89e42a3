package io.firegate.firestore.method;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The 17 RPCs of {@code google.firestore.v1.Firestore}. */
public enum FirestoreMethod {
    GET_DOCUMENT("GetDocument", Shape.UNARY),
    BATCH_GET_DOCUMENTS("BatchGetDocuments", Shape.SERVER_STREAM),
    RUN_QUERY("RunQuery", Shape.SERVER_STREAM),
    COMMIT("Commit", Shape.UNARY);

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
    private final String path;

    FirestoreMethod(String rpcName, Shape shape) {
        this.rpcName = rpcName;
        this.shape = shape;
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
}
