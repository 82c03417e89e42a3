package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentChange;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.TargetChange;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Lookups;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.DocumentView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The documents that conditions of one Listen stream look up. They are targets of firegate's own on the client's stream to Firestore, of
 * which the client hears nothing. Belongs to its stream.
 *
 * <p>On the same stream, because Firestore names a moment at which all targets of a stream are consistent, and clients show their users
 * nothing before it: what has changed in a document that is looked up comes no later than the moment that shows its consequences.
 *
 * <p>Such a target tells of the documents of one of the client's targets that nobody watched before, and lives as long as somebody needs
 * one of them.
 */
final class ListenLookups {
    private static final int PERMISSION_DENIED = 7;

    private final Map<Integer, LookupWatch> byUpstreamId = new HashMap<>();
    private final Map<ResourcePath, LookupWatch> byPath = new HashMap<>();

    /** How many targets they are, those on their way out counted. */
    int size() {
        return byUpstreamId.size();
    }

    /** Those of the documents that are not watched. */
    Set<ResourcePath> unwatched(Set<ResourcePath> documents) {
        Set<ResourcePath> left = new LinkedHashSet<>(documents);
        left.removeAll(byPath.keySet());
        return left;
    }

    /** What is known of the documents; null when one of them is not. */
    @Nullable
    Lookups found(Set<ResourcePath> documents) {
        Map<ResourcePath, Optional<DocumentView>> found = new HashMap<>();
        for (ResourcePath path : documents) {
            LookupWatch watch = byPath.get(path);
            if (watch == null || !watch.isKnown()) {
                return null;
            }
            found.put(path, watch.found(path));
        }
        return Lookups.of(found);
    }

    /**
     * Begins to watch documents that nobody watches.
     *
     * @param upstreamId a name no other target of the stream ever had
     * @return the message that tells Firestore so
     */
    ListenRequest watch(int upstreamId, DatabaseName database, Set<ResourcePath> documents) {
        LookupWatch watch = new LookupWatch(upstreamId, database, documents);
        byUpstreamId.put(upstreamId, watch);
        documents.forEach(path -> byPath.put(path, watch));
        return ListenRequest.newBuilder()
                .setDatabase(database.resourceName())
                .setAddTarget(Target.newBuilder()
                        .setTargetId(upstreamId)
                        .setDocuments(Target.DocumentsTarget.newBuilder().addAllDocuments(watch.names())))
                .build();
    }

    /** A target needs documents that are watched. */
    void use(int target, Set<ResourcePath> documents) {
        for (ResourcePath path : documents) {
            LookupWatch watch = byPath.get(path);
            if (watch != null) {
                watch.users().add(target);
            }
        }
    }

    /** Whether all is known that a target needs. */
    boolean isKnown(int target) {
        return byUpstreamId.values().stream()
                .allMatch(watch -> watch.isKnown() || !watch.users().contains(target));
    }

    /** A target needs nothing any more: the names of the targets that nobody needs now, which Firestore has to be told. */
    List<Integer> leave(int target) {
        List<Integer> left = new ArrayList<>(0);
        for (LookupWatch watch : byUpstreamId.values()) {
            if (watch.users().remove(target) && watch.users().isEmpty()) {
                byPath.values().removeIf(watch::equals);
                left.add(watch.upstreamId());
            }
        }
        return left;
    }

    /** The length of the documents that are held. */
    long heldBytes() {
        return byUpstreamId.values().stream().mapToLong(LookupWatch::heldBytes).sum();
    }

    /** Whether a message tells of them, so that the client must not notice when it came. */
    boolean concernedBy(ListenResponse response) {
        return switch (response.getResponseTypeCase()) {
            case TARGET_CHANGE -> anyOf(response.getTargetChange().getTargetIdsList());
            case DOCUMENT_CHANGE ->
                anyOf(response.getDocumentChange().getTargetIdsList())
                        || anyOf(response.getDocumentChange().getRemovedTargetIdsList());
            case DOCUMENT_DELETE -> anyOf(response.getDocumentDelete().getRemovedTargetIdsList());
            case DOCUMENT_REMOVE -> anyOf(response.getDocumentRemove().getRemovedTargetIdsList());
            case FILTER -> byUpstreamId.containsKey(response.getFilter().getTargetId());
            case RESPONSETYPE_NOT_SET -> false;
        };
    }

    private boolean anyOf(List<Integer> upstreamIds) {
        return upstreamIds.stream().anyMatch(byUpstreamId::containsKey);
    }

    /** Takes in what a message tells. */
    LookedUp see(ListenResponse response) {
        return switch (response.getResponseTypeCase()) {
            case TARGET_CHANGE -> changed(response.getTargetChange());
            case DOCUMENT_CHANGE -> changed(response.getDocumentChange());
            case DOCUMENT_DELETE ->
                missing(
                        response.getDocumentDelete().getDocument(),
                        response.getDocumentDelete().getRemovedTargetIdsList());
            case DOCUMENT_REMOVE ->
                missing(
                        response.getDocumentRemove().getDocument(),
                        response.getDocumentRemove().getRemovedTargetIdsList());
            case FILTER -> {
                LookupWatch watch = byUpstreamId.get(response.getFilter().getTargetId());
                // Firestore has another number of documents: what is known is not what there is.
                yield watch == null || watch.count() == response.getFilter().getCount() ? LookedUp.SAME : LookedUp.LOST;
            }
            case RESPONSETYPE_NOT_SET -> LookedUp.SAME;
        };
    }

    private LookedUp changed(TargetChange change) {
        List<Integer> ids =
                change.getTargetIdsCount() == 0 ? List.copyOf(byUpstreamId.keySet()) : change.getTargetIdsList();
        LookedUp news = LookedUp.SAME;
        for (int id : ids) {
            LookupWatch watch = byUpstreamId.get(id);
            if (watch == null) {
                continue;
            }
            switch (change.getTargetChangeType()) {
                case CURRENT -> news = watch.isWhole() ? LookedUp.CHANGED : news;
                case RESET -> watch.beginsAgain();
                case REMOVE -> {
                    byUpstreamId.remove(id);
                    if (!watch.users().isEmpty()) {
                        return change.getCause().getCode() == PERMISSION_DENIED ? LookedUp.REFUSED : LookedUp.LOST;
                    }
                }
                case NO_CHANGE, ADD, UNRECOGNIZED -> {
                    // Says nothing about documents.
                }
            }
        }
        return news;
    }

    private LookedUp changed(DocumentChange change) {
        Document document = change.getDocument();
        boolean news = false;
        for (int id : change.getTargetIdsList()) {
            LookupWatch watch = byUpstreamId.get(id);
            news |= watch != null && watch.isThere(document);
        }
        return missing(document.getName(), change.getRemovedTargetIdsList()) == LookedUp.CHANGED || news
                ? LookedUp.CHANGED
                : LookedUp.SAME;
    }

    private LookedUp missing(String document, List<Integer> upstreamIds) {
        boolean news = false;
        for (int id : upstreamIds) {
            LookupWatch watch = byUpstreamId.get(id);
            news |= watch != null && watch.isMissing(document);
        }
        return news ? LookedUp.CHANGED : LookedUp.SAME;
    }
}
