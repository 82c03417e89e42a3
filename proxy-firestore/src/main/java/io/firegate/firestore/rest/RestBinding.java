package io.firegate.firestore.rest;

import io.firegate.firestore.method.FirestoreMethod;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The REST bindings of {@code google.firestore.v1.Firestore}, one constant for each {@code google.api.http} annotation; a test reads
 * the annotations and fails on one that is not here.
 */
public enum RestBinding {
    GET_DOCUMENT(FirestoreMethod.GET_DOCUMENT, "GET", Below.NAME),
    LIST_DOCUMENTS(FirestoreMethod.LIST_DOCUMENTS, "GET", Below.COLLECTION_OF_DOCUMENT),
    LIST_ROOT_DOCUMENTS(FirestoreMethod.LIST_DOCUMENTS, "GET", Below.COLLECTION_OF_ROOT),
    CREATE_DOCUMENT(FirestoreMethod.CREATE_DOCUMENT, "POST", Below.COLLECTION),
    UPDATE_DOCUMENT(FirestoreMethod.UPDATE_DOCUMENT, "PATCH", Below.DOCUMENT_NAME),
    DELETE_DOCUMENT(FirestoreMethod.DELETE_DOCUMENT, "DELETE", Below.NAME),
    BATCH_GET(FirestoreMethod.BATCH_GET_DOCUMENTS, Below.DATABASE, "batchGet"),
    BEGIN_TRANSACTION(FirestoreMethod.BEGIN_TRANSACTION, Below.DATABASE, "beginTransaction"),
    COMMIT(FirestoreMethod.COMMIT, Below.DATABASE, "commit"),
    ROLLBACK(FirestoreMethod.ROLLBACK, Below.DATABASE, "rollback"),
    RUN_ROOT_QUERY(FirestoreMethod.RUN_QUERY, Below.ROOT, "runQuery"),
    RUN_QUERY(FirestoreMethod.RUN_QUERY, Below.PARENT, "runQuery"),
    EXECUTE_PIPELINE(FirestoreMethod.EXECUTE_PIPELINE, Below.DATABASE, "executePipeline"),
    RUN_ROOT_AGGREGATION_QUERY(FirestoreMethod.RUN_AGGREGATION_QUERY, Below.ROOT, "runAggregationQuery"),
    RUN_AGGREGATION_QUERY(FirestoreMethod.RUN_AGGREGATION_QUERY, Below.PARENT, "runAggregationQuery"),
    PARTITION_ROOT_QUERY(FirestoreMethod.PARTITION_QUERY, Below.ROOT, "partitionQuery"),
    PARTITION_QUERY(FirestoreMethod.PARTITION_QUERY, Below.PARENT, "partitionQuery"),
    WRITE(FirestoreMethod.WRITE, Below.DATABASE, "write"),
    LISTEN(FirestoreMethod.LISTEN, Below.DATABASE, "listen"),
    LIST_ROOT_COLLECTION_IDS(FirestoreMethod.LIST_COLLECTION_IDS, Below.ROOT, "listCollectionIds"),
    LIST_COLLECTION_IDS(FirestoreMethod.LIST_COLLECTION_IDS, Below.PARENT, "listCollectionIds"),
    BATCH_WRITE(FirestoreMethod.BATCH_WRITE, Below.DATABASE, "batchWrite");

    /** What stands below {@code /v1/projects/P/databases/D}, and which request fields it fills. */
    enum Below {
        NAME("{name=projects/*/databases/*/documents/*/**}", Body.NONE),
        DOCUMENT_NAME("{document.name=projects/*/databases/*/documents/*/**}", Body.DOCUMENT),
        COLLECTION_OF_DOCUMENT("{parent=projects/*/databases/*/documents/*/**}/{collection_id}", Body.NONE),
        COLLECTION_OF_ROOT("{parent=projects/*/databases/*/documents}/{collection_id}", Body.NONE),
        COLLECTION("{parent=projects/*/databases/*/documents/**}/{collection_id}", Body.DOCUMENT),
        DATABASE("{database=projects/*/databases/*}/documents", Body.WHOLE),
        ROOT("{parent=projects/*/databases/*/documents}", Body.WHOLE),
        PARENT("{parent=projects/*/databases/*/documents/*/**}", Body.WHOLE);

        private final String template;
        private final Body body;

        Below(String template, Body body) {
            this.template = template;
            this.body = body;
        }
    }

    /** What the body is: the {@code body} of the annotation. */
    enum Body {
        /** There is none; every other field may be a query parameter. */
        NONE(""),
        /** The field {@code document}; every other field may be a query parameter. */
        DOCUMENT("document"),
        /** The request but for what the path says; no field may be a query parameter. */
        WHOLE("*");

        private final String annotation;

        Body(String annotation) {
            this.annotation = annotation;
        }

        String annotation() {
            return annotation;
        }
    }

    private static final Map<String, RestBinding> AT_ROOT = new HashMap<>();
    private static final Map<String, RestBinding> AT_DOCUMENT = new HashMap<>();

    static {
        for (RestBinding binding : values()) {
            if (binding.verb != null) {
                (binding.below == Below.PARENT ? AT_DOCUMENT : AT_ROOT).put(binding.verb, binding);
            }
        }
    }

    private final FirestoreMethod method;
    private final String httpMethod;
    private final Below below;
    private final @Nullable String verb;

    RestBinding(FirestoreMethod method, String httpMethod, Below below) {
        this(method, httpMethod, below, null);
    }

    RestBinding(FirestoreMethod method, Below below, String verb) {
        this(method, "POST", below, verb);
    }

    RestBinding(FirestoreMethod method, String httpMethod, Below below, @Nullable String verb) {
        this.method = method;
        this.httpMethod = httpMethod;
        this.below = below;
        this.verb = verb;
    }

    /** The RPC it stands for. */
    public FirestoreMethod method() {
        return method;
    }

    /** The HTTP method. */
    public String httpMethod() {
        return httpMethod;
    }

    /** The path as the proto's annotation writes it: safe in logs and metrics, because it names nothing. */
    public String template() {
        return "/v1/" + below.template + (verb == null ? "" : ":" + verb);
    }

    Below below() {
        return below;
    }

    Body body() {
        return below.body;
    }

    /** The binding of a verb behind {@code documents} or behind a document; null when there is none. */
    static @Nullable RestBinding ofVerb(String verb, boolean atRoot) {
        return (atRoot ? AT_ROOT : AT_DOCUMENT).get(verb);
    }
}
