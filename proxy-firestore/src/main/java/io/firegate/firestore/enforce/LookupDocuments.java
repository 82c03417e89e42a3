package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Lookups;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.DocumentView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The documents that are looked up for one request, as they are asked for and answered. */
final class LookupDocuments {
    private final DatabaseName database;
    /** By their full names. */
    private final Map<String, ResourcePath> documents = new HashMap<>();

    private final BegunTransaction begun = new BegunTransaction();

    LookupDocuments(DatabaseName database, Set<ResourcePath> paths) {
        this.database = database;
        for (ResourcePath path : paths) {
            documents.put(database.resourceName() + "/documents" + path, path);
        }
    }

    /** The transaction they are read in, when firegate begins it with that. */
    BegunTransaction begun() {
        return begun;
    }

    /** The request that reads them, without a moment. */
    BatchGetDocumentsRequest.Builder read() {
        return BatchGetDocumentsRequest.newBuilder()
                .setDatabase(database.resourceName())
                .addAllDocuments(documents.keySet());
    }

    /**
     * What an answer tells; null when it does not tell of just the documents that were asked for.
     *
     * @param before what is permitted whatever is found
     * @param begins whether the request began a transaction
     */
    @Nullable
    Looked found(List<byte[]> messages, Decision.Permit before, boolean begins) {
        note(messages);
        Map<ResourcePath, Optional<DocumentView>> found = new HashMap<>();
        Timestamp at = null;
        try {
            for (byte[] each : messages) {
                BatchGetDocumentsResponse answer = BatchGetDocumentsResponse.parseFrom(each);
                String name = switch (answer.getResultCase()) {
                    case FOUND -> answer.getFound().getName();
                    case MISSING -> answer.getMissing();
                    case RESULT_NOT_SET -> null;
                };
                if (name == null) {
                    continue;
                }
                ResourcePath path = documents.get(name);
                if (path == null) {
                    return null;
                }
                found.put(
                        path,
                        answer.hasFound() ? Optional.of(new StoredDocument(answer.getFound())) : Optional.empty());
                // The documents before one in the answer have not changed until its own read time.
                at = at == null || isLater(answer.getReadTime(), at) ? answer.getReadTime() : at;
            }
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        boolean whole = found.size() == documents.size() && begins == begun.isOpen();
        return whole && at != null ? new Looked(before, Lookups.of(found), at, begun) : null;
    }

    /** Takes note of the transaction an answer tells of, whatever else is in it. */
    void note(List<byte[]> messages) {
        for (byte[] each : messages) {
            try {
                ByteString told = BatchGetDocumentsResponse.parseFrom(each).getTransaction();
                if (!told.isEmpty()) {
                    begun.begun(told);
                }
            } catch (InvalidProtocolBufferException notAnAnswer) {
                // It tells nothing.
            }
        }
    }

    private static boolean isLater(Timestamp one, Timestamp other) {
        return one.getSeconds() != other.getSeconds()
                ? one.getSeconds() > other.getSeconds()
                : one.getNanos() > other.getNanos();
    }
}
